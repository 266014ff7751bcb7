from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.canonical import document_bytes
from curricle.curriculum.rules import RULES
from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.validator import Shape, Verdict, validate_curriculum
from curricle.findings import Category, Finding, Severity
from documents import changed
from graphs import dags, node_document

LINES = {"inputs/scope.md": 99}
SCHEMA_RULES = {"schema.missing-field", "schema.wrong-type", "schema.wrong-value"}
BROKEN = {"/nodes/0/prerequisites": ["ghost", "joins"], "/nodes/3/title": "Joins", "/odd": 1}


def verdict_on(document: Any, spec: TopicSpec | None = None, raw: bytes | None = None) -> Verdict:
    raw = raw or document_bytes(document)
    return validate_curriculum(document, raw, spec=spec, line_counts=LINES)


def finding(severity: Severity) -> Finding:
    return Finding(
        rule="quality.some",
        category=Category.QUALITY,
        severity=severity,
        pointer="",
        message="something",
        hint="mend it",
    )


@pytest.mark.parametrize(
    ("severities", "is_valid"),
    [
        ([], True),
        ([Severity.WARNING, Severity.NOTE], True),
        ([Severity.ERROR], False),
        ([Severity.NOTE, Severity.ERROR, Severity.ERROR], False),
    ],
)
def test_only_errors_make_a_curriculum_invalid_and_all_are_counted(
    severities: list[Severity], is_valid: bool
) -> None:
    findings = tuple(map(finding, severities))
    verdict = Verdict(findings=findings, skipped=(), curriculum=None, shape=None)
    assert verdict.is_valid is is_valid
    assert verdict.counts == {
        "error": severities.count(Severity.ERROR),
        "warning": severities.count(Severity.WARNING),
        "note": severities.count(Severity.NOTE),
    }


@pytest.mark.parametrize("document", [None, [], {}, "text", 3, [{}], {"nodes": []}])
def test_what_is_no_curriculum_at_all_has_findings_of_the_schema_only(document: Any) -> None:
    verdict = verdict_on(document)
    assert not verdict.is_valid
    assert {f.rule for f in verdict.findings} <= SCHEMA_RULES
    assert {f.line for f in verdict.findings} <= {1, 2}
    assert {rule for rule, _ in verdict.skipped} == {r.id for r in RULES} - SCHEMA_RULES
    assert (verdict.curriculum, verdict.shape) == (None, None)


def test_null_nodes_are_findings_each_at_its_line(example_curriculum: dict[str, Any]) -> None:
    document = changed(example_curriculum, {"/nodes/2/id": 3})
    document["nodes"][0] = None
    document["nodes"][3]["mastery_check"] = None
    found = verdict_on(document).findings
    places = ["/nodes/0", "/nodes/2/id", "/nodes/3/mastery_check"]
    assert [f.pointer for f in found] == places
    lines = document_bytes(document).decode().split("\n")
    shown = ["null", '"id": 3', '"mastery_check": null']
    for hit, text in zip(found, shown, strict=True):
        assert hit.line is not None
        assert text in lines[hit.line - 1]


def test_errors_come_first_then_warnings_then_notes_each_by_line(
    example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    spec = TopicSpec.from_json(changed(example_spec, {"/constraints/total_hours_max": 3}))
    verdict = verdict_on(changed(example_curriculum, BROKEN), spec)
    weight = {severity: at for at, severity in enumerate(Severity)}
    order = [(weight[f.severity], f.line, f.rule) for f in verdict.findings]
    assert order == sorted(order)
    assert len({f.severity for f in verdict.findings}) > 1
    assert len({f.rule for f in verdict.findings}) > 3
    assert sum(verdict.counts.values()) == len(verdict.findings)


def test_lines_are_counted_as_the_bytes_are_laid_out(
    example_curriculum: dict[str, Any],
) -> None:
    document = changed(example_curriculum, BROKEN)
    one_line_only = json.dumps(document).encode()
    marked = b"\xef\xbb\xbf\n\n" + document_bytes(document)
    plain = verdict_on(document).findings
    assert {f.line for f in verdict_on(document, raw=one_line_only).findings} == {1}
    assert [(f.rule, f.pointer, f.line) for f in verdict_on(document, raw=marked).findings] == [
        (f.rule, f.pointer, (f.line or 0) + 2) for f in plain
    ]


def test_the_same_document_has_the_same_verdict(
    example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    document = changed(example_curriculum, BROKEN)
    spec = TopicSpec.from_json(example_spec)
    assert verdict_on(document, spec) == verdict_on(document, spec)


def test_the_shape_is_that_of_the_graph(example_curriculum: dict[str, Any]) -> None:
    assert verdict_on(example_curriculum).shape == Shape(
        nodes=4,
        edges=3,
        levels=3,
        minutes=330,
        critical_path_nodes=3,
        critical_path_minutes=270,
    )


def test_a_cycle_has_no_shape_but_still_a_curriculum(example_curriculum: dict[str, Any]) -> None:
    document = changed(example_curriculum, {"/nodes/0/prerequisites": ["joins"]})
    verdict = verdict_on(document)
    assert not verdict.is_valid
    assert verdict.shape is None
    assert verdict.curriculum is not None


def test_minutes_add_up_without_the_dust_of_floats() -> None:
    nodes = [node_document(f"n{at}", minutes=0.1) for at in range(3)]
    shape = verdict_on({"topic": "T", "nodes": nodes}).shape
    assert shape is not None
    assert (shape.minutes, shape.critical_path_minutes) == (0.3, 0.1)


@given(dags(), st.integers(1, 600))
def test_every_dag_has_a_shape_and_no_finding_about_its_graph(
    needs: dict[str, list[str]], minutes: int
) -> None:
    nodes = [node_document(node_id, before, minutes) for node_id, before in needs.items()]
    verdict = verdict_on({"topic": "Graph", "nodes": nodes})
    errors = [f for f in verdict.findings if f.severity is Severity.ERROR]
    assert [f for f in errors if f.category is Category.DAG] == []
    assert verdict.shape is not None
    assert verdict.shape.nodes == len(needs)
    assert verdict.shape.edges == sum(map(len, needs.values()))
    assert verdict.shape.minutes == minutes * len(needs)
    assert verdict.shape.critical_path_nodes == verdict.shape.levels
    assert verdict.shape.critical_path_minutes == minutes * verdict.shape.levels


def test_text_from_a_document_is_one_printable_line_in_every_finding(
    example_curriculum: dict[str, Any],
) -> None:
    hostile = "\x1b[2J\r\nowned\u202e" + "x" * 500
    document = changed(
        example_curriculum,
        {
            "/nodes/0/id": hostile[:150],
            "/nodes/0/title": hostile[:400],
            "/nodes/1/prerequisites": [hostile],
            "/nodes/1/capability": hostile,
            "/nodes/2/resources/0/url": hostile,
        },
    )
    document[hostile] = 1
    findings = verdict_on(document).findings
    assert len(findings) > 4
    for hit in findings:
        assert hit.message.isprintable(), hit.rule
        assert len(hit.message) < 1000
