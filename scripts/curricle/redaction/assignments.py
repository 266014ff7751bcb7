"""Finds values that are secrets because of the name they are given.

Names are in `names.py` and `vendors.py`; how a value is read is in `assigned.py`, and whether it
is a secret in `judging.py`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from curricle.expressions import compile_any, compile_pattern, loosened
from curricle.redaction.assigned import read_rest, read_value
from curricle.redaction.formats.format import EDGE
from curricle.redaction.judging import find_kind
from curricle.redaction.names import NAMES, Trust
from curricle.redaction.span import Span
from curricle.redaction.values import is_telling
from curricle.redaction.vendors import VENDORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.expressions import Pattern

_PLAIN: Final = "|".join(names for trust, _, names in NAMES if trust is not Trust.KEY)
_WEAK: Final = "|".join(
    (*(names for trust, _, names in NAMES if trust is Trust.KEY), *(names for names, _ in VENDORS))
)
_GAP: Final = r"(?:[ \t]|\\t|\x1b\[[0-9;]*m|\\u001b\[[0-9;]*m)"
_REST: Final = r"[\w.-]{0,40}(?:[ \t][\w.-]{1,20}){0,2}"
"""What may follow a name before that which assigns: `_FILE`, ` for admin`."""
_CLOSE: Final = rf"[\])}}\"'`\\*]{{0,6}}{_GAP}*"
_TYPE: Final = r"(?::?[ \t]*(?:string|str|text|char|bytes)\b[\w\[\]*| ]{0,12})?"
_ASSIGNS: Final = r":{0,3}[:=?]=|[!=]==?|=>|=|:|<-|>|\|{1,2}|%3[AD]|value[ \t]*=|(?:is|was)[ \t]"
_OPENS: Final = rf"(?:,|\bvalue=)?{_GAP}*\\*[\"'`]"
_WITHOUT: Final = (
    r"(?:(?m:^)|[\s\"'\[,(]|\\[nrt])--?[\w-]{0,40}"
    rf"|{EDGE}(?:set|setx|env|arg|login[ \t]+\S+)[ \t]+[\w.-]{{0,40}}"
)
"""What stands before a name whose value follows after nothing but a space: flags, shells."""

_BEFORE_ARROW: Final = (b" ", b"-", b"=", b"\t")
_ASSIGNED: Final = rf"(?i)((?:{_PLAIN}|{_WEAK}){_REST}){_CLOSE}{_TYPE}(?:({_ASSIGNS})|({_OPENS}))"
_SPACED: Final = rf"(?i)(?:{_WITHOUT})((?:{_PLAIN})[\w-]{{0,20}})[ \t]+[^\s=:-]"
ASSIGNMENT_HINTS: Final = (
    rf"(?i:(?:{_PLAIN}){_REST}{_CLOSE}{_TYPE}(?:{_ASSIGNS}|{_OPENS})(?:{_GAP}|\*)*[@bfru]?\\*[\"'`]*[^\s\"'`]{{3}})",
    rf"(?i:(?:{_WEAK}){_REST}{_CLOSE}{_TYPE}(?:{_ASSIGNS}|{_OPENS})(?:{_GAP}|\*)*[@bfru]?\\*[\"'`]*[A-Za-z_+=-]*[0-9][\w+/=.-]{{5}})",
    rf"(?i:(?:{_WITHOUT})(?:{_PLAIN})[\w-]{{0,20}}[ \t]+[^\s=:-]{{3}})",
)


def find_assigned(data: bytes) -> Iterator[Span]:
    """Return the secrets of some lines that have a name."""
    place = 0
    while hint := _hint().search(data, place):
        match = _assigned().match(data, hint.start())
        if not match:
            place = hint.start() + 1
            continue
        assigns = match.group(2) or b""
        place = match.end() if assigns else match.start(3)
        if not assigns and data[place : place + 1] == b",":
            place, assigns = place + 1, b","
        before = data[match.start(2) - 1 : match.start(2)]
        if assigns == b">" and before in _BEFORE_ARROW:
            continue
        span = _find_secret(data, match.group(1), assigns, place)
        if span:
            place = span.end
            yield span
    for match in _spaced().finditer(data):
        span = _find_secret(data, match.group(1), b" ", match.end() - 1)
        if span:
            yield span


def _find_secret(data: bytes, name: bytes, assigns: bytes, place: int) -> Span | None:
    value = read_value(data, place)
    kind = find_kind(name, assigns.strip().lower(), value) if value.text else ""
    if not kind:
        return None
    return Span(value.start, read_rest(data, value), kind, is_telling(value.text))


@cache
def _hint() -> Pattern:
    return compile_any(map(loosened, ASSIGNMENT_HINTS[:2]))


@cache
def _assigned() -> Pattern:
    return compile_pattern(_ASSIGNED)


@cache
def _spaced() -> Pattern:
    return compile_pattern(_SPACED)
