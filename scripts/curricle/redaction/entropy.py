"""Finds long tokens that look random, and lone values on a line that could be nothing else."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from curricle.expressions import compile_any, compile_pattern
from curricle.redaction.span import Span
from curricle.redaction.values import is_known_shape, is_random

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.expressions import Pattern

_STEP: Final = r"(?:[0-9][g-zG-Z]|[g-zG-Z][0-9])"
_ANY: Final = r"[0-9A-Za-z+/]"
ENTROPY_HINTS: Final = (
    rf"{_STEP}{_ANY}*{_STEP}{_ANY}*{_STEP}",
    r"(?:[a-z]{1,4}[A-Z][0-9A-Z]{0,3}){4}[0-9A-Za-z]*[0-9]",
    r"[0-9][0-9A-Za-z]*(?:[A-Z][0-9A-Z]{0,3}[a-z]{1,4}){4}",
    r"(?m:^[\"' \t]*(?:[0-9a-f]{32,}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})[\"' \t,;]*$)",
)
_TOKEN: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_+/=.-"
_TOKEN_MAX: Final = 65_536
_UUID: Final = r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"
_LONE: Final = rf"(?m:^[\"' \t]*([0-9a-f]{{32}}|[0-9a-f]{{48}}|{_UUID})[\"' \t,;]*$)"
_DIGEST_NAME: Final = re.compile(
    rb"(?i)(?:sha\d*|md5|h1|digest|checksum|integrity|hash|etag|fingerprint)[\"']?[-:= ]+$"
)
_NAME_MAX: Final = 20
_LENGTH_MIN: Final = 24
_LONG: Final = 40
_RATE_MIN: Final = 0.36
_VERSION: Final = re.compile(rb"^[a-zA-Z]?\d{1,4}[-_]+|[-_]+$")
_HEXADECIMAL: Final = re.compile(rb"[0-9a-fA-F-]+")
_SEPARATOR: Final = re.compile(rb"[-_]")
_LOWER_LENGTH_MIN: Final = 28


def find_random(data: bytes) -> Iterator[Span]:
    """Return the tokens of some lines that look random, and hexadecimal ones that stand alone."""
    place = 0
    while match := _hint().search(data, place):
        start = _token_start(data, place, match.start())
        token = data[start : start + _TOKEN_MAX]
        token = token[: len(token) - len(token.lstrip(_TOKEN))]
        place = max(match.end(), start + len(token))
        before = data[max(0, start - _NAME_MAX) : start].rpartition(b"\n")[2]
        if len(token) >= _LENGTH_MIN and not _DIGEST_NAME.search(before):
            yield from _random_parts(token, start)
    for match in _lone().finditer(data):
        yield Span(match.start(1), match.end(1), "high-entropy", is_telling=False)


def _token_start(data: bytes, least: int, place: int) -> int:
    least = max(least, place - _TOKEN_MAX)
    return least + len(data[least:place].rstrip(_TOKEN))


def _random_parts(token: bytes, place: int) -> Iterator[Span]:
    """Return the token when it is random as a whole, else those of its parts that are."""
    text = token.strip(b"=.-_")
    if len(text) >= _LONG and b"." not in text and _is_random(text) and not _is_path(text):
        yield Span(place, place + len(token), "high-entropy", is_telling=False)
        return
    start = place
    for part in re.split(rb"([./=]+)", token):
        if len(part) >= _LENGTH_MIN and _is_random_part(part):
            yield Span(start, start + len(part), "high-entropy", is_telling=False)
        start += len(part)


def _is_random_part(part: bytes) -> bool:
    text = _VERSION.sub(b"", part)
    return len(text) >= _LENGTH_MIN and _is_random(text)


def _is_path(text: bytes) -> bool:
    """Tell whether a text with slashes is made of words."""
    parts = text.split(b"/")
    return len(parts) > 1 and any(part.isalpha() and len(part) > 3 for part in parts)  # noqa: PLR2004


def _is_random(text: bytes) -> bool:
    if is_known_shape(text):
        return False
    if text.lower() != text and text.upper() != text:
        return is_random(text, least_rate=_RATE_MIN)
    return (
        len(text) >= _LOWER_LENGTH_MIN
        and is_random(text)
        and _HEXADECIMAL.fullmatch(text) is None
        and len(_SEPARATOR.findall(text)) <= 1
    )


@cache
def _hint() -> Pattern:
    return compile_any(ENTROPY_HINTS[:3])


@cache
def _lone() -> Pattern:
    return compile_pattern(_LONE)
