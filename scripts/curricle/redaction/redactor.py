"""Takes the secrets out of texts that leave together; the same secret has the same mark in all.

What is a secret is told in `detector.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.redaction.blocks import split_blocks
from curricle.redaction.detector import disjoint, find_spans
from curricle.redaction.known import KnownValues
from curricle.redaction.manifests import has_manifest
from curricle.redaction.mark import render_mark
from curricle.redaction.span import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

CREDENTIAL: Final = "credential"
"""The kind of values that the caller knows."""
_ENCODING: Final = "utf-8"
_LEARNED_MAX: Final = 100_000
"""So many values are remembered; beyond them, secrets are masked only where they are found."""


class Redactor:
    """Takes secrets out of the texts of one bundle.

    `known` are exact values that are masked wherever they stand. A value that was found to be a
    secret in one text is masked in all later ones, also where nothing beside it tells what it is.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        self._kinds = dict.fromkeys(_encoded(known), CREDENTIAL)
        self._finder = KnownValues(self._kinds)
        self._finder_size = len(self._kinds)
        self._numbers: dict[bytes, int] = {}

    @property
    def count(self) -> int:
        """Return how many different secrets were masked so far."""
        return len(self._numbers)

    def learn(self, text: str) -> None:
        """Remember the secrets of a text, for texts that are redacted later."""
        for block in split_blocks(text):
            self._learned(block)

    def redact(self, text: str) -> str:
        """Return a text with a mark such as `[redacted:token#2]` in the place of every secret."""
        found = [self._learned(block) for block in split_blocks(text)]
        blocks = zip(split_blocks(text), found, strict=True)
        return "".join([self._redact_block(block, spans) for block, spans in blocks])

    def _learned(self, block: str) -> list[Span]:
        """Return the secrets of a block, which are now known."""
        data = _bytes(block)
        spans = find_spans(data)
        self._remember(data, spans)
        return spans

    def _redact_block(self, block: str, spans: list[Span]) -> str:
        if not spans and not self._kinds:
            return block
        data = _bytes(block)
        all_spans = self._with_known(data, spans)
        if not all_spans:
            return block
        if has_manifest(data):
            return self._settled(data, all_spans).decode(_ENCODING, "surrogatepass")
        parts = []
        done = 0
        for start, end, inside in _by_lines(data, all_spans):
            parts += [data[done:start], self._settled(data[start:end], inside)]
            done = end
        return b"".join((*parts, data[done:])).decode(_ENCODING, "surrogatepass")

    def _settled(self, data: bytes, spans: list[Span]) -> bytes:
        """Return lines without secrets, also those that only show when others are gone."""
        while spans:
            data = self._masked(data, spans)
            spans = self._with_known(data, find_spans(data))
        return data

    def _masked(self, data: bytes, spans: list[Span]) -> bytes:
        parts = []
        done = 0
        for span in spans:
            value = _plain(data[span.start : span.end])
            number = self._numbers.setdefault(value, len(self._numbers) + 1)
            parts += [
                data[done : span.start],
                render_mark(self._kinds.get(value, span.kind), number),
            ]
            done = span.end
        return b"".join((*parts, data[done:]))

    def _remember(self, data: bytes, spans: list[Span]) -> None:
        for span in spans:
            if span.is_telling and len(self._kinds) < _LEARNED_MAX:
                self._kinds.setdefault(_plain(data[span.start : span.end]), span.kind)

    def _with_known(self, data: bytes, spans: list[Span]) -> list[Span]:
        if len(self._kinds) != self._finder_size:
            self._finder = KnownValues(self._kinds)
            self._finder_size = len(self._kinds)
        return disjoint(data, (*self._known_spans(data), *spans))

    def _known_spans(self, data: bytes) -> Iterator[Span]:
        for start, end, value in self._finder.find(data):
            yield Span(start, end, self._kinds[value])


def find_left(text: str, known: Collection[str] = ()) -> tuple[str, ...]:
    """Return the kinds of the secrets that are still in a text, sorted; empty when it is clean."""
    finder = KnownValues(_encoded(known))
    kinds: set[str] = set()
    for block in split_blocks(text):
        data = _bytes(block)
        left = [Span(start, end, CREDENTIAL) for start, end, _ in finder.find(data)]
        kinds |= {span.kind for span in disjoint(data, (*left, *find_spans(data)))}
    return tuple(sorted(kinds))


def _by_lines(data: bytes, spans: list[Span]) -> Iterator[tuple[int, int, list[Span]]]:
    """Return ranges of whole lines with the spans in them, whose places are within the range."""
    start = end = 0
    inside: list[Span] = []
    for span in spans:
        if inside and span.start >= end:
            yield start, end, inside
            inside = []
        if not inside:
            start = data.rfind(b"\n", 0, span.start) + 1
        inside.append(span._replace(start=span.start - start, end=span.end - start))
        if span.end >= end:
            end = data.find(b"\n", span.end) + 1 or len(data)
    if inside:
        yield start, end, inside


def _encoded(known: Collection[str]) -> list[bytes]:
    return [value.encode(_ENCODING, "surrogatepass") for value in known if value]


def _bytes(text: str) -> bytes:
    return text.encode(_ENCODING, "surrogatepass")


def _plain(value: bytes) -> bytes:
    """Return a value as it is without the escapes of JSON, so that both spellings are one."""
    if b"\\" not in value:
        return value
    return value.replace(b"\\n", b"\n").replace(b'\\"', b'"').replace(b"\\/", b"/")
