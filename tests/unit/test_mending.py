from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from curricle.canonical import document_bytes
from curricle.curriculum.rules import RULES
from curricle.curriculum.rules.shape import ID_LENGTH_MAX
from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.validator import Verdict, validate_curriculum
from curricle.generation.mending import mend_document, note_feedback
from documents import changed
from graphs import curriculum_of, node_document
from scopes import spec_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.curriculum.rules.rule import Rule

LINES = {"inputs/scope.md": 24}
MENDED = {
    "dag.unknown-prerequisite",
    "dag.self-prerequisite",
    "dag.duplicate-prerequisite",
    "dag.redundant-edge",
    "dag.cycle",
    "dag.too-many-prerequisites",
    "evidence.evidence-without-edge",
    "evidence.source-out-of-range",
    "schema.resource-url",
    "schema.id-characters",
    "schema.duplicate-id",
    "schema.control-characters",
}
BENT = {"quality.hours-below-minimum", "quality.hours-above-maximum"}
"""Mended as far as estimates may bend."""


def verdict_on(document: Mapping[str, Any], spec: TopicSpec | None = None) -> Verdict:
    raw = document_bytes(document)
    return validate_curriculum(json.loads(raw), raw, spec=spec, line_counts=LINES)


def mended(
    document: Mapping[str, Any], spec: TopicSpec | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    return mend_document(document, verdict_on(document, spec).findings, spec)


def rules_broken(document: Mapping[str, Any], spec: TopicSpec | None = None) -> list[str]:
    return [finding.rule for finding in verdict_on(document, spec).findings]


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.id in MENDED], ids=lambda rule: rule.id
)
def test_a_rule_that_can_be_mended_without_knowing_the_subject_is(
    rule: Rule, example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    spec = TopicSpec.from_json(changed(example_spec, rule.example.topic_spec))
    broken = changed(example_curriculum, rule.example.curriculum)
    assert rule.id in rules_broken(broken, spec)
    document, changes = mended(broken, spec)
    assert rule.id not in rules_broken(document, spec)
    assert changes
    assert all(change.isprintable() for change in changes)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.id not in MENDED | BENT], ids=lambda rule: rule.id
)
def test_what_needs_a_judgement_is_left_as_it_is(
    rule: Rule, example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    spec = TopicSpec.from_json(changed(example_spec, rule.example.topic_spec))
    broken = changed(example_curriculum, rule.example.curriculum)
    findings = [f for f in verdict_on(broken, spec).findings if f.rule == rule.id]
    assert mend_document(broken, findings, spec) == (broken, ())


@pytest.mark.parametrize(("low", "high"), [(3, 9), (0, 1.5)], ids=["too few", "too many"])
def test_hours_are_bent_into_their_limits(low: float, high: float) -> None:
    limits = {"total_hours_min": low, "total_hours_max": high}
    spec = TopicSpec.from_json(spec_document(scope_in=["Topic"], constraints=limits))
    document = curriculum_of({"n1": [], "n2": ["n1"]}).to_json()
    after, (change,) = mended(document, spec)
    assert low * 60 <= sum(node["estimate_minutes"] for node in after["nodes"]) <= high * 60
    assert change.startswith("estimates now add up to")


def test_a_document_without_findings_stays_and_is_never_changed_in_place(
    example_curriculum: dict[str, Any],
) -> None:
    assert mended(example_curriculum) == (example_curriculum, ())
    broken = changed(example_curriculum, {"/nodes/0/prerequisites": ["ghost"]})
    before = json.dumps(broken)
    mended(broken)
    assert json.dumps(broken) == before


def test_several_findings_in_one_list_are_mended_together() -> None:
    document = curriculum_of({"a": [], "b": ["ghost", "a", "b", "a", "spook"]}).to_json()
    after, changes = mended(document)
    assert after["nodes"][1]["prerequisites"] == ["a"]
    assert len(changes) == 4


def test_a_cycle_loses_the_edge_that_nothing_explains() -> None:
    document = curriculum_of({"a": ["c"], "b": ["a"], "c": ["b"]}).to_json()
    for at, needed in ((0, "c"), (2, "b")):
        evidence = [{"id": needed, "reason": "the text says so"}]
        document["nodes"][at]["prerequisite_evidence"] = evidence
    after, _ = mended(document)
    assert [node["prerequisites"] for node in after["nodes"]] == [["c"], [], ["b"]]


def test_a_prerequisite_goes_with_its_evidence() -> None:
    document = curriculum_of({"a": [], "b": ["a", "ghost"]}).to_json()
    document["nodes"][1]["prerequisite_evidence"] = [
        {"id": "ghost", "reason": "x"},
        {"id": "a", "reason": "y"},
    ]
    after, _ = mended(document)
    assert after["nodes"][1]["prerequisite_evidence"] == [{"id": "a", "reason": "y"}]


def test_beyond_the_limit_the_explained_prerequisites_are_kept() -> None:
    document = curriculum_of({"a": [], "b": [], "c": [], "d": ["a", "b", "c"]}).to_json()
    document["nodes"][3]["prerequisite_evidence"] = [{"id": "c", "reason": "x"}]
    limits = {"max_prerequisites_per_node": 2}
    spec = TopicSpec.from_json(spec_document(scope_in=["Topic a"], constraints=limits))
    after, _ = mended(document, spec)
    assert after["nodes"][3]["prerequisites"] == ["a", "c"]


def test_a_renamed_node_is_still_what_others_need_and_ask_about() -> None:
    document = curriculum_of({"a b": [], "c": ["a b"]}).to_json()
    document["nodes"][1]["prerequisite_evidence"] = [{"id": "a b", "reason": "x"}]
    document["open_questions"] = [{"question": "Why?", "related_nodes": ["a b"]}]
    after, changes = mended(document)
    assert [node["id"] for node in after["nodes"]] == ["a-b", "c"]
    assert after["nodes"][1]["prerequisites"] == ["a-b"]
    assert after["nodes"][1]["prerequisite_evidence"][0]["id"] == "a-b"
    assert after["open_questions"][0]["related_nodes"] == ["a-b"]
    assert changes == ("the id 'a b' became 'a-b'",)


def test_a_new_id_is_never_too_long() -> None:
    long = "x" * (ID_LENGTH_MAX + 1)
    document = curriculum_of({f"{long} a": [], f"{long} b": []}).to_json()
    after, _ = mended(document)
    first, second = (node["id"] for node in after["nodes"])
    assert {first, second} == {long[:ID_LENGTH_MAX], f"{long[: ID_LENGTH_MAX - 2]}-2"}


def test_of_two_nodes_with_one_id_the_first_keeps_it() -> None:
    nodes = [
        node_document("a"),
        {**node_document("a"), "title": "Other"},
        node_document("c", ["a"]),
    ]
    after, _ = mended({"topic": "x", "nodes": nodes})
    assert [node["id"] for node in after["nodes"]] == ["a", "a-2", "c"]
    assert after["nodes"][2]["prerequisites"] == ["a"]


@pytest.mark.parametrize(
    ("feedback", "related"),
    [
        ("more on  TOPIC N1\nplease", ["n1"]),
        ("topics n3 and n2", None),
        ("the weather", None),
        ("topic n1, then topic n2", ["n1", "n2"]),
    ],
)
def test_feedback_becomes_an_open_question_on_the_nodes_it_names(
    feedback: str, related: list[str] | None
) -> None:
    document = {**curriculum_of({"n1": [], "n2": []}).to_json(), "open_questions": ["Old?"]}
    after = note_feedback(document, feedback)
    old, question = after["open_questions"]
    assert old == "Old?"
    assert question["question"] == f"Feedback to be acted on: {' '.join(feedback.split())}"
    assert question.get("related_nodes") == related
    assert document["open_questions"] == ["Old?"]
