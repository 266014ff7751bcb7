"""Finds the secrets of a text: where they stand, and of which kind they are.

One expression, run over everything, chooses the few lines that may have one; what looks closely
runs on those alone. Keys of several lines are looked for everywhere, by their first words.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from curricle.expressions import compile_any, loosened
from curricle.redaction.addresses import ADDRESS_HINTS, find_userinfo
from curricle.redaction.assignments import ASSIGNMENT_HINTS, find_assigned
from curricle.redaction.entropy import ENTROPY_HINTS, find_random
from curricle.redaction.headers import HEADER_HINTS, find_headers
from curricle.redaction.manifests import MANIFEST_HINTS, find_manifest_secrets
from curricle.redaction.mark import find_unmarked
from curricle.redaction.private_keys import PRIVATE_KEY_HINTS, find_private_keys
from curricle.redaction.tokens import TOKEN_HINTS, find_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from curricle.expressions import Pattern
    from curricle.redaction.span import Span

_NO_SECRET: Final = b" \t\r\n\"'\\,;.:"

_OF_LINES_HINTS: Final = (*PRIVATE_KEY_HINTS, *MANIFEST_HINTS)


class Group(NamedTuple):
    """What is looked for in one run over everything."""

    hints: tuple[str, ...]
    """Expressions of which one holds in every line that has a secret."""
    finders: tuple[Callable[[bytes], Iterator[Span]], ...]


_GROUPS: Final = (
    Group(
        (*TOKEN_HINTS, *ADDRESS_HINTS, *HEADER_HINTS, *ENTROPY_HINTS, *_OF_LINES_HINTS),
        (find_tokens, find_userinfo, find_headers, find_random),
    ),
    Group(ASSIGNMENT_HINTS, (find_assigned,)),
)
"""Two runs are faster than one: the states of an expression for both would be too many."""
_OF_LINES: Final[tuple[Callable[[bytes], Iterator[Span]], ...]] = (
    find_private_keys,
    find_manifest_secrets,
)
"""What looks at all lines together, once a hint stands in one of them."""


def find_spans(data: bytes) -> list[Span]:
    """Return the secrets of a text from left to right; no two of them overlap."""
    found: list[Span] = []
    may_span_lines = False
    for number, group in enumerate(_GROUPS):
        for start, end in _find_lines(data, _hint(number)):
            lines = data[start:end]
            may_span_lines |= number == 0 and _many_lines_hint().search(lines) is not None
            found += [
                span._replace(start=start + span.start, end=start + span.end)
                for find in group.finders
                for span in find(lines)
            ]
    if may_span_lines:
        found += [span for find in _OF_LINES for span in find(data)]
    return disjoint(data, found)


def disjoint(data: bytes, spans: Iterable[Span]) -> list[Span]:
    """Return what is not masked yet of spans, from left to right, none overlapping another.

    Where two overlap, they become one of the kind of the first, or of the larger.
    """
    kept: list[Span] = []
    for span in sorted(_unmarked(data, spans), key=lambda span: (span.start, -span.end)):
        if kept and span.start < kept[-1].end:
            if span.end > kept[-1].end:
                kept[-1] = kept[-1]._replace(end=span.end)
        else:
            kept.append(span)
    return kept


def _find_lines(data: bytes, hint: Pattern) -> Iterator[tuple[int, int]]:
    """Return the ranges of lines that may have a secret; lines next to each other are one."""
    start = end = 0
    while match := hint.search(data, end):
        first = data.rfind(b"\n", 0, match.start() + 1) + 1
        if first > end + 1 or end == 0:
            if end:
                yield start, end
            start = first
        end = data.find(b"\n", match.end())
        end = len(data) if end < 0 else end
        if end >= len(data):
            break
    if end:
        yield start, end


def _unmarked(data: bytes, spans: Iterable[Span]) -> Iterator[Span]:
    """Return the parts of spans that are not masked yet, as whole characters."""
    for span in spans:
        for start, end in find_unmarked(data, span.start, span.end):
            if start < end and data[start:end].strip(_NO_SECRET):
                yield span._replace(
                    start=_character_start(data, start), end=_character_end(data, end)
                )


def _character_start(data: bytes, place: int) -> int:
    while 0 < place < len(data) and data[place] & 0xC0 == 0x80:  # noqa: PLR2004 - as UTF-8 has it
        place -= 1
    return place


def _character_end(data: bytes, place: int) -> int:
    while place < len(data) and data[place] & 0xC0 == 0x80:  # noqa: PLR2004 - as UTF-8 has it
        place += 1
    return place


@cache
def _hint(number: int) -> Pattern:
    return compile_any(map(loosened, _GROUPS[number].hints))


@cache
def _many_lines_hint() -> Pattern:
    return compile_any(_OF_LINES_HINTS)
