"""Takes out of a line what differs from run to run: times, ids, paths, numbers.

Masking a masked line changes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH_MAX: Final = 2_000
"""Of a longer line only so many characters count."""

_LOGGER: Final = re.compile(
    r"^\W*(?:<time>|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]*Z?)? *(?:\d+ )?"
    r"(?:TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL)(?: +[\w.]+)? "
)
"""What a logger writes before its message."""
_MASKS: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = (
    (
        re.compile(
            r"\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC"
            r"|[+-]\d\d:?\d\d))?"
            r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul"
            r"|Aug|Sep|Oct"
            r"|Nov|Dec)[a-z]* +\d{1,2},? (?:\d{4},? )?\d\d?:\d\d(?::\d\d)?(?: ?[AP]M)?"
            r"|\b\d{4}-\d\d-\d\d\b|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b"
        ),
        "<time>",
    ),
    (
        re.compile(
            r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"
        ),
        "<id>",
    ),
    (
        re.compile(
            r"\b(https?|ftp|git|ssh|wss?)://(?:[^\s/@'\"]*@)?([\w.-]+)(?::\d+)?[^\s'\"<>)\],;]*"
        ),
        lambda found: f"<url>{found[2].lower()}",
    ),
    (
        re.compile(r"(?<![\w<>])(?:[A-Za-z]:)?(?:[\w.@+~-]*[/\\])+([\w.@+~-]*)"),
        lambda found: found[1] or "<path>",
    ),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[[0-9a-f:]{3,}\](?::\d+)?"), "<addr>"),
    (re.compile(r"@[0-9a-f]{4,16}\b"), "@<hex>"),
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "<hex>"),
    # A commit may be all digits, and so look like a number.
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{7,}\b|\b(?=[A-F]*\d)[0-9A-F]{8,}\b"), "<n>"),
    (
        re.compile(r"'?\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO) .*", re.DOTALL),
        "<sql>",
    ),
    (
        re.compile(
            r"(?<![<\w])-?\d+(?:[.,:]\d+)* ?(?:ms|µs|us|ns|secs?|seconds?|minutes?|mins?"
            r"|hours?|[smh])\b"
        ),
        "<time>",
    ),
    (re.compile(r"\d+(?:[.,]\d+)*"), "<n>"),
    (re.compile(r"(?:<n>|<hex>)(?:[-_:.x,]?(?:<n>|<hex>))+"), "<n>"),
)
_BLANKS: Final = re.compile(r"\s+")
_ROUNDS_MAX: Final = 50
"""Far more than any line was seen to take until masking it changes nothing."""


def mask_line(text: str) -> str:
    """Return a line without what differs from run to run."""
    masked = text[:LENGTH_MAX]
    for _ in range(_ROUNDS_MAX):
        # A mask may be longer than what it stands for.
        again = _masked(masked)[:LENGTH_MAX]
        if again == masked:
            break
        masked = again
    return masked


def without_logger(text: str) -> str:
    """Return a line without what a logger wrote before its message."""
    return _LOGGER.sub("", text, count=1)


def _masked(text: str) -> str:
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return _BLANKS.sub(" ", text).strip()
