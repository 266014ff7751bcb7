"""Finds the lines of a log that may tell of a failure.

A finder of plain words goes over all of the text, and only the lines it stops at are cleaned and
held against the signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import ahocorasick_rs

from curricle.expressions import Pattern, PatternSet, compile_pattern
from curricle.extraction.signs import SIGNS
from curricle.extraction.words import WORDS
from curricle.logs.cleaning import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curricle.extraction.sign import Sign

_ERROR_MARK: Final = b"##[error]"
_MARKED: Final = next(sign for sign in SIGNS if sign.name == "github-annotation")


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that bears a sign."""

    index: int
    sign: Sign


@cache
def word_finder() -> ahocorasick_rs.BytesAhoCorasick:
    """Return what finds the words of `words.py` in bytes."""
    return ahocorasick_rs.BytesAhoCorasick(
        [word.encode() for word in WORDS], implementation=ahocorasick_rs.Implementation.DFA
    )


def find_candidates(text: bytes) -> Iterator[int]:
    """Yield the numbers, from 0, of the lines that hold one of the words."""
    line = position = line_end = 0
    for _, _, end in word_finder().find_matches_as_indexes(text):
        if end <= line_end:
            continue
        # A word may begin with the newline before the line that it is in.
        line += text.count(b"\n", position, end)
        position = end
        line_end = text.find(b"\n", end)
        if line_end < 0:
            line_end = len(text)
        yield line


def find_hits(lines: Sequence[bytes], candidates: Iterable[int]) -> list[Hit]:
    """Return the most telling sign of each candidate line that bears one; `lines` are clean."""
    found = []
    for index in candidates:
        sign = find_sign(lines[index])
        if sign is not None:
            found.append(Hit(index, sign))
    return found


def weigh_line(line: bytes) -> int:
    """Return how sure it is that a line of a log, as it stands there, tells why a job failed."""
    sign = find_sign(clean_line(line))
    return sign.weight if sign else 0


def find_sign(line: bytes) -> Sign | None:
    """Return the most telling sign of a clean line, or None."""
    marked = line.startswith(_ERROR_MARK)
    text = line[len(_ERROR_MARK) :] if marked else line
    best: Sign | None = None
    for number in _patterns().matching(text):
        sign = SIGNS[number]
        if (best is None or sign.weight > best.weight) and not _only_looks(number, text):
            best = sign
    if (
        marked
        and (best is None or best.weight < _MARKED.weight)
        and not _only_looks(SIGNS.index(_MARKED), line)
    ):
        return _MARKED
    return best


@cache
def _patterns() -> PatternSet:
    return PatternSet(sign.pattern for sign in SIGNS)


@cache
def compiled(expression: str) -> Pattern:
    """Return an expression of a sign, compiled for clean lines."""
    return compile_pattern(expression, has_groups=False)


def _only_looks(number: int, line: bytes) -> bool:
    unless = SIGNS[number].unless
    return bool(unless) and compiled(unless).search(line) is not None
