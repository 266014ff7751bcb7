from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.findings import Category, Finding, Severity, pointer_to

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


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ((), ""),
        (("nodes", 0, "id"), "/nodes/0/id"),
        (("a/b",), "/a~1b"),
        (("m~n",), "/m~0n"),
        (("~1",), "/~01"),
        (("",), "/"),
        ((" ", 'k"l', "é"), '/ /k"l/é'),
    ],
)
def test_a_pointer_is_written_as_the_rfc_says(parts: tuple[str | int, ...], pointer: str) -> None:
    assert pointer_to(*parts) == pointer


@given(st.lists(st.text(alphabet="~/01ab", max_size=5), max_size=5))
def test_a_pointer_can_be_taken_apart_again(parts: list[str]) -> None:
    pointer = pointer_to(*parts)
    read = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    assert read == parts
