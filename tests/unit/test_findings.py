from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from curricle.findings import Category, Finding, Severity

FINDING = Finding(
    rule="dag.cycle",
    category=Category.DAG,
    severity=Severity.ERROR,
    pointer="/nodes/0/prerequisites/1",
    message="a → b → a",
    hint="remove one of these prerequisites",
    line=12,
)


def test_a_finding_stands_in_reports_with_every_promised_field() -> None:
    assert FINDING.to_json() == {
        "rule": "dag.cycle",
        "category": "dag",
        "severity": "error",
        "pointer": "/nodes/0/prerequisites/1",
        "line": 12,
        "message": "a → b → a",
        "hint": "remove one of these prerequisites",
    }


def test_the_words_in_reports_are_plain_strings() -> None:
    assert {type(value) for value in FINDING.to_json().values()} == {str, int}


def test_a_finding_cannot_be_changed_and_equals_another_with_the_same_facts() -> None:
    with pytest.raises(FrozenInstanceError):
        FINDING.line = 3  # type: ignore[misc]
    assert len({FINDING, Finding(**{f: getattr(FINDING, f) for f in Finding.__slots__})}) == 1


def test_categories_and_severities_are_the_words_that_are_promised() -> None:
    assert [category.value for category in Category] == ["schema", "dag", "evidence", "quality"]
    assert [severity.value for severity in Severity] == ["error", "warning", "note"]
