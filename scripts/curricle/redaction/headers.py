"""Finds what a request proves itself with: authorization, cookies, users of commands."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from curricle.expressions import compile_any, compile_pattern, loosened
from curricle.redaction.formats.format import EDGE
from curricle.redaction.span import Span
from curricle.redaction.values import is_number, is_placeholder, is_telling, is_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.expressions import Match, Pattern

_SCHEME: Final = r"(?:[a-z][a-z0-9-]{2,30}[ \t]+)?"
_COLON: Final = r"[\"'`\\\])]{0,4}[ \t]*(?:[:=]|=>)[ \t]*[\"'`\\]{0,4}"
_ROWS: Final[tuple[tuple[str, str], ...]] = (
    ("authorization", rf"(?i:authorization{_COLON}{_SCHEME}([^\s\"'`\\,;]{{6,}}=*))"),
    ("authorization", EDGE + r"(?i:bearer)[ \t:=]+[\"']?([\w.~+/=-]{12,})"),
    ("basic-auth", EDGE + r"[Bb](?:asic|ASIC)[ \t]+([A-Za-z0-9+/]{8,}={0,2})"),
    ("cookie", EDGE + rf"(?i:(?:set-)?cookie2?){_COLON}([\w.-]+=[^\"'\\\r\n]{{4,}})"),
    ("npm-token", r"(?i::_(?:auth|authtoken|password))[ \t]*=[ \t]*[\"']?([^\s\"'$][^\s\"']{5,})"),
)
_USER: Final = (
    r"(?:(?m:^)|[ \t\"',]|\\n)(?:-u|--user|--proxy-user)(?:[ =]*|\\*[\"'], ?)\\*"
    r"(\"[^\"\n]{1,80}\":\"[^\"\n]{2,}\"|'[^'\n]{1,80}':'[^'\n]{2,}'"
    r"|\"[^\"\n]*:[^\"\n]*\"|'[^'\n]*:[^'\n]*'|[^\s\"':,]*:[^\s\"'\\]{2,}"
    r"|[^\s\"':]{1,60}:[\"'][^\"'\n]{2,}[\"']|[^\s\"':,]{12,}:?)"
)
"""A user that a command sends; whether it is one, the rest of the line tells."""
_REQUEST: Final = re.compile(rb"curl|wget|https?\b")
_LINE_MAX: Final = 2_048
_JUDGED_MAX: Final = 512
HEADER_HINTS: Final = (*(pattern for _, pattern in _ROWS), _USER)


def find_headers(data: bytes) -> Iterator[Span]:
    """Return the credentials of requests in some lines."""
    if not _hint().search(data):
        return
    for kind, pattern in _patterns():
        for match in pattern.finditer(data):
            if _is_credential(match.group(1)):
                yield _span(match, kind)
    for match in _user().finditer(data):
        if _is_credential(match.group(1)) and _is_request(data, match.start()):
            yield _span(match, "basic-auth")


def _span(match: Match, kind: str) -> Span:
    return Span(match.start(1), match.end(1), kind, is_telling(match.group(1)))


def _is_request(data: bytes, place: int) -> bool:
    """Tell whether a line up to a place is a request, or the end of one that began before it."""
    line = data[max(0, place - _LINE_MAX) : place].rpartition(b"\n")[2].rpartition(b"\\n")[2]
    return not line.strip(b" \t#>+$") or _REQUEST.search(line) is not None


def _is_credential(value: bytes) -> bool:
    text = value[:_JUDGED_MAX].strip(b"\"':")
    parts = text.replace(b'"', b"").replace(b"'", b"").split(b":")
    if is_placeholder(text) or is_number(text) or all(map(is_placeholder, parts)):
        return False
    return b":" in value or not is_words(text)


@cache
def _user() -> Pattern:
    return compile_pattern(_USER)


@cache
def _hint() -> Pattern:
    return compile_any(map(loosened, HEADER_HINTS))


@cache
def _patterns() -> tuple[tuple[str, Pattern], ...]:
    return tuple((kind, compile_pattern(pattern)) for kind, pattern in _ROWS)
