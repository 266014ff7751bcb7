"""Finds tokens that are known by their own shape."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from curricle.expressions import compile_any, compile_pattern, loosened
from curricle.redaction.formats import FORMATS
from curricle.redaction.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.expressions import Pattern

TOKEN_HINTS: Final = tuple(dict.fromkeys(each.expression for each in FORMATS))
"""Expressions of which one holds in every line that has a token."""


def find_tokens(data: bytes) -> Iterator[Span]:
    """Return the tokens of some lines."""
    if not _hint().search(data):
        return
    for match in _any_token().finditer(data):
        kind, start, end = _identified(match.group())
        yield Span(match.start() + start, match.start() + end, kind, is_telling=False)


def _identified(found: bytes) -> tuple[str, int, int]:
    for each, pattern in _patterns():
        token = pattern.match(found)
        if token:
            return each, token.start(1), token.end(1)
    return "token", 0, len(found)


@cache
def _hint() -> Pattern:
    return compile_any(map(loosened, TOKEN_HINTS))


@cache
def _any_token() -> Pattern:
    return compile_any(each.expression for each in FORMATS)


@cache
def _patterns() -> tuple[tuple[str, Pattern], ...]:
    return tuple((each.kind, compile_pattern(each.expression)) for each in FORMATS)
