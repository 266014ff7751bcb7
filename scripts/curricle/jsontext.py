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

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NESTING: Final = 200
MAX_NUMBER_DIGITS: Final = 30

_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
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
        raise MalformedJsonError(_lower_first(error.msg), error.lineno) from error
    except _BadMemberError as error:
        raise MalformedJsonError(error.why, _line_of_member(text, error.key)) from error
    except RecursionError as error:
        raise MalformedJsonError(_TOO_DEEP) from error
    if _nests_too_deep(data):
        raise MalformedJsonError(_TOO_DEEP)
    if _SURROGATE.search(data):
        _check_surrogates(text, value)
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
        return data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        why = f"byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8"
        raise MalformedJsonError(why, line) from error


def find_lines(text: str, pointers: Iterable[str]) -> dict[str, int]:
    """Return the 1-based line at which each JSON pointer's value starts.

    A pointer that leads nowhere gets the line of the deepest part that exists. Only the parts
    of the text on the way to a pointer are walked; everything else is skipped at C speed.
    `text` must be JSON that `parse_json` accepted.
    """
    tree: dict[str, Any] = {}
    for pointer in pointers:
        branch = tree
        for part in pointer.split("/")[1:]:
            branch = branch.setdefault(part.replace("~1", "/").replace("~0", "~"), {})
    finder = _LineFinder(text)
    finder.walk(finder.skip_space(0), "", tree, is_last=True)
    return {pointer: _deepest(finder.lines, pointer) for pointer in pointers}


class _BadMemberError(Exception):
    """A member of an object, or a number, breaks a limit; `key` helps to find the line."""

    def __init__(self, why: str, key: str) -> None:
        super().__init__(why)
        self.why = why
        self.key = key


_TOO_DEEP: Final = f"nested more than {MAX_NESTING} levels deep"


def _nests_too_deep(data: bytes) -> bool:
    # Brackets inside strings can leave a rest that means nothing; then the strings go first.
    return not _peels_bare(data) and not _peels_bare(_STRING.sub(b"", data))


def _peels_bare(data: bytes) -> bool:
    """Tell whether peeling innermost pairs of brackets `MAX_NESTING` times leaves none."""
    brackets = data.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_NESTING):
        if not brackets:
            break
        peeled = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(peeled) == len(brackets):
            break
        brackets = peeled
    return not brackets


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _BadMemberError(f"duplicate key {key!r} in one object", f'"{key}"')
            seen.add(key)
    return members


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_DIGITS:
        raise _BadMemberError(
            f"a number of {len(digits.lstrip('-'))} digits, at most {MAX_NUMBER_DIGITS} are allowed",
            digits,
        )
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _BadMemberError(f"the number {digits[:40]} is too large", digits)
    if len(digits) > MAX_NUMBER_DIGITS + 10:
        raise _BadMemberError(
            f"a number of {len(digits)} characters, at most {MAX_NUMBER_DIGITS} digits are allowed",
            digits,
        )
    return number


def _constant(name: str) -> float:
    raise _BadMemberError(f"{name} is no JSON number", name)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
_SKIPPER: Final = json.JSONDecoder()


def _line_of_member(text: str, needle: str) -> int | None:
    # The last of several equal keys is the one that repeats an earlier one.
    offset = text.rfind(needle) if needle.startswith('"') else text.find(needle)
    return text.count("\n", 0, offset) + 1 if offset >= 0 else None


def _check_surrogates(text: str, value: object) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending.extend(item.keys())
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, str) and any("\ud800" <= char <= "\udfff" for char in item):
            found = _SURROGATE.search(text.encode())
            line = text.encode().count(b"\n", 0, found.start()) + 1 if found else None
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
                child = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
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


def _lower_first(message: str) -> str:
    return message[:1].lower() + message[1:]
