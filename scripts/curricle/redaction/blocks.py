"""Cuts a text into blocks of whole lines, so that memory stays small however large the text is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_CHARACTERS: Final = 1 << 20
_REACH_CHARACTERS: Final = 1 << 14
_OPENINGS: Final = ("PRIVATE KEY", "PuTTY-User-Key", "Secret")
"""What may begin a secret of several lines."""


def split_blocks(text: str) -> Iterator[str]:
    """Return a text in blocks that end with a line, and not within a key or manifest."""
    start = 0
    while start < len(text):
        end = _line_end(text, start + _BLOCK_CHARACTERS)
        while end < len(text) and _is_open(text, end):
            end = _line_end(text, end + _REACH_CHARACTERS)
        yield text[start:end]
        start = end


def _line_end(text: str, place: int) -> int:
    return text.find("\n", place) + 1 or len(text)


def _is_open(text: str, end: int) -> bool:
    return any(text.find(word, end - _REACH_CHARACTERS, end) >= 0 for word in _OPENINGS)
