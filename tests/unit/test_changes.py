from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.printable import has_control_characters
from curricle.runs.changes import describe_change, describe_stale
from curricle.runs.freshness import Changed, StageState

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def told(before: Any, after: Any) -> str:
    sentence = describe_change("f.json", json.dumps(before).encode(), json.dumps(after).encode())
    return sentence.removeprefix("f.json changed")


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ({"a": {"b": 6}}, {"a": {"b": 4}}, ": a.b 6 → 4"),
        ({"a": 1}, {}, ": a removed"),
        ({}, {"a": 1}, ": a added"),
        ({"a": [1, 2]}, {"a": [1, 3]}, ": a[1] 2 → 3"),
        ({"a": [1]}, {"a": [1, "x"]}, ": a 1 → 2 entries (added x)"),
        ({"a": [1, 2]}, {"a": [2]}, ": a 2 → 1 entries (removed 1)"),
        (
            {"nodes": [{"id": "k", "t": 1}]},
            {"nodes": []},
            ": nodes 1 → 0 entries (removed k)",
        ),
        ({"a": 1}, {"a": 1.0}, ": a 1 → 1.0"),
        ({"a": True}, {"a": 1}, ": a True → 1"),
        ({"a": None}, {"a": "x"}, ": a None → x"),
        ([1], {"a": 1}, ": [1] → {'a': 1}"),
        (
            {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1},
            {},
            ": a removed; b removed; c removed; and 2 more",
        ),
        ({"a": 1}, {"a": 1}, " in its layout only"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_is_told_by_its_fields(before: Any, after: Any, sentence: str) -> None:
    assert told(before, after) == sentence


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (b"{}", None, "f.json is gone"),
        (None, b"{}", "f.json is new or its old version is not kept"),
        (b"one\ntwo\n", b"one\n", "f.json changed: 2 → 1 lines"),
        (b"\xff\n", b"\x00", "f.json changed: 1 → 1 lines"),
        (b"{}", b'{"a":1,"a":2}', "f.json changed: 1 → 1 lines"),
        (b"{}", b"[" * 1000, "f.json changed: 1 → 1 lines"),
        (b'{"a":1}', b'{ "a": 1 }\n', "f.json changed in its layout only"),
    ],
)
def test_what_is_no_json_is_told_too(
    before: bytes | None, after: bytes | None, sentence: str
) -> None:
    assert describe_change("f.json", before, after) == sentence


@given(values, values)
def test_any_change_is_one_printable_line_of_a_length_that_fits(before: Any, after: Any) -> None:
    sentence = told(before, after)
    assert not has_control_characters(sentence)
    assert not {"\n", "\t"} & set(sentence)
    assert (sentence == " in its layout only") is (json.dumps(before) == json.dumps(after))


def test_a_long_value_is_cut_where_it_is_shown() -> None:
    assert len(told({"a": "x" * 9999}, {"a": "y" * 9999})) < 120


def test_a_long_name_is_cut_too() -> None:
    assert len(told({"x" * 9999: 1}, {})) < 200


def test_a_stale_stage_is_told_by_each_changed_input_and_what_else_was_found() -> None:
    state = StageState(
        artifacts={},
        was_made=True,
        changed=(
            Changed(path="inputs/topic_spec.json", was="old", is_now="new"),
            Changed(path="inputs/scope.md", was="old", is_now=None),
            Changed(path="inputs/context/a.md", was=None, is_now="new"),
        ),
        reasons=("made by version 1 of this stage, now 2",),
    )
    objects = {"old": b'{"a": 1}'}
    files = {"inputs/topic_spec.json": b'{"a": 2}', "inputs/context/a.md": b"A"}
    assert describe_stale(state, objects.get, files.get) == (
        "topic_spec.json changed: a 1 → 2; scope.md is gone;"
        " a.md is new or its old version is not kept; made by version 1 of this stage, now 2"
    )
    assert describe_stale(StageState(artifacts={}, was_made=True), objects.get, files.get) == ""
