"""Makes text safe to show: no control character reaches a terminal, a report or a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u2028-\u202e\u2066-\u2069"  # line separators; marks that turn the direction of what follows
    "\ud800-\udfff]"  # halves of surrogate pairs
)


def printable(text: str) -> str:
    """Return `text` with control and direction characters written as escapes."""
    return _UNSAFE.sub(_escape, text)


def one_line(text: str, limit: int | None = None) -> str:
    """Return `text` printable and on one line; beyond `limit` characters it ends in an ellipsis."""
    flat = printable(" ".join(text.split()))
    if limit is not None and len(flat) > limit:
        return flat[: limit - 1] + "…"
    return flat


def without_control_characters(text: str) -> str:
    """Return `text` without what `printable` would write as escapes."""
    return _UNSAFE.sub("", text)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, as in `1 week` or `2 weeks`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def amount(value: float, *, decimals: int = 2) -> str:
    """Return minutes or hours as people write them: no needless zeros, never an exponent."""
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def listed(first: Iterable[str], total: int, *, between: str = ", ") -> str:
    """Return the first few of `total` texts on one line, and how many more there are."""
    shown = list(first)
    more = [f"and {total - len(shown)} more"] if total > len(shown) else []
    return between.join([*shown, *more])


def is_utf_8(text: str) -> bool:
    """Tell whether a text from the command line or the disk arrived there as UTF-8.

    Python stands half a surrogate pair in the place of each byte that did not.
    """
    return not any("\ud800" <= char <= "\udfff" for char in text)


def has_control_characters(text: str) -> bool:
    """Tell whether `printable` would change the text."""
    return _UNSAFE.search(text) is not None


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - one byte
