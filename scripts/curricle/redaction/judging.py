"""Judges by the name of a value whether it is a secret or something that may be read."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from curricle.redaction.names import NAMES, Trust
from curricle.redaction.values import (
    is_code,
    is_known_shape,
    is_number,
    is_path,
    is_place,
    is_placeholder,
    is_random,
    is_telling,
    is_words,
)
from curricle.redaction.vendors import VENDORS

if TYPE_CHECKING:
    from curricle.redaction.assigned import Value

_JUDGED_MAX: Final = 512
"""How much of a value is looked at."""
_NAMES_KEPT: Final = 4096
_PASSWORD_MIN: Final = 3
_SECRET_MIN: Final = 6
_KEY_MIN: Final = 10
_WORD_MIN: Final = 8
_NUMBER_MIN: Final = 12
_PASSWORD_NUMBER_MIN: Final = 4
_ODD_MIN: Final = 8
_LOOSE: Final = (b"", b",", b" ", b"|", b"||", b"is", b"was", b"==", b"!=", b"===", b"!==")
"""What stands between a name and what may be its value, or just the next word."""
_PLAIN: Final = re.compile(rb"[\w+/=-]+")
_HEXADECIMAL: Final = re.compile(rb"(?:[A-Za-z]+[_-])*(?:[0-9a-f]+|[0-9A-F]+)")
_CONSTANT: Final = re.compile(rb"[A-Za-z][A-Za-z0-9]*(?:[_.-][A-Za-z0-9]+)+")
_HARMLESS: Final = re.compile(
    rb"(?i).*(?:names?|id|ids|files?|paths?|dir|url|uri|type|length|len|size|count|ttl|version|policy"
    rb"|expir\w*|expires_in|algorithm|field|label|ref|provider|manager|vault|pair|ring|store|board|word"
    rb"|stroke|frame|map|code|usage|limit|budget|index|prefix|suffix|pattern|digest|sha\d*|checksum|host"
    rb"|fingerprint|endpoint|region|hint|text|event|error|status|selector|alias|format|mode|class|timeout|prompt|less|less_auth|script|step|test|scope|scopes|issuer)s?[\s_.-]*"
)
_HARMLESS_KEY: Final = re.compile(
    rb"(?i).*(?:public|pub|foreign|primary|cache|idempotency|partition|sort|group|natural|hot|monkey|turkey"
    rb"|schema|sequence|bucket|object|author|authority|authored|rapid|capital|keyword|keyboard|keycode"
    rb"|keymap|accessib|accessor|sign?[ai]l|signed|design|assign|significant|capi|catalog|apiversion)\w*.*"
)


class Judged(NamedTuple):
    """What a name says."""

    trust: Trust | None
    kind: str
    shapes: tuple[re.Pattern[bytes], ...]
    """What values look like for the vendors that the name names."""


def find_kind(name: bytes, assigns: bytes, value: Value) -> str:
    """Return the kind of secret that a value is, or an empty text."""
    text = value.text[:_JUDGED_MAX]
    if len(text) < _PASSWORD_MIN or (text[:1] in {b"-", b"="} and len(text) < _KEY_MIN):
        return ""
    judged = _judged(name.lower())
    if any(shape.fullmatch(text) for shape in judged.shapes):
        return "vendor-key" if judged.trust is None else judged.kind
    if judged.trust is None or b"\x1b" in text or is_placeholder(text):
        return ""
    is_secret = _CHECKS[judged.trust](text, assigns, value)
    return judged.kind if is_secret else ""


def _is_password(text: bytes, assigns: bytes, value: Value) -> bool:
    if (is_path(text) or is_place(text)) and not is_random(text):
        return False
    if is_number(text) and not value.is_quoted:
        return len(text) >= _PASSWORD_NUMBER_MIN and text.isdigit()
    if assigns in _LOOSE:
        return _is_odd(text)
    if value.is_quoted:
        return b" " in text or not is_code(text)
    return not is_code(text) and (not is_words(text) or b"=" in assigns or assigns == b">")


def _is_secret(text: bytes, assigns: bytes, value: Value) -> bool:
    if len(text) < _SECRET_MIN or is_code(text) or is_place(text) or is_path(text):
        return False
    if is_number(text) or b" " in text:
        return len(text) >= _NUMBER_MIN and text.isdigit()
    if assigns in _LOOSE:
        return _is_odd(text)
    if is_words(text):
        return len(text) >= _WORD_MIN and (value.is_quoted or assigns == b"=")
    return True


def _is_key(text: bytes, assigns: bytes, value: Value) -> bool:
    del assigns, value
    return (
        len(text) >= _KEY_MIN
        and _PLAIN.fullmatch(text) is not None
        and is_random(text)
        and not is_known_shape(text)
        and not _HEXADECIMAL.fullmatch(text)
        and not is_path(text)
    )


def _is_odd(text: bytes) -> bool:
    """Tell whether a value is none of the words that may follow a name in any sentence or list."""
    if len(text) < _ODD_MIN or not is_telling(text) or is_code(text):
        return False
    return is_random(text) or not _CONSTANT.fullmatch(text)


_CHECKS: Final = {
    Trust.PASSWORD: _is_password,
    Trust.SECRET: _is_secret,
    Trust.KEY: _is_key,
}


@lru_cache(_NAMES_KEPT)
def _judged(name: bytes) -> Judged:
    shapes = tuple(shape for pattern, shape in _vendors() if pattern.search(name))
    for trust, kind, pattern in _names():
        ends = [match.end() for match in pattern.finditer(name)]
        if ends:
            is_harmless = _is_harmless(name, name[ends[-1] :], trust)
            return Judged(None if is_harmless else trust, kind, shapes)
    return Judged(None, "", shapes)


def _is_harmless(name: bytes, rest: bytes, trust: Trust) -> bool:
    if trust is Trust.KEY and _HARMLESS_KEY.fullmatch(name):
        return True
    return _HARMLESS.fullmatch(rest) is not None


@cache
def _names() -> tuple[tuple[Trust, str, re.Pattern[bytes]], ...]:
    return tuple((trust, kind, re.compile(names.encode())) for trust, kind, names in NAMES)


@cache
def _vendors() -> tuple[tuple[re.Pattern[bytes], re.Pattern[bytes]], ...]:
    return tuple(
        (re.compile(name.encode()), re.compile(shape.encode(), re.IGNORECASE))
        for name, shape in VENDORS
    )
