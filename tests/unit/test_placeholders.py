from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.canonical import document_bytes
from curricle.curriculum.placeholders import WHOLE, find_placeholder, may_hold_placeholder
from curricle.curriculum.validator import validate_curriculum
from documents import changed

PIECES = """
    replace_with_ Replace-With- RePlace_wITH_ title REPLACE WITH TODO TODO: FIXME( TBD tbd
    XXX <your <Insert <FILL placeholder > lorem Ipsum LOREM ipsum list . ! é
""".split()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("replace_with_goal", "replace_with_goal"),
        ("Learn Replace-With-Topic now", "Replace-With-Topic"),
        ("REPLACE WITH GOAL", "REPLACE WITH GOAL"),
        ("TODO", "TODO"),
        ("  TBA later", "TBA later"),
        ("FIXME. Then this", "FIXME"),
        ("Sorting (TODO: which?)", "TODO:"),
        ("<your topic>", "<your topic>"),
        ("About < Insert topic here > in depth", "< Insert topic here >"),
        ("Lorem Ipsum dolor", "Lorem Ipsum"),
        (" ... ", "..."),
        ("…", "…"),
        ("n/a", "n/a"),
    ],
)
def test_what_was_meant_to_be_replaced_is_found_and_named(text: str, found: str) -> None:
    assert find_placeholder(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Replace with a regular expression",
        "replace_without_loss",
        "A TODO list application",
        "todo lists",
        "Generics: Box<T>",
        "a < b > c",
        "Yours... and mine",
        "Is it? Yes",
        "Dash - and --flags",
        "XXXL sizes",
        "The ipsum of lorem",
    ],
)
def test_words_that_only_look_alike_are_fine(text: str) -> None:
    assert find_placeholder(text) is None


def test_a_long_placeholder_is_shown_by_its_beginning() -> None:
    assert find_placeholder("replace_with_" + "x" * 500) == "replace_with_" + "x" * 27


@given(st.lists(st.sampled_from(PIECES), max_size=6), st.sampled_from([" ", "", "\n"]))
def test_the_quick_look_at_the_bytes_never_misses_what_the_slow_one_finds(
    pieces: list[str], between: str
) -> None:
    text = between.join(pieces)
    found = find_placeholder(text)
    if found is not None and found not in WHOLE:
        assert may_hold_placeholder(document_bytes([text]))
        assert may_hold_placeholder(json.dumps([text]).encode())


def test_the_quick_look_sees_through_escaped_angle_brackets() -> None:
    for escape in (rb"\u003c", rb"\u003C"):
        raw = b'["' + escape + b'your topic\\u003e"]'
        assert find_placeholder(json.loads(raw)[0])
        assert may_hold_placeholder(raw)


def test_the_quick_look_passes_over_an_ordinary_document(
    example_curriculum: dict[str, Any],
) -> None:
    assert not may_hold_placeholder(document_bytes(example_curriculum))


@pytest.mark.parametrize("text", ["...", "TODO", "Lorem Ipsum"])
@pytest.mark.parametrize(
    "pointer",
    [
        "/topic",
        "/nodes/0/title",
        "/nodes/1/capability",
        "/nodes/1/core_ideas/0",
        "/nodes/2/pitfalls/0",
        "/nodes/3/mastery_check/task",
        "/nodes/3/mastery_check/pass_criteria",
        "/nodes/0/resources/0/title",
        "/nodes/0/resources/0/role",
    ],
)
def test_a_placeholder_in_a_curriculum_is_found_wherever_it_stands(
    pointer: str, text: str, example_curriculum: dict[str, Any]
) -> None:
    document = changed(example_curriculum, {pointer: text})
    raw = document_bytes(document)
    findings = validate_curriculum(document, raw, spec=None, line_counts={"inputs/scope.md": 99})
    places = [f.pointer for f in findings.findings if f.rule == "quality.placeholder"]
    assert places == [pointer]
