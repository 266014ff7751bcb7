"""Finds values that are known to be secrets wherever they stand, however they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ENCODING: Final = "utf-8"
_FAST_BYTES_MAX: Final = 1 << 15
"""Up to here, the faster of the tables stays small."""


class KnownValues:
    """Exact values, and the ways in which JSON and addresses spell them."""

    def __init__(self, values: Iterable[bytes]) -> None:
        self._origins = {spelled: value for value in values for spelled in _spellings(value)}
        self._spelled = list(self._origins)
        size = sum(map(len, self._spelled))
        self._finder = (
            BytesAhoCorasick(
                self._spelled,
                matchkind=MatchKind.LeftmostLongest,
                implementation=Implementation.DFA if size <= _FAST_BYTES_MAX else None,
            )
            if self._spelled
            else None
        )

    def find(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Return where values stand, and which."""
        if self._finder is None:
            return
        for number, start, end in self._finder.find_matches_as_indexes(data):
            yield start, end, self._origins[self._spelled[number]]


def _spellings(value: bytes) -> set[bytes]:
    text = value.decode(_ENCODING, "surrogatepass")
    written = {text} | set(map(_in_json, (text, _in_json(text)))) | {json.dumps(text)[1:-1]}
    quoted = {
        spell(text, safe=safe, errors="surrogatepass")
        for spell in (quote, quote_plus)
        for safe in ("", "/")
    }
    return {each.encode(_ENCODING, "surrogatepass") for each in written | quoted} - {b""}


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
