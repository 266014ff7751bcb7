from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.yamltext import BYTES_MAX, MalformedYamlError, parse_yaml


def test_plain_data_is_read() -> None:
    assert parse_yaml(b"a: [1, two, null]\nb: {c: true}\n") == {
        "a": [1, "two", None],
        "b": {"c": True},
    }
    assert parse_yaml(b"") is None


BAD = {
    "broken": (b"a: [1,\n", 2, "expected"),
    "a key twice": (b"a: 1\nb: 2\na: 3\n", 3, "'a' is there twice"),
    "a key twice below": (b"a:\n  - b: 1\n    b: 2\n", 3, "'b' is there twice"),
    "an alias": (b"a: &x [1]\nb: *x\n", 2, "alias"),
    "a bomb": (b"a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]\n", 2, "alias"),
    "an object": (b"a: !!python/object/apply:os.system ['true']\n", 1, "no plain value"),
    "a day": (b"a: 2026-01-01\n", 1, "no plain value"),
    "bytes": (b"a: !!binary aGk=\n", 1, "no plain value"),
    "a set": (b"a: !!set {b}\n", 1, "no plain value"),
    "a number for a key": (b"1: a\n", 1, "no text"),
    "a merge": (b"a: {b: 1}\nc:\n  <<: {b: 2}\n", 3, "no text"),
    "two documents": (b"a: 1\n---\nb: 2\n", 2, "document"),
    "no UTF-8": (b"a: \xff\n", 1, "UTF-8"),
    "deep": (b"[" * 60 + b"]" * 60, 1, "nested deeper"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_has_no_one_meaning_is_refused_by_its_line(name: str) -> None:
    data, line, why = BAD[name]
    with pytest.raises(MalformedYamlError, match=why) as caught:
        parse_yaml(data)
    assert caught.value.line == line


def test_a_file_too_large_is_refused_unread() -> None:
    with pytest.raises(MalformedYamlError, match="the limit is"):
        parse_yaml(b"a" * (BYTES_MAX + 1))


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore"))
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(MalformedYamlError):
        parse_yaml(data)
