"""Where in a log the step stands that failed, as the CI service marked it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curricle.logs.held import CleanLines


class Step(NamedTuple):
    """The lines of a step that failed, by index, and how it ended."""

    first: int
    last: int
    """The line that tells of the end."""
    exit_code: int | None
    command: str


class _Service(NamedTuple):
    """How a CI service marks a step that failed."""

    end: re.Pattern[bytes]
    """Found in the line that tells of the end; may name `code` and `command`."""
    start: bytes
    """Stands in the line where the step begins; the command may follow it."""
    stop: bytes = b""
    """Stands with `start` in the line where the step ends, when that is told only later."""


_SERVICES: Final = (
    _Service(
        re.compile(
            rb'^The command "(?P<command>.*?)"? (?:failed and )?exited with (?P<code>[1-9]\d*)'
        ),
        b"travis_time:start",
    ),
    _Service(
        re.compile(rb'^The command "(?P<command>.*)" failed \d+ time(?P<code>)'),
        b"travis_time:start",
    ),
    _Service(
        re.compile(
            rb"^##\[error\](?P<command>)(?:.*\bfailed|.*\bexited|Process completed) with"
            rb" (?:exit )?code (?P<code>[1-9]\d*)"
        ),
        b"##[group]Run ",
    ),
    _Service(
        re.compile(rb"^ERROR: Job failed(?P<command>)(?:: exit (?:code|status) )?(?P<code>\d*)"),
        b":step_script",
        stop=b"section_end:",
    ),
    _Service(
        re.compile(rb"^Exited with code (?P<command>)(?:exit status )?(?P<code>[1-9]\d*)"),
        b" Running command",
    ),
    _Service(
        re.compile(rb"The command exited with status (?P<command>)(?P<code>[1-9]\d*)"),
        b" Running command",
    ),
)
_END_MARKS: Final = (b"xited with", b" failed", b"##[error]")
_LOOK_BACK_LINES: Final = 400_000
_COMMAND_LENGTH_MAX: Final = 200
_EXIT_CODE_MAX: Final = 1 << 16


def find_failed_steps(lines: CleanLines, candidates: Iterable[int]) -> tuple[Step, ...]:
    """Return the failed steps in order; none where no service's mark tells of one.

    `candidates` are the indexes of the lines that may hold a mark.
    """
    steps: list[Step] = []
    for index in candidates:
        line = lines[index]
        if any(mark in line for mark in _END_MARKS):
            floor = steps[-1].last + 1 if steps else 0
            step = _step_that_ends(lines, index, floor)
            if step is not None:
                steps.append(step)
    return tuple(steps)


def _step_that_ends(lines: CleanLines, index: int, floor: int) -> Step | None:
    for service in _SERVICES:
        found = service.end.search(lines[index])
        if found:
            first, last, called = _reach(lines, index, floor, service)
            command = (found["command"] or called).decode(errors="replace")
            code = int(found["code"][:6] or b"0")
            return Step(
                first=first,
                last=last,
                exit_code=code if 0 < code < _EXIT_CODE_MAX else None,
                command=command[:_COMMAND_LENGTH_MAX],
            )
    return None


def _reach(lines: CleanLines, index: int, floor: int, service: _Service) -> tuple[int, int, bytes]:
    """Return where a step begins, where it ends, and what follows the mark of its beginning."""
    mark, last = service.start, index
    for number in range(index - 1, max(floor, index - _LOOK_BACK_LINES) - 1, -1):
        # The raw line will do: cleaning hundreds of thousands of lines for one mark would not.
        raw = lines.raw(number)
        if mark not in raw:
            continue
        if service.stop and service.stop in raw:
            last = number
            continue
        rest = lines[number].partition(mark)[2]
        return number, last, rest if mark.endswith(b" ") else b""
    return floor, last, b""
