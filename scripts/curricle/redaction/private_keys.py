"""Finds private keys: blocks between their first and last line, whole, cut off, or on one line."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from curricle.expressions import compile_pattern
from curricle.redaction.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.expressions import Pattern

_TITLE: Final = r"(?:[A-Z0-9]{1,12}[ _]){0,3}PRIVATE KEY(?: BLOCK)?"
_BEGIN: Final = rf"BEGIN {_TITLE}-{{0,5}}|PuTTY-User-Key-File-\d"
_END: Final = rf"END {_TITLE}-{{0,5}}"
PRIVATE_KEY_HINTS: Final = ("PRIVATE KEY", "PuTTY-User-Key-File")
_NEWLINE: Final = r"(?:\s|\\[nrt]|[\"'+>|#*,])"
_REST: Final = (
    rf"(?:{_NEWLINE}*(?:[A-Z][A-Za-z-]+: [^\n\\]{{1,200}}|[A-Za-z0-9+/]{{16,}}=*))*"
    rf"(?:{_NEWLINE}*[A-Za-z0-9+/]{{1,76}}={{1,2}})?"
)
"""What of a block is left where its last line was cut off."""
_BLOCK_MAX: Final = 16_384
_BREAK: Final = re.compile(rb"\r?\n|\\r\\n|\\n")
_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/=]{2,120}")
_DASHES_MAX: Final = 5


def find_private_keys(data: bytes) -> Iterator[Span]:
    """Return the private keys of a text, from its first line to its last."""
    done = 0
    for begin in _begin().finditer(data):
        if begin.start() >= done:
            start = _without_dashes(data, begin.start())
            done = _block_end(data, begin.end())
            yield Span(start, done, "private-key", is_telling=False)
    for end in _end().finditer(data):
        start = _tail_start(data, _without_dashes(data, end.start()))
        yield Span(start, end.end(), "private-key", is_telling=False)


def _without_dashes(data: bytes, place: int) -> int:
    least = max(0, place - _DASHES_MAX)
    return least + len(data[least:place].rstrip(b"-"))


def _block_end(data: bytes, start: int) -> int:
    limit = start + _BLOCK_MAX
    following = _begin().search(data, start, limit)
    end = _end().search(data, start, following.start() if following else limit)
    if end:
        return end.end()
    rest = _rest().match(data, start, limit)
    return rest.end() if rest else start


def _tail_start(data: bytes, end: int) -> int:
    """Return where a block begins whose first line was cut off, from its last line on."""
    least = max(0, end - _BLOCK_MAX)
    start = end
    for line in reversed(_lines(data[least:end])):
        text = data[least + line[0] : least + line[1]].strip()
        if text and not _BASE64_LINE.fullmatch(text):
            break
        start = least + line[0]
    return start


def _lines(data: bytes) -> list[tuple[int, int]]:
    starts = [0, *(each.end() for each in _BREAK.finditer(data))]
    ends = [*(each.start() for each in _BREAK.finditer(data)), len(data)]
    return list(zip(starts, ends, strict=True))


@cache
def _begin() -> Pattern:
    return compile_pattern(_BEGIN, has_groups=False)


@cache
def _end() -> Pattern:
    return compile_pattern(_END, has_groups=False)


@cache
def _rest() -> Pattern:
    return compile_pattern(_REST, has_groups=False)
