"""Where in a log the step stands that failed, as the CI service marked it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Step(NamedTuple):
    """The lines of a step that failed, by index, and how it ended."""

    first: int
    last: int
    """The line that tells of the end."""
    exit_code: int | None
    command: str


_TRAVIS_END: Final = re.compile(
    rb'^The command "(.*?)"? (?:failed and )?exited with ([1-9]\d*)|^The command "(.*)" failed \d+ time'
)
_GITHUB_END: Final = re.compile(
    rb"^##\[error\](?:Process completed with exit code ([1-9]\d*)|.*failed with exit code ([1-9]\d*))"
)
_GITLAB_END: Final = re.compile(rb"^ERROR: Job failed(?:: exit (?:code|status) (\d+))?")
_CIRCLE_END: Final = re.compile(rb"^Exited with code (?:exit status )?([1-9]\d*)")
_BUILDKITE_END: Final = re.compile(rb"The command exited with status ([1-9]\d*)")
_TRAVIS_START: Final = re.compile(rb"travis_time:start")
_TRAVIS_COMMAND: Final = re.compile(rb"^\$ (.*)")
_GITHUB_START: Final = re.compile(rb"^##\[group\]Run (.*)")
_GITLAB_START: Final = re.compile(rb"^section_start:\d+:(?:step_script|build_script)")
_BUILDKITE_START: Final = re.compile(rb"^(?:~~~|---|\+\+\+) Running (?:command|script|plugin .*)")
_LOOK_BACK_LINES: Final = 400_000
_COMMAND_LENGTH_MAX: Final = 200


def find_failed_steps(lines: Sequence[bytes], candidates: Iterable[int]) -> tuple[Step, ...]:
    """Return the failed steps in order; none where no service's mark tells of one.

    `lines` are clean. `candidates` are the indexes of the lines that may hold a mark.
    """
    steps: list[Step] = []
    for index in candidates:
        line = lines[index]
        step = _step_that_ends(lines, index, line, steps[-1].last + 1 if steps else 0)
        if step is not None:
            steps.append(step)
    return tuple(steps)


def _step_that_ends(lines: Sequence[bytes], index: int, line: bytes, floor: int) -> Step | None:
    if found := _TRAVIS_END.match(line):
        command = found[1] or found[3] or b""
        return _step(lines, index, floor, _TRAVIS_START, found[2], command)
    if found := _GITHUB_END.match(line):
        return _step(lines, index, floor, _GITHUB_START, found[1] or found[2], b"")
    if found := _GITLAB_END.match(line):
        return _step(lines, index, floor, _GITLAB_START, found[1], b"")
    if found := _CIRCLE_END.match(line):
        return _step(lines, index, floor, _BUILDKITE_START, found[1], b"")
    if found := _BUILDKITE_END.search(line):
        return _step(lines, index, floor, _BUILDKITE_START, found[1], b"")
    return None


def _step(
    lines: Sequence[bytes],
    index: int,
    floor: int,
    start: re.Pattern[bytes],
    code: bytes | None,
    command: bytes,
) -> Step:
    first = floor
    for number in range(index - 1, max(floor, index - _LOOK_BACK_LINES) - 1, -1):
        found = start.search(lines[number])
        if found:
            first = number
            if not command and found.groups():
                command = found[1] or b""
            break
    text = command.decode(errors="replace")[:_COMMAND_LENGTH_MAX]
    return Step(first, index, int(code) if code and len(code) < 5 else None, text)
