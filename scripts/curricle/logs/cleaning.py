"""What a line of a log says, without what its terminal and its CI service added.

Colours, cursor movements, other control characters, the time a service writes before each line,
and the prefix of a build that runs in a container go. What a line means: `extraction/`.
"""

from __future__ import annotations

import re
from typing import Final

LINE_BYTES_MAX: Final = 4_000
"""Beyond it a line is cut: what a failure says stands at its beginning."""

_ESCAPES: Final = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor
    rb"|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links, a service's own marks
    rb"|\x1b[ -/]*[0-~]?"
)
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]+")
_STAMPS: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"(?:"
    rb"\[?(?:task )?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d| UTC)?\]?"
    rb"(?: \d\d[OE][+ ]?)?[ \t]?"
    rb"|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?[AP]M)?\]?[ \t]"
    rb"){0,2}"  # the service's, and the tool's own
    rb"(?:\#\d+ \d+\.\d+ )?"
)
_MAYBE_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def clean_line(line: bytes) -> bytes:
    """Return the text of a line: no escapes, no control characters, no time before it.

    Indentation stays, blanks at the end do not.
    """
    if len(line) > LINE_BYTES_MAX:
        line = line[:LINE_BYTES_MAX]
    if _MAYBE_CONTROL.search(line):
        line = _CONTROLS.sub(b"", _ESCAPES.sub(b"", line))
    stamp = _STAMPS.match(line)
    return (line[stamp.end() :] if stamp else line).rstrip()
