from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.canonical import is_same_json
from curricle.curriculum.diff import diff_curricula
from curricle.schema import DocumentKind, check_document
from documents import with_diff
from graphs import node_document

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=12)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.0, 1.0, 2.5]) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
EXTRA = st.dictionaries(TEXT.filter(lambda k: k not in node_document("x")), VALUE, max_size=2)
IDS = st.sampled_from([f"n{at}" for at in range(8)])


@st.composite
def nodes(draw: st.DrawFn, node_id: str) -> dict[str, Any]:
    node = node_document(node_id, draw(st.lists(IDS, max_size=3)), draw(st.integers(1, 300)))
    node["title"] = draw(st.sampled_from([node["title"], "Sorting", "Searching", "Sorting!"]))
    if draw(st.booleans()):
        node["confidence"] = draw(st.sampled_from([0, 0.5, 1]))
    if draw(st.booleans()):
        node["prerequisite_evidence"] = [
            {"id": name, "reason": "it says so"} for name in node["prerequisites"]
        ]
    return {**draw(EXTRA.filter(lambda extra: not extra.keys() & _OPTIONAL)), **node}


_OPTIONAL = {"confidence", "prerequisite_evidence", "sources"}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    ids = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    document: dict[str, Any] = {"topic": draw(TEXT), "nodes": [draw(nodes(i)) for i in ids]}
    if draw(st.booleans()):
        document["open_questions"] = draw(
            st.lists(
                TEXT
                | st.fixed_dictionaries(
                    {"question": TEXT, "related_nodes": st.lists(IDS, max_size=2)}
                ),
                max_size=2,
            )
        )
    return document


def through_report(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    diff = diff_curricula(before, after, hours_per_week=5)
    report = json.loads(json.dumps(diff.to_json(from_sha256="a" * 64, to_sha256="b" * 64)))
    assert check_document(DocumentKind.DIFF_REPORT, report) == ()
    return report


@given(documents(), documents())
def test_applying_a_diff_to_the_first_gives_the_second(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    untouched = deepcopy(before)
    assert is_same_json(with_diff(before, through_report(before, after)), after)
    assert before == untouched


@given(documents())
def test_a_document_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    diff = diff_curricula(document, deepcopy(document), hours_per_week=5)
    assert diff.is_empty
    assert (diff.minutes_delta, diff.weeks_moved, diff.edges_added) == (0, (), ())


def pair(**changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    before = {"topic": "x", "nodes": [node_document("a"), node_document("b", ["a"])]}
    after = deepcopy(before)
    after["nodes"][1].update(changes)
    return before, after


def test_a_node_with_a_new_id_and_the_same_title_is_renamed_and_so_are_its_edges() -> None:
    before = {"topic": "x", "nodes": [node_document("a"), node_document("b", ["a"])]}
    after = deepcopy(before)
    after["nodes"][0]["id"] = "basics"
    after["nodes"][1]["prerequisites"] = ["basics"]
    diff = diff_curricula(before, after, hours_per_week=None)
    assert diff.renamed == (("a", "basics"),)
    assert (diff.added, diff.removed, diff.changed) == ((), (), ())
    assert (diff.edges_added, diff.edges_removed) == ((), ())


def test_a_node_with_a_new_id_and_a_slightly_new_title_is_renamed_and_changed() -> None:
    before, after = pair(id="b2", title="Topic b, revised", capability="Apply topic b")
    diff = diff_curricula(before, after, hours_per_week=None)
    assert diff.renamed == (("b", "b2"),)
    assert [(name, [c.field for c in changes]) for name, changes in diff.changed] == [
        ("b2", ["title"])
    ]


def test_two_nodes_that_share_a_title_are_not_taken_for_renames() -> None:
    before = {"topic": "x", "nodes": [node_document("a"), node_document("b")]}
    after = {"topic": "x", "nodes": [node_document("c"), node_document("d")]}
    for node in (*before["nodes"], *after["nodes"]):
        node |= {"title": "Same", "capability": f"{node['id']} " * 9, "core_ideas": [node["id"]]}
    diff = diff_curricula(before, after, hours_per_week=None)
    assert diff.renamed == ()
    assert (len(diff.added), len(diff.removed)) == (2, 2)


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (1, True), (0, False)], ids=["1-1.0", "1-true", "0-false"]
)
def test_values_that_python_calls_equal_but_json_does_not_are_a_change(
    one: object, other: object
) -> None:
    before, after = pair(extra=other)
    before["nodes"][1]["extra"] = one
    assert is_same_json(with_diff(before, through_report(before, after)), after)


def test_absent_and_null_are_told_apart() -> None:
    before, after = pair(extra=None)
    report = through_report(before, after)
    (change,) = report["nodes"]["changed"][0]["fields"]
    assert change == {"field": "extra", "before": None, "after": None, "added": True}


def test_minutes_critical_path_and_weeks_that_move_are_told() -> None:
    before = {
        "topic": "x",
        "nodes": [node_document("a", minutes=60), node_document("b", ["a"], minutes=60)],
    }
    after = deepcopy(before)
    after["nodes"][0]["estimate_minutes"] = 150
    diff = diff_curricula(before, after, hours_per_week=2)
    assert diff.minutes_delta == 90
    assert diff.critical_path_before == (("a", "b"), 120)
    assert diff.critical_path_after == (("a", "b"), 210)
    assert diff.weeks_moved == (("a", 1, 2), ("b", 1, 2))


def test_without_an_earlier_revision_nothing_changed() -> None:
    after = {"topic": "x", "nodes": [node_document("a")]}
    assert diff_curricula(None, after, hours_per_week=1).is_empty
