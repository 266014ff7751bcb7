"""How far the lines of a failure reach from the line that bears its sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from curricle.extraction.scanning import compiled
from curricle.extraction.sign import Growth, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curricle.extraction.scanning import Hit

_LINES_MAX: Final = {
    Growth.INDENTED: 120,
    Growth.PARAGRAPH: 60,
    Growth.TRACE: 200,
    Growth.PYTHON: 300,
    Growth.DIAGNOSTIC: 40,
    Growth.SECTION: 2_000,
}
_FRAME: Final = re.compile(
    rb"^\s+(at |from |\.\.\. \d+ |in |- |#\d+ |\[\S+\]|\d+: |\^|\S+@\S+:\d)"
    rb"|^(Caused by: |\s*\.\.\. \d+ more|\tat |\s+\S+\(.*\)$|#\d+ )"
)
_MESSAGE_LINES: Final = 12
_TRACEBACK: Final = b"Traceback (most recent call last)"
_CHAINED: Final = (b"During handling", b"The above exc")
_CARET: Final = re.compile(rb"^[\s|.\d]*(\^|~~|-->|\||=|:::|[\xe2])|^\s*\d+ +\||^\s+")
_NOTE: Final = re.compile(rb"^\S+:\d+(:\d+)?: (note|warning: in|required from)|^\S*: note: ")
_TRACED: Final = re.compile(rb"^\+ \S")
"""A command that a shell tells of; where tests compare texts, a line of theirs."""
_BOUNDARY: Final = re.compile(
    rb"^(travis_|section_|##\[|\$ \S|The command \"|npm ERR!|npm error|make(\[\d+\])?: \*\*\*"
    rb"|Error: Process completed|exit status \d|Exited with code|ERROR: Job failed)"
)


def block_of(lines: Sequence[bytes], hit: Hit, first: int, last: int) -> tuple[int, int]:
    """Return the first and last index of the lines that belong to a hit, within given bounds."""
    end = _end(lines, hit, last)
    start = hit.index
    if hit.sign.before:
        above = compiled(hit.sign.before)
        lowest = max(first, hit.index - hit.sign.reach)
        while start > lowest and above.search(lines[start - 1]):
            start -= 1
        while start < hit.index and not lines[start]:
            start += 1
    return start, end


def _end(lines: Sequence[bytes], hit: Hit, last: int) -> int:
    growth = hit.sign.growth
    if growth is Growth.LINE:
        return hit.index
    last = min(last, hit.index + _LINES_MAX[growth])
    if growth is Growth.SECTION:
        end = _section_end(lines, hit, last)
    elif growth is Growth.INDENTED:
        end = _indented_end(lines, hit.index, last)
    elif growth is Growth.PARAGRAPH:
        end = _paragraph_end(lines, hit.index, last)
    elif growth is Growth.TRACE:
        end = _trace_end(lines, hit.index, last)
    elif growth is Growth.PYTHON:
        end = _python_end(lines, hit.index, last)
    else:
        end = _diagnostic_end(lines, hit.index, last)
    while end > hit.index and not lines[end]:
        end -= 1
    return end


def _section_end(lines: Sequence[bytes], hit: Hit, last: int) -> int:
    ends = compiled(hit.sign.ends)
    is_bounded = not _BOUNDARY.match(lines[hit.index])
    for index in range(hit.index + 1, last + 1):
        if ends.search(lines[index]):
            return index if hit.sign.includes_end else index - 1
        if is_bounded and _BOUNDARY.match(lines[index]):
            return index - 1
        if hit.sign.kind is not Kind.TEST and _TRACED.match(lines[index]):
            return index - 1
    return last


def _indented_end(lines: Sequence[bytes], index: int, last: int) -> int:
    depth = _depth(lines[index])
    end = index
    for number in range(index + 1, last + 1):
        line = lines[number]
        if not line:
            if number + 1 <= last and lines[number + 1] and _depth(lines[number + 1]) > depth:
                continue
            break
        if _depth(line) <= depth:
            break
        end = number
    return end


def _paragraph_end(lines: Sequence[bytes], index: int, last: int) -> int:
    for number in range(index + 1, last + 1):
        line = lines[number]
        if not line or _BOUNDARY.match(line) or _TRACED.match(line):
            return number - 1
    return last


def _trace_end(lines: Sequence[bytes], index: int, last: int) -> int:
    """Follow a message of some lines, then frames, then what caused it."""
    frames = [
        number
        for number in range(index + 1, min(index + 1 + _MESSAGE_LINES, last + 1))
        if _FRAME.match(lines[number])
    ]
    if not frames:
        return _indented_end(lines, index, last)
    end = frames[0]
    for number in range(end + 1, last + 1):
        line = lines[number]
        if _FRAME.match(line) or (line and line[:1] in b" \t"):
            end = number
        elif line:
            break
    return end


def _python_end(lines: Sequence[bytes], index: int, last: int) -> int:
    """Follow a traceback to its exception; a logger may have written before each line."""
    lead = lines[index].find(_TRACEBACK)
    prefix = lines[index][:lead] if lead > 0 else b""
    if not prefix.strip():
        prefix = b""
    depth = _depth(lines[index])
    for number in range(index + 1, last + 1):
        line = lines[number]
        if prefix:
            if not line.startswith(prefix):
                return number - 1
            line = line[len(prefix) :]
        if not line or (b"Error" not in line and line.startswith(_TRACEBACK)):
            continue
        if _depth(line) <= (0 if prefix else depth):
            following = lines[number + 1 : number + 4]
            if any(one[len(prefix) :].startswith(_CHAINED) for one in following):
                continue
            return number
    return last


def _diagnostic_end(lines: Sequence[bytes], index: int, last: int) -> int:
    end = index
    for number in range(index + 1, last + 1):
        line = lines[number]
        if not line:
            following = lines[number + 1] if number + 1 <= last else b""
            if following and _CARET.match(following):
                continue
            break
        if not (_CARET.match(line) or _NOTE.match(line)):
            break
        end = number
    return end


def _depth(line: bytes) -> int:
    return len(line) - len(line.lstrip())
