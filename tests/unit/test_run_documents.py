from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.errors import (
    CurriculumInvalidError,
    ScopeInvalidError,
    StageConflictError,
    TopicSpecInvalidError,
)
from curricle.stages.reading import (
    line_count,
    read_curriculum,
    read_scope,
    read_spec,
    ready_spec,
)
from scopes import BLANK, spec_document


def spec_bytes(**fields: object) -> bytes:
    return json.dumps(spec_document(**{"scope_in": ["Flour"], **fields}), indent=2).encode()


def test_a_valid_spec_is_read_and_what_it_lacks_is_named() -> None:
    assert read_spec(spec_bytes()).lacking == ()
    lacking = {violation.pointer for violation in read_spec(json.dumps(BLANK).encode()).lacking}
    assert lacking == {"/goal", "/audience", "/scope_in"}


@pytest.mark.parametrize(
    ("data", "phrase"),
    [
        (b"", "cannot be read"),
        (b"{", "cannot be read (line 1)"),
        (b'{"goal": 1, "goal": 2}', "goal"),
        (b'\xff\xfe{"goal": 1}', "cannot be read"),
        (b"[]", "is invalid"),
        (b"null", "is invalid"),
        (spec_bytes(gaol="typo"), "gaol"),
        (spec_bytes(constraints={"hours_per_week": 0}), "constraints.hours_per_week"),
        (spec_bytes(constraints={"total_hours_min": 9, "total_hours_max": 1}), "is more than"),
        (spec_bytes(context_pack={"local_paths": ["../secret"]}), "leads out of"),
    ],
)
def test_a_spec_that_cannot_stand_is_an_error_that_says_where(data: bytes, phrase: str) -> None:
    with pytest.raises(TopicSpecInvalidError, match="topic_spec") as caught:
        read_spec(data)
    assert phrase in str(caught.value)


def test_only_the_first_problems_are_shown_and_the_others_counted() -> None:
    data = spec_bytes(scope_in=[1] * 9)
    with pytest.raises(TopicSpecInvalidError, match="and 4 more") as caught:
        read_spec(data)
    assert len(caught.value.details["problems"]) == 9


@pytest.mark.capability("R3")
@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (None, []),
        (json.dumps(BLANK).encode(), ["/goal", "/audience", "/scope_in"]),
        (spec_bytes(scope_in=[]), ["/scope_in"]),
        (spec_bytes(goal="replace_with_goal"), ["/goal"]),
        (spec_bytes(scope_in=["Flour", "TODO"]), ["/scope_in/1"]),
    ],
)
def test_a_spec_that_is_not_ready_is_a_stage_conflict_that_names_the_fields(
    data: bytes | None, fields: list[str]
) -> None:
    with pytest.raises(StageConflictError, match="topic spec not ready") as caught:
        ready_spec(data, "some-run")
    assert [field["pointer"] for field in caught.value.details["fields"]] == fields
    assert caught.value.next_step == ("run", "some-run", "--scope-file", "FILE")


def test_a_ready_spec_is_returned_as_a_value() -> None:
    assert ready_spec(spec_bytes(), "some-run").scope_in == ("Flour",)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"# A\r\nb\rc\n", "# A\nb\nc\n"),
        (b"\xef\xbb\xbf# A\n", "# A\n"),
        ("# Größe\n".encode(), "# Größe\n"),
    ],
)
def test_a_scope_is_text_with_one_kind_of_line_end(data: bytes, text: str) -> None:
    assert read_scope(data) == text


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xff\xfeA", b"a\nb\xe9\n"])
def test_a_scope_that_is_no_text_is_refused_by_its_name(data: bytes) -> None:
    with pytest.raises(ScopeInvalidError, match=r"notes\.md"):
        read_scope(data, "notes.md")


@pytest.mark.parametrize(
    ("data", "phrase"), [(b"", "the file is empty"), (b'{"a": NaN}', "line 1"), (b"{\n]", "line 2")]
)
def test_a_curriculum_that_is_no_json_is_an_error(data: bytes, phrase: str) -> None:
    with pytest.raises(CurriculumInvalidError, match="curriculum") as caught:
        read_curriculum(data)
    assert phrase in str(caught.value)


def test_a_curriculum_of_any_shape_is_read() -> None:
    assert read_curriculum(b"[1]") == [1]


@given(st.text(alphabet="ab \r\n", min_size=1))
def test_lines_are_counted_as_they_are_read(text: str) -> None:
    ends = text.replace("\r\n", "\n").replace("\r", "\n")
    assert line_count(text.encode()) == len(ends.removesuffix("\n").split("\n"))
