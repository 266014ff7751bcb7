from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.jsontext import (
    MAX_NESTING,
    MAX_NUMBER_DIGITS,
    MalformedJsonError,
    decode_text,
    find_lines,
    parse_json,
)
from curricle.pointers import pointer_to

WHOLE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30) + 1, 10**30 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WHOLE_TEXT
)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WHOLE_TEXT, inner, max_size=4),
    max_leaves=12,
)


def rejected(data: bytes) -> tuple[str, int | None]:
    """Return the reason and the line with which a text is refused."""
    with pytest.raises(MalformedJsonError) as caught:
        parse_json(data)
    assert str(caught.value) == caught.value.why
    return caught.value.why, caught.value.line


@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 0, 3]))
def test_whatever_json_writes_is_read_as_it_was(
    value: Any, is_ascii: bool, indent: int | None
) -> None:
    data = json.dumps(value, ensure_ascii=is_ascii, indent=indent).encode()
    read = parse_json(data)
    assert read == value
    assert json.dumps(read) == json.dumps(value)


@given(
    st.binary(max_size=60)
    | st.text(alphabet='[]{}",:\\u019e-.dDtrue \n', max_size=60).map(str.encode)
)
def test_any_bytes_give_a_value_that_json_agrees_with_or_a_typed_error(data: bytes) -> None:
    line: int | None = 1
    try:
        value = parse_json(data)
    except MalformedJsonError as error:
        line = error.line
    else:
        assert value == json.loads(data)
    assert line is None or 1 <= line <= data.count(b"\n") + 1


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        (b"", "expecting value", 1),
        (b" \n\t\n", "expecting value", 3),
        (b'{"a": 1,\n"b"', "expecting ':' delimiter", 2),
        (b'{"a": [1,\n2', "expecting ',' delimiter", 2),
        (b'["a', "unterminated string", 1),
        (b'[\n"a\x00b"]', "invalid control character", 2),
        (b'["a\nb"]', "invalid control character", 1),
        (b"[1]\n\x00", "extra data", 2),
        (b"[1]\n[2]", "extra data", 2),
        (b"[1,\n]", "expecting value", 2),
        (b"{'a': 1}", "expecting property name enclosed in double quotes", 1),
        (b'["\\x41"]', "invalid \\escape", 1),
        (b'["\\u12"]', "invalid \\uXXXX escape", 1),
        (b"[01]", "expecting ',' delimiter", 1),
        (b"[1.]", "expecting ',' delimiter", 1),
        (b"// no\n[]", "expecting value", 1),
        (b"\xef\xbb\xbf\xef\xbb\xbf[]", "expecting value", 1),
    ],
)
def test_what_is_no_json_is_refused_with_the_line(data: bytes, why: str, line: int) -> None:
    assert rejected(data) == (why, line)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"a": 1,\n"a": 1}', 2),
        (b'{"a": 1,\n"a": 2,\n"b": {"a": 3}}', 2),
        (b'{"x": "a", "a": 1,\n"a":\n2, "y": "a"}', 2),
        (b'{"a": 1,\n"\\u0061": 2}', 2),
        (b'{"a": {"a": 1},\n"b": [{"a": 1,\n"a" : 2}]}', 3),
        (b'{"a": 1,\n"a": {"a": 1,\n"b": 2}}', 2),
        (b'{"a": 1,\n"a": {"c": 1,\n"a": 2,\n"a": 3}}', 4),
        (b'{"a": 1,\n"a": 2,\n"a": 3}', 2),
        (b'[{"a": "{"},\n{"a": "}"},\n{"b": "\\"}{", "a": 1,\n"a": 2}]', 4),
    ],
)
def test_the_second_of_two_equal_keys_in_one_object_is_refused_with_its_line(
    data: bytes, line: int
) -> None:
    assert rejected(data) == ("duplicate key 'a' in one object", line)


def test_a_repeated_key_with_control_characters_is_shown_escaped() -> None:
    why, line = rejected(b'{"\\u001b\\"": 1,\n"\\u001b\\"": 2}')
    assert why.isprintable()
    assert line == 2


def test_equal_keys_in_different_objects_are_fine() -> None:
    value = {"a": {"a": [{"a": 1}, {"a": 2}]}}
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("NaN", "NaN is no JSON number"),
        ("Infinity", "Infinity is no JSON number"),
        ("-Infinity", "-Infinity is no JSON number"),
        ("1e999", "the number 1e999 is too large"),
        ("-1e400", "the number -1e400 is too large"),
        ("9" * 31, "a number of 31 digits, at most 30 are allowed"),
        ("-" + "9" * 31, "a number of 31 digits, at most 30 are allowed"),
        ("7" * 5000, "a number of 5000 digits, at most 30 are allowed"),
        ("0." + "1" * 30, "a number of 31 digits, at most 30 are allowed"),
        ("0." + "1" * 5000, "a number of 5001 digits, at most 30 are allowed"),
    ],
    ids=lambda value: value[:12],
)
def test_numbers_that_programs_read_differently_are_refused_where_they_stand(
    number: str, why: str
) -> None:
    text = f'{{"1{number}": "{number}",\n"b": [1, "x{number}",\n{number}]}}'
    assert rejected(text.encode()) == (why, 3)


@pytest.mark.parametrize(
    "number",
    ["9" * 30, "-" + "9" * 30, "-0", "0", "1e-999", "-1." + "2" * 26 + "e+300", "1e+0000000000"],
)
def test_numbers_to_the_limit_are_read(number: str) -> None:
    assert sum(map(str.isdigit, number)) <= MAX_NUMBER_DIGITS
    assert parse_json(f"[{number}]".encode()) == json.loads(f"[{number}]")


