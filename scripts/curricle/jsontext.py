"""Reads JSON that people, programs and models wrote, and refuses what is ambiguous.

Duplicate keys, NaN, infinite and huge numbers, lone surrogates, deep nesting and wrong
encodings are errors with a line. Which document it was is the caller's to say. What we write
ourselves comes from `canonical.py`.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from curricle.pointers import parts_of, pointer_to

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_NESTING: Final = 200
MAX_NUMBER_DIGITS: Final = 30

_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_KEYS_AND_BRACES: Final = re.compile(rf"{_STRING}[ \t\n\r]*(?P<colon>:?)|[{{}}]")
_STRINGS_AND_NUMBERS: Final = re.compile(rf"{_STRING}|[-+.\w]+")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPES: Final = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]|(?P<half>\\u[dD][89a-fA-F])|\\.")
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_ENCODING_MARKS: Final = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


class MalformedJsonError(ValueError):
    """The text is no JSON that has one meaning."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


def parse_json(data: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises:
        MalformedJsonError: with the reason, and the 1-based line where one can be named.
    """
    text = decode_text(data)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJsonError(_reason(error.msg), error.lineno) from error
    except _BadMemberError as error:
        raise MalformedJsonError(error.why, error.find_line(text)) from error
    except RecursionError as error:
        raise MalformedJsonError(_TOO_DEEP) from error
    if _nests_too_deep(value):
        raise MalformedJsonError(_TOO_DEEP)
    if _SURROGATE.search(text):
        _check_surrogates(text)
    return value


def decode_text(data: bytes) -> str:
    """Return UTF-8 text without a byte order mark.

    Raises:
        MalformedJsonError: the bytes are not UTF-8; names the first line that is not.
    """
    for mark, name in _ENCODING_MARKS:
        if data.startswith(mark):
            raise MalformedJsonError(f"the text is {name}, expected UTF-8", 1)
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        why = f"byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8"
        raise MalformedJsonError(why, line) from error


def find_lines(text: str, pointers: Collection[str]) -> dict[str, int]:
    """Return the 1-based line at which each JSON pointer's value starts.

    A pointer that leads nowhere gets the line of the deepest part that exists. Only the parts
    of the text on the way to a pointer are walked; everything else is skipped at C speed.
    `text` must be JSON that `parse_json` accepted.
    """
    tree: dict[str, Any] = {}
    for pointer in pointers:
        branch = tree
        for part in parts_of(pointer):
            branch = branch.setdefault(part, {})
    finder = _LineFinder(text)
    finder.walk(finder.skip_space(0), "", tree, is_last=True)
    return {pointer: _deepest(finder.lines, pointer) for pointer in pointers}


class _BadMemberError(Exception):
    """A number, or an object with a repeated key, breaks a rule."""

    def __init__(self, why: str, number: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.number = number

    def find_line(self, text: str) -> int | None:
        """Return the line of the first such number, or of the first key that repeats another."""
        if self.number is None:
            return _line_of_repeated_key(text)
        for found in _STRINGS_AND_NUMBERS.finditer(text):
            if found.group() == self.number:
                return text.count("\n", 0, found.start()) + 1
        return None


def _line_of_repeated_key(text: str) -> int | None:
    """Return the line of the repeated key in the object that ends first, as the decoder sees it."""
    keys: list[set[str]] = []
    repeated_at: list[int | None] = []
    for found in _KEYS_AND_BRACES.finditer(text):
        if found.group() == "{":
            keys.append(set())
            repeated_at.append(None)
        elif found.group() == "}":
            keys.pop()
            if (offset := repeated_at.pop()) is not None:
                return text.count("\n", 0, offset) + 1
        elif found.group("colon"):
            key, _ = _SKIPPER.raw_decode(text, found.start())
            if key in keys[-1] and repeated_at[-1] is None:
                repeated_at[-1] = found.start()
            keys[-1].add(key)
    return None


_TOO_DEEP: Final = f"nested more than {MAX_NESTING} levels deep"
_HOLDERS: Final = frozenset({dict, list})


def _nests_too_deep(value: Any) -> bool:
    level = [value] if type(value) in _HOLDERS else []
    for _ in range(MAX_NESTING):
        level = [
            member
            for holder in level
            for member in (holder.values() if type(holder) is dict else holder)
            if type(member) in _HOLDERS
        ]
    return bool(level)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _BadMemberError(f"duplicate key {key!r} in one object")
            seen.add(key)
    return members


def _integer(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _BadMemberError(f"the number {digits[:40]} is too large", digits)
    _check_length(digits)
    return number


def _check_length(number: str) -> None:
    if len(number) <= MAX_NUMBER_DIGITS:
        return
    digits = sum(map(str.isdecimal, number))
    if digits > MAX_NUMBER_DIGITS:
        raise _BadMemberError(
            f"a number of {digits} digits, at most {MAX_NUMBER_DIGITS} are allowed", number
        )


def _constant(name: str) -> float:
    raise _BadMemberError(f"{name} is no JSON number", name)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
_SKIPPER: Final = json.JSONDecoder()


def _check_surrogates(text: str) -> None:
    # Every backslash of a JSON text stands in a string.
    for found in _ESCAPES.finditer(text):
        if found.group("half"):
            line = text.count("\n", 0, found.start()) + 1
            raise MalformedJsonError("half of a surrogate pair (\\ud800 to \\udfff)", line)


class _LineFinder:
    """Walks a JSON text along wanted pointers and notes the line at which each value starts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[str, int] = {}
        self.counted_to = 0
        self.line = 1

    def walk(self, offset: int, pointer: str, wanted: dict[str, Any], *, is_last: bool) -> int:
        """Note the value at `offset`, descend where wanted, and return its end.

        With `is_last`, nothing after this value is wanted: the walk stops at the last thing that
        is, and what it returns means nothing.
        """
        self.lines[pointer] = self._line_at(offset)
        if not wanted or self.text[offset] not in "{[":
            return offset if is_last else _SKIPPER.raw_decode(self.text, offset)[1]
        is_object = self.text[offset] == "{"
        offset = self.skip_space(offset + 1)
        left = len(wanted)
        index = 0
        while self.text[offset] not in "}]":
            key = str(index)
            if is_object:
                key, offset = _SKIPPER.raw_decode(self.text, offset)
                offset = self.skip_space(self.skip_space(offset) + 1)
            if key in wanted:
                left -= 1
                child = pointer + pointer_to(key)
                offset = self.walk(offset, child, wanted[key], is_last=is_last and not left)
                if is_last and not left:
                    break
            else:
                offset = _SKIPPER.raw_decode(self.text, offset)[1]
            offset = self.skip_space(offset)
            if self.text[offset] == ",":
                offset = self.skip_space(offset + 1)
            index += 1
        return offset + 1

    def skip_space(self, offset: int) -> int:
        """Return the offset of the next character that is no space."""
        return _SPACE.match(self.text, offset).end()  # type: ignore[union-attr] # matches anything

    def _line_at(self, offset: int) -> int:
        # Offsets only rise, so each newline is counted once.
        self.line += self.text.count("\n", self.counted_to, offset)
        self.counted_to = offset
        return self.line


def _deepest(lines: dict[str, int], pointer: str) -> int:
    while pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines[pointer]


def _reason(message: str) -> str:
    # The library would go on with a line and a column.
    return message[:1].lower() + message[1:].removesuffix(" starting at").removesuffix(" at")
