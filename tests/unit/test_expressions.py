from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.expressions import (
    PatternSet,
    RefusedExpressionError,
    compile_any,
    compile_pattern,
    escaped,
)


def test_all_expressions_that_are_found_are_told_by_place() -> None:
    found = PatternSet(["^a", "b+", "✗ x", "zz"])
    assert sorted(found.matching("a bb ✗ x".encode())) == [0, 1, 2]
    assert list(found.matching(b"nothing")) == []


def test_no_expressions_find_nothing() -> None:
    assert list(PatternSet([]).matching(b"anything")) == []


@pytest.mark.parametrize("expression", ["(?=ahead)", "(back)\\1", "(open", "a{2,1}"])
def test_what_needs_more_than_linear_time_is_refused(expression: str) -> None:
    with pytest.raises(RefusedExpressionError, match=r"\S"):
        compile_pattern(expression)


def test_one_of_several_expressions_is_enough() -> None:
    either = compile_any(["ab", "cd"])
    assert either.search(b"xcdx")
    assert not either.search(b"acbd")


@given(st.text(min_size=1))
def test_a_plain_string_is_found_as_it_is(text: str) -> None:
    data = text.encode(errors="replace")
    if data.decode() == text:
        assert compile_pattern(escaped(text)).fullmatch(data)