def lists(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def objects_and_lists(depth: int) -> bytes:
    return b'{"a":[' * (depth // 2) + b"]}" * (depth // 2)


def hidden_by_strings(depth: int) -> bytes:
    """Nest so that brackets in strings seem to close what they do not."""
    return b'["]",' * (depth - 1) + b"[]" + b',"["]' * (depth - 1)


@pytest.mark.parametrize("nest", [lists, objects_and_lists, hidden_by_strings])
def test_nesting_is_read_to_the_limit_and_refused_beyond(nest: Any) -> None:
    assert parse_json(nest(MAX_NESTING)) == json.loads(nest(MAX_NESTING))
    why = f"nested more than {MAX_NESTING} levels deep"
    for depth in (MAX_NESTING + 2, MAX_NESTING * 2, 100_000):
        assert rejected(nest(depth))[0] == why


def test_brackets_in_strings_are_no_nesting() -> None:
    value = ["[" * 500, '"' + "{" * 500, "\\", "]" * 300]
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'["\\ud800"]', 1),
        (b'{"\\uDFFF": 1}', 1),
        (b'["\\ud83d\\ude00",\n"\\ude00\\ud83d"]', 2),
        (b'["\\\\ud800",\n{"a": "\\ud83d\\n"}]', 2),
        (b'["\\ud83d\\ud83d\\ude00"]', 1),
    ],
)
def test_half_of_a_surrogate_pair_is_refused_with_its_line(data: bytes, line: int) -> None:
    assert rejected(data) == ("half of a surrogate pair (\\ud800 to \\udfff)", line)


def test_whole_surrogate_pairs_and_escaped_backslashes_are_fine() -> None:
    assert parse_json(b'["\\ud83d\\ude00", "\\\\ud800"]') == ["\N{GRINNING FACE}", "\\ud800"]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_json(b"\xef\xbb\xbf[1]") == [1]
    assert decode_text(b"\xef\xbb\xbf# Title\n") == "# Title\n"
    assert decode_text(b"") == ""


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_other_encodings_are_refused(codec: str) -> None:
    data = '{"a": "ä"}'.encode(codec)
    why, line = rejected(data)
    assert line == 1
    if codec == "utf-16":
        assert why == "the text is UTF-16, expected UTF-8"


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        (b'["caf\xe9"]', "byte 0xe9 at offset 5 is not UTF-8", 1),
        (b"\xef\xbb\xbf\n\n[\xff]", "byte 0xff at offset 6 is not UTF-8", 3),
        (b'[\n"\xed\xa0\x80"]', "byte 0xed at offset 3 is not UTF-8", 2),
        (b"\n\xc3", "byte 0xc3 at offset 1 is not UTF-8", 2),
    ],
)
def test_what_is_not_utf_8_is_refused_with_the_byte_its_place_and_its_line(
    data: bytes, why: str, line: int
) -> None:
    assert rejected(data) == (why, line)
    with pytest.raises(MalformedJsonError, match="is not UTF-8"):
        decode_text(data)


def places(value: Any, pointer: str = "", lead: str = "") -> list[tuple[str, str, Any]]:
    """Return the pointer of everything in a document, what leads its line, and its value."""
    found = [(pointer, lead, value)]
    if isinstance(value, dict):
        for key, member in value.items():
            found += places(member, pointer + pointer_to(key), json.dumps(key) + ": ")
    elif isinstance(value, list):
        for at, member in enumerate(value):
            found += places(member, pointer + pointer_to(at))
    return found


@given(DOCUMENTS, st.data())
def test_a_pointer_leads_to_the_line_at_which_its_value_stands(
    value: Any, data: st.DataObject
) -> None:
    text = json.dumps(value, indent=1)
    chosen = data.draw(st.lists(st.sampled_from(places(value)), unique_by=lambda place: place[0]))
    lines = find_lines(text, [pointer for pointer, _, _ in chosen])
    assert set(lines) == {pointer for pointer, _, _ in chosen}
    for pointer, lead, member in chosen:
        rest = "\n".join(text.split("\n")[lines[pointer] - 1 :]).lstrip(" ")
        assert rest.startswith(lead)
        assert json.JSONDecoder().raw_decode(rest, len(lead))[0] == member


def test_all_pointers_into_a_text_are_found_at_once() -> None:
    text = '{"a/b": {\n"~": 1, "":\n2},\n"rows": [\n{"x": "]"},\n[3,\n4]]}'
    expected = {"": 1, "/a~1b": 1, "/a~1b/~0": 2, "/a~1b/": 3, "/rows": 4, "/rows/0": 5}
    expected |= {"/rows/0/x": 5, "/rows/1/0": 6, "/rows/1/1": 7}
    assert find_lines(text, expected) == expected
    assert find_lines(text, list(reversed(expected))) == expected


def test_a_pointer_that_leads_nowhere_gets_the_line_of_what_is_there() -> None:
    text = '\n{"a":\n{"b":\n[1]}}'
    assert find_lines(text, ["/x", "/a/x", "/a/b/7/y", "/a/b/0/z"]) == {
        "/x": 2,
        "/a/x": 3,
        "/a/b/7/y": 4,
        "/a/b/0/z": 4,
    }


def test_no_pointers_need_no_lines() -> None:
    assert find_lines("[1]", []) == {}
