from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.curriculum.values import Curriculum, Node, OpenQuestion
from curricle.schema import DocumentKind, check_document
from documents import changed
from graphs import node_document

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
TEXTS = st.lists(TEXT, max_size=3)
UNKNOWN = st.dictionaries(
    st.sampled_from(["x-extra", "extra", "$comment"]), st.none() | TEXT | TEXTS, max_size=2
)


def objects(
    required: dict[str, st.SearchStrategy[Any]],
    optional: dict[str, st.SearchStrategy[Any]] | None = None,
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw objects of these fields, some of the optional ones, and fields nobody knows."""
    known = st.fixed_dictionaries(required, optional=optional or {})
    return st.builds(lambda fields, unknown: {**unknown, **fields}, known, UNKNOWN)


NODES = objects(
    {
        "id": TEXT,
        "title": TEXT,
        "capability": TEXT,
        "prerequisites": TEXTS,
        "core_ideas": TEXTS,
        "pitfalls": TEXTS,
        "mastery_check": objects({"task": TEXT, "pass_criteria": TEXT}),
        "estimate_minutes": st.integers(1, 600) | st.floats(0.5, 600),
        "resources": st.lists(
            objects(
                {"title": TEXT, "url": st.just("https://e.org"), "kind": TEXT, "role": TEXT},
                {"citation": TEXT},
            ),
            max_size=2,
        ),
    },
    {
        "confidence": st.floats(0, 1),
        "sources": st.lists(
            objects(
                {"path": TEXT, "first_line": st.integers(1, 9), "last_line": st.integers(1, 9)}
            ),
            min_size=1,
            max_size=2,
        ),
        "prerequisite_evidence": st.lists(
            objects({"id": TEXT, "reason": TEXT}, {"path": TEXT, "line": st.integers(1, 9)}),
            min_size=1,
            max_size=2,
        ),
    },
)
RELATED = st.lists(TEXT, min_size=1, max_size=3)
QUESTIONS = TEXT | objects({"question": TEXT, "related_nodes": RELATED})
CURRICULA = objects(
    {"topic": TEXT, "nodes": st.lists(NODES, min_size=1, max_size=3)},
    {"open_questions": st.lists(QUESTIONS, min_size=1, max_size=3)},
)


@given(CURRICULA)
def test_a_valid_document_comes_out_as_it_went_in(document: dict[str, Any]) -> None:
    assert check_document(DocumentKind.CURRICULUM, document) == ()
    curriculum = Curriculum.from_json(document)
    assert curriculum.to_json() == document
    assert Curriculum.from_json(curriculum.to_json()) == curriculum


def test_the_example_comes_out_as_it_went_in(example_curriculum: dict[str, Any]) -> None:
    assert Curriculum.from_json(example_curriculum).to_json() == example_curriculum


def test_optional_fields_that_are_empty_are_left_out() -> None:
    empty = {"sources": [], "prerequisite_evidence": []}
    node = Node.from_json({**node_document("a"), **empty})
    assert node.to_json() == node_document("a")
    document = {"topic": "T", "nodes": [node_document("a")], "open_questions": []}
    assert "open_questions" not in Curriculum.from_json(document).to_json()


def test_a_confidence_of_zero_is_not_an_empty_one() -> None:
    document = {**node_document("a"), "confidence": 0}
    assert Node.from_json(document).to_json() == document


def test_a_number_stays_whole_or_broken_as_it_was_written() -> None:
    for minutes in (60, 60.0, 0.1):
        written = Node.from_json(node_document("a", minutes=minutes)).to_json()["estimate_minutes"]
        assert (written, type(written)) == (minutes, type(minutes))


def test_fields_nobody_knows_are_kept_where_they_stood(
    example_curriculum: dict[str, Any],
) -> None:
    unknown = {
        "/made_by": "another program",
        "/nodes/0/level": 3,
        "/nodes/0/mastery_check/weight": 0.5,
        "/nodes/0/resources/0/language": "en",
        "/nodes/0/sources/0/digest": "abc",
        "/nodes/1/prerequisite_evidence/0/by": "a person",
        "/open_questions/1/asked_at": None,
    }
    document = changed(example_curriculum, {k: v for k, v in unknown.items() if v is not None})
    document["open_questions"][1]["asked_at"] = None
    curriculum = Curriculum.from_json(document)
    assert curriculum.extra == {"made_by": "another program"}
    assert curriculum.nodes[0].extra == {"level": 3}
    assert curriculum.to_json() == document


def test_a_question_without_further_facts_is_a_plain_string() -> None:
    document = {
        "topic": "T",
        "nodes": [node_document("a")],
        "open_questions": [{"question": "Why?"}, "How?", {"question": "Who?", "extra": 1}],
    }
    curriculum = Curriculum.from_json(document)
    assert curriculum.open_questions[0] == OpenQuestion(question="Why?")
    assert curriculum.to_json()["open_questions"] == [
        "Why?",
        "How?",
        {"question": "Who?", "extra": 1},
    ]


def test_a_known_field_wins_over_one_kept_from_elsewhere() -> None:
    node = replace(Node.from_json(node_document("a")), extra={"title": "Old", "level": 1})
    assert node.to_json() == {**node_document("a"), "level": 1}


def test_a_value_is_frozen_and_does_not_share_lists_with_its_document(
    example_curriculum: dict[str, Any],
) -> None:
    curriculum = Curriculum.from_json(example_curriculum)
    with pytest.raises(FrozenInstanceError):
        curriculum.topic = "other"  # type: ignore[misc]
    curriculum.to_json()["nodes"][0]["core_ideas"].clear()
    example_curriculum["nodes"][1]["prerequisites"].clear()
    assert curriculum.nodes[0].core_ideas
    assert curriculum.nodes[1].prerequisites == ("tables",)
