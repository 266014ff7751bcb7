"""Compiles expressions that take linear time on any bytes; the border to RE2.

Texts are searched as bytes: an expression speaks of ASCII, and a byte beyond it is a character
like any other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

import re2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MEMORY_BYTES: Final = 256 << 20
"""For the states of one expression. With less, RE2 forgets and builds them over and over."""
_REPEATS_MAX: Final = 5
_REPEATS: Final = re.compile(r"\{(\d+)(,?)(\d*)\}")


class Match(Protocol):
    """A place where an expression holds."""

    def group(self, number: int = 0, /) -> bytes:
        """Return what a group stands for."""
        ...

    def start(self, number: int = 0, /) -> int:
        """Return where a group begins."""
        ...

    def end(self, number: int = 0, /) -> int:
        """Return where a group ends."""
        ...


class Pattern(Protocol):
    """A compiled expression."""

    def search(self, data: bytes, start: int = 0, end: int = ..., /) -> Match | None:
        """Return the first match from a place on."""
        ...

    def match(self, data: bytes, start: int = 0, end: int = ..., /) -> Match | None:
        """Return the match that begins at a place."""
        ...

    def fullmatch(self, data: bytes, /) -> Match | None:
        """Return the match that is all of the data."""
        ...

    def finditer(self, data: bytes, /) -> Iterator[Match]:
        """Return the matches from left to right."""
        ...


def compile_pattern(expression: str, *, has_groups: bool = True) -> Pattern:
    """Return an expression, compiled; without groups it is faster."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY_BYTES
    options.never_capture = not has_groups
    compiled: Pattern = re2.compile(expression.encode("ascii"), options)
    return compiled


def compile_any(expressions: Iterable[str]) -> Pattern:
    """Return one expression that holds where any of several does."""
    return compile_pattern("|".join(f"(?:{each})" for each in expressions), has_groups=False)


def loosened(expression: str) -> str:
    """Return an expression that holds wherever the given one does, and needs fewer states.

    Long repetitions become shorter ones without an end.
    """
    return _REPEATS.sub(_loosened_repeat, expression)


def _loosened_repeat(repeat: re.Match[str]) -> str:
    least, most = int(repeat[1]), int(repeat[3] or repeat[1])
    if most <= _REPEATS_MAX and not (repeat[2] and not repeat[3]):
        return repeat[0]
    return f"{{{min(least, _REPEATS_MAX)},}}" if least else "*"
