"""Reads the value that begins at a place, however programs, settings or shells write it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_LENGTH_MAX: Final = 4096
_LEAD: Final = re.compile(
    rb"(?:[ \t*]|\x1b\[[\d;]*m|\\u001b\[[\d;]*m|\\t)*(?:@|[bBfFrRuL]{1,2}(?=[\"']))?"
)
_QUOTE: Final = re.compile(rb"\\*(?:[\"'`]|&quot;|%22)")
_BARE: Final = re.compile(rb"(?:[^\s\"'`\\\x1b]|\\(?![bfnrtu\"'`\\x]))+")
_NEXT_PAIR: Final = re.compile(
    rb"[&;,?](?=[\w.-]{1,40}[=:])|%26(?=[\w.-]{1,40}(?:=|%3D))|</|&quot;|\)[;,)]"
)
_CLOSERS: Final = b".,;:)]}>!?"
_OPENERS: Final = {b")": b"(", b"]": b"[", b"}": b"{", b">": b"<"}


class Value(NamedTuple):
    """What is assigned, and where it stands."""

    start: int
    end: int
    text: bytes
    is_quoted: bool


def read_value(data: bytes, place: int) -> Value:
    """Return the value at a place; its text is empty when there is none on the line."""
    lead = _LEAD.match(data, place)
    start = lead.end() if lead else place
    quote = _QUOTE.match(data, start)
    if quote:
        end = _closing(data, quote.end(), quote.group())
        if end >= 0:
            return Value(quote.end(), end, data[quote.end() : end], is_quoted=True)
        start = quote.end()
    return _read_bare(data, start)


def _closing(data: bytes, start: int, quote: bytes) -> int:
    """Return where a quotation ends, or -1."""
    limit = data.find(b"\n", start, start + _LENGTH_MAX)
    limit = min(len(data), start + _LENGTH_MAX) if limit < 0 else limit
    end = data.find(quote, start, limit)
    if quote[:1] != b"\\":
        while end > start and data[end - 1] == ord("\\") and data[end - 2] != ord("\\"):
            end = data.find(quote, end + 1, limit)
    return end


def _read_bare(data: bytes, start: int) -> Value:
    bare = _BARE.match(data, start, start + _LENGTH_MAX)
    if not bare:
        return Value(start, start, b"", is_quoted=False)
    end = bare.end()
    pair = _NEXT_PAIR.search(data, start, end)
    text = data[start : pair.start() if pair else end]
    while (
        text
        and text[-1] in _CLOSERS
        and text.count(_OPENERS.get(text[-1:], b"\0")) < text.count(text[-1:])
    ):
        text = text[:-1]
    return Value(start, start + len(text), text, is_quoted=False)
