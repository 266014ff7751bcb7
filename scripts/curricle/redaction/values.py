"""Tells a value that may be a secret from what stands in its place: names, code, digests, words."""

from __future__ import annotations

import re
from typing import Final

_PLACEHOLDER: Final = re.compile(
    rb"""(?ix)
    < [^<>]* >? | \[ [\w .:-]* \]? | \{ [\w .:-]* \}? | \{\{ [^{}]* \}\}? | \$\{\{ [^{}]* \}\}?
    | \$ \{? [\w.:@-]* [^\w{}]* \}? | \$ \( .* | \$\w+ [/.:] .* | % \w* %
    | %[-+ ]?\d*[a-z] | @ \w+ @? | \\?["'`]+ .{0,3} | [\W_]+ | (.)\1*
    | (?: your | my | some | the | example | sample | dummy | fake ) [-_ ]? [a-z_ -]*
    | insert [a-z_ -]+ | enter [a-z_ -]+
    | (?: null | nil | none | undef (?:ined)? | true | false | yes | no | on | off | not
        | string | str | text | int (?:eger)? | bool (?:ean)? | bytes | object | any | array | list
        | dict | type | value | required | optional | empty | missing | invalid | unset | set
        | expired | hidden | masked | secure | redacted | filtered | removed | default | unknown
        | todo | tbd | prompt | env ) [\W_]*
    """
)
_NAMES: Final = re.compile(
    rb"(?i)[\w-]*(?:passw(?:or)?d|passphrase|secret|token|credential|api_?key|pwd)s?[\w-]*[\W_]*"
)
_CODE: Final = re.compile(
    rb"[\w$]+(?:(?:\.|::|->)[A-Za-z_$]\w*)+(?:[\W_]*|[#:,;(].*)|&?[\w.$:>-]*[A-Za-z_]\([^()]*\)?.*"
    rb"|[\w.$]+\[[\"'\w]*\]?.*|(?:await|new|return|function|lambda|not|if|in)\b.*"
)
_PATH: Final = re.compile(rb"(?:~|\.{1,2})?/.*|[A-Za-z]:\\.*|[\w.@-]+(?:/[\w.@-]+)+\.\w{1,5}")
_PARTS: Final = re.compile(rb"[\w.@-]+(?:/[\w.@-]+)+")
_ADDRESS: Final = re.compile(rb"[a-z][a-z0-9+.-]*:/+.*|[\w-]+(?:\.[a-z-]+)+(?::\d+)?(?:/.*)?")
_DIGEST: Final = re.compile(
    rb"(?i)(?:sha\d+|md5)[:=-].*|[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}"
    rb"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_RUN_ID: Final = re.compile(rb"\d{8}-\d{6}(?:-[a-z0-9]+)+")
_TIME: Final = re.compile(rb"\d{4}-\d\d-\d\d.*|[\d:.,+-]+(?:[a-zA-Z%]{1,3})?|0x[0-9a-fA-F]+")
_WORDS: Final = re.compile(rb"[A-Za-z]+(?:[-_. ][A-Za-z]+)*")
_DIGITS: Final = tuple(b"%d" % digit for digit in range(10))
_CHANGES: Final = re.compile(rb"(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[a-z0-9]|(?<=[0-9])[A-Za-z]")
_RANDOM_DIGITS_MIN: Final = 2
_LETTER: Final = re.compile(rb"[A-Za-z]")
_ODD: Final = re.compile(rb"[0-9!$%&*?@^~]")
_BREAKS: Final = re.compile(rb"[\s\x00-\x1f]")
_TELLING_LENGTH_MIN: Final = 8


def is_placeholder(value: bytes) -> bool:
    """Tell whether a value only says that there is one: `<token>`, `${TOKEN}`, `null`, `****`."""
    return _PLACEHOLDER.fullmatch(value) is not None


def is_code(value: bytes) -> bool:
    """Tell whether a value is a name or call in a program rather than what it stands for."""
    return _NAMES.fullmatch(value) is not None or _CODE.fullmatch(value) is not None


def is_place(value: bytes) -> bool:
    """Tell whether a value is a path or an address."""
    return _PATH.fullmatch(value) is not None or _ADDRESS.fullmatch(value) is not None


def is_known_shape(value: bytes) -> bool:
    """Tell whether a value is a digest, a UUID, a run's id, a time or a number."""
    return any(shape.fullmatch(value) for shape in (_DIGEST, _RUN_ID, _TIME))


def is_words(value: bytes) -> bool:
    """Tell whether a value is made of letters alone, in words."""
    return _WORDS.fullmatch(value) is not None


def is_number(value: bytes) -> bool:
    """Tell whether a value is a number or time."""
    return _TIME.fullmatch(value) is not None


def is_path(value: bytes) -> bool:
    """Tell whether a value begins as a path of a file does."""
    if _PATH.fullmatch(value):
        return True
    return _PARTS.fullmatch(value) is not None and not is_random(value)


def is_random(value: bytes, *, least_rate: float = 0.3) -> bool:
    """Tell whether letters, digits and cases alternate in a value more often than in words."""
    return sum(map(value.count, _DIGITS)) >= _RANDOM_DIGITS_MIN and len(
        _CHANGES.findall(value)
    ) >= least_rate * len(value)


def is_telling(value: bytes) -> bool:
    """Tell whether a value is long and odd enough to be taken out of any text it stands in."""
    return (
        len(value) >= _TELLING_LENGTH_MIN
        and _LETTER.search(value) is not None
        and _ODD.search(value) is not None
        and _BREAKS.search(value) is None
        and not is_place(value)
        and not is_path(value)
        and not is_number(value)
        and not is_placeholder(value)
    )
