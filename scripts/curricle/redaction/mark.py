"""What stands in the place of a secret."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from curricle.expressions import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.expressions import Pattern

MARK: Final = r"\[redacted:[0-9a-z-]{1,40}#[0-9]{1,9}\]"
_BEGIN: Final = b"[redacted:"
_LENGTH_MAX: Final = 64


def render_mark(kind: str, number: int) -> bytes:
    """Return the mark of a secret; nothing in it is derived from the secret's value."""
    return f"[redacted:{kind}#{number}]".encode("ascii")


def find_unmarked(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Return the parts of a range that are no part of a mark, from left to right."""
    first, last = max(0, start - _LENGTH_MAX), end + _LENGTH_MAX
    if data.find(_BEGIN, first, last) >= 0:
        for mark in _mark().finditer(data[first:last]):
            if first + mark.end() > start:
                yield start, min(end, first + mark.start())
                start = first + mark.end()
    yield start, end


@cache
def _mark() -> Pattern:
    return compile_pattern(MARK, has_groups=False)
