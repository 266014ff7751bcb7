"""How long a server asks to wait before it is asked again, by its headers or its words."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEARCHED_MAX: Final = 4000
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_AGAIN_IN: Final = re.compile(
    r"try again in (?:(?P<minutes>[0-9]{1,6})m)?"
    r"(?P<number>[0-9]{1,6}(?:\.[0-9]{1,6})?) ?(?P<unit>ms|s\b|seconds?\b)",
    re.IGNORECASE,
)


def wait_in_headers(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that `Retry-After` asks to wait, or None where it says nothing usable.

    `now` is a time as `time.time` gives it.
    """
    milliseconds = _number_of(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    seconds = _number_of(said)
    if seconds is not None or not said:
        return seconds
    try:
        return max(parsedate_to_datetime(said).timestamp() - now, 0.0)
    except (ValueError, OverflowError):
        return None


def wait_in_words(text: str) -> float | None:
    """Return the seconds that a message such as "try again in 1m30s" asks to wait, or None."""
    found = _AGAIN_IN.search(text[:_SEARCHED_MAX])
    if not found:
        return None
    divisor = 1000 if found["unit"].lower() == "ms" else 1
    return int(found["minutes"] or 0) * 60 + float(found["number"]) / divisor


def _number_of(text: str | None) -> float | None:
    """Return a number that is finite and not negative."""
    return float(text) if text and _NUMBER.fullmatch(text.strip()) else None
