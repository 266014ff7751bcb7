from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.pointers import parts_of, pointer_to


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ((), ""),
        (("nodes", 0, "id"), "/nodes/0/id"),
        (("a/b",), "/a~1b"),
        (("m~n",), "/m~0n"),
        (("~1",), "/~01"),
        (("",), "/"),
        ((" ", 'k"l', "é"), '/ /k"l/é'),
    ],
)
def test_a_pointer_is_written_as_the_rfc_says(parts: tuple[str | int, ...], pointer: str) -> None:
    assert pointer_to(*parts) == pointer


@given(st.lists(st.text(alphabet="~/01ab", max_size=5), max_size=5))
def test_a_pointer_can_be_taken_apart_again(parts: list[str]) -> None:
    assert parts_of(pointer_to(*parts)) == parts
