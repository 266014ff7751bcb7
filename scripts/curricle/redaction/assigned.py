"""Reads the value that begins at a place, however programs, settings or shells write it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_LENGTH_MAX: Final = 4_096
_BARE_MAX: Final = 256
"""So much of a value without quotes is judged: thousands may begin within one another."""
_REST_MAX: Final = 65_536
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
    bare = _BARE.match(data, start, start + _BARE_MAX)
    if not bare:
        return Value(start, start, b"", is_quoted=False)
    pair = _NEXT_PAIR.search(data, start, bare.end())
    text = _without_closers(data[start : pair.start() if pair else bare.end()])
    return Value(start, start + len(text), text, is_quoted=False)


def read_rest(data: bytes, value: Value) -> int:
    """Return where a value ends, also one of which only the beginning was read."""
    if value.is_quoted or len(value.text) < _BARE_MAX:
        return value.end
    rest = _BARE.match(data, value.end, value.end + _REST_MAX)
    return rest.end() if rest else value.end


def _without_closers(text: bytes) -> bytes:
    """Return a text without the brackets and stops at its end that belong to what is around it."""
    while text and text[-1] in _CLOSERS:
        closer = text[-1:]
        if text.count(_OPENERS.get(closer, b"\0")) >= text.count(closer):
            break
        text = text[:-1]
    return text
