"""One writer for the ledger: a lock that the operating system gives back when its holder dies.

Unlike a run's lock it is waited for: jobs of one workflow end at the same moment, each holds it
for milliseconds, and none of their cases may be lost.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from curricle.cases.places import LEDGER, LEDGER_LOCK
from curricle.errors import DiskFullError, RunLockedError
from curricle.fsio import translated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT_SECONDS: Final = 120.0
"""Longer than making the index of a million cases anew takes."""

_PAUSE_SECONDS: Final = 0.002
_PID_DIGITS_MAX: Final = 10


@contextmanager
def ledger_locked(runs_dir: Path, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the ledger's lock for the block.

    Raises:
        RunLockedError: another process did not give it back in time.
        PermissionDeniedError: the folder is not ours to write to.
    """
    path = runs_dir / LEDGER_LOCK
    with translated(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        _take(descriptor, wait_seconds)
        # The number is for the message of others; the lock itself is the system's.
        with suppress(DiskFullError), translated(path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, wait_seconds: float) -> None:
    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise _held(descriptor) from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _held(descriptor: int) -> RunLockedError:
    note = os.pread(descriptor, _PID_DIGITS_MAX, 0).strip()
    holder = f"process {int(note)}" if note.isdigit() else "another command"
    error = RunLockedError(LEDGER, holder)
    error.next_step = ()  # there is no run whose state could be shown
    return error
