"""From the log of a failed job to its pack."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from curricle.errors import LogInvalidError
from curricle.extraction.green import learn_green
from curricle.extraction.scanning import find_candidates, weigh_line
from curricle.logs.held import hold_log
from curricle.logs.stream import SILENCE_SECONDS, STDIN, read_input, read_log

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.logs.held import HeldLog
    from curricle.triage.judge import Judge, Judged


def judge_log(
    judge: Judge,
    log: str,
    green: Sequence[str] = (),
    *,
    silence_seconds: float = SILENCE_SECONDS,
) -> tuple[Judged, tuple[str, ...]]:
    """Return what a log says, and what has to be said about the reading of it.

    `log` is a path, or `-` for standard input; `green` are the logs of green runs of the job.

    Raises:
        LogInvalidError: one of them is empty, binary, damaged or too long.
        IoError, PermissionDeniedError: one of them cannot be read.
    """
    templates = learn_green(parts_of_log(name) for name in green)
    held = hold_log(parts_of_log(log, silence_seconds), find_candidates, weigh_line)
    return judge.of_log(held, templates), () if held.is_whole else (_cut(held),)


def _cut(held: HeldLog) -> str:
    return (
        f"of {held.line_count} lines, {len(held.lines)} were kept: the beginning, the end,"
        " and the surroundings of what may tell"
    )


def parts_of_log(name: str, silence_seconds: float = SILENCE_SECONDS) -> Iterator[bytes]:
    """Yield the plain bytes of a file, or of standard input for `-`; raises as `judge_log`."""
    if name != STDIN:
        return read_log(Path(name))
    if sys.stdin is None:
        raise LogInvalidError("standard input", "it is closed")
    return read_input(sys.stdin.fileno(), silence_seconds=silence_seconds)
