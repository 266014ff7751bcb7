"""Compiles expressions that take linear time on any bytes; the border to RE2.

Texts are searched as bytes. A character beyond ASCII is a row of bytes like any other: it may stand
in an expression, and not in a class of characters or before a repetition.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

import re2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MEMORY_BYTES: Final = 256 << 20
"""For the states of one expression. With less, RE2 forgets and builds them over and over."""
_SET_MEMORY_BYTES: Final = 8 << 20
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


class RefusedExpressionError(Exception):
    """An expression that RE2 does not take."""


class PatternSet:
    """Many expressions, all of which are searched for at once."""

    def __init__(self, expressions: Iterable[str]) -> None:
        self._set = re2.Set.SearchSet(_options(_SET_MEMORY_BYTES, has_groups=False))
        self._size = 0
        for expression in expressions:
            self._set.Add(expression.encode())
            self._size += 1
        if self._size:
            self._set.Compile()

    def matching(self, data: bytes) -> Sequence[int]:
        """Return the places, from 0, of the expressions that are found in the data."""
        return (self._set.Match(data) or ()) if self._size else ()


def compile_pattern(expression: str, *, has_groups: bool = True) -> Pattern:
    """Return an expression, compiled; without groups it is faster.

    Raises:
        RefusedExpressionError: RE2 does not take it.
    """
    try:
        compiled: Pattern = re2.compile(
            expression.encode(), _options(_MEMORY_BYTES, has_groups=has_groups)
        )
    except re2.error as error:
        detail = error.args[0] if error.args else error
        text = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
        raise RefusedExpressionError(text) from error
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


def escaped(text: str) -> str:
    """Return the expression that a plain string is found by."""
    return "".join(char if char.isalnum() or not char.isascii() else "\\" + char for char in text)


def _options(memory_bytes: int, *, has_groups: bool) -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = memory_bytes
    options.never_capture = not has_groups
    options.log_errors = False
    return options
