"""One writer for each run: a lock that the operating system gives back when its holder dies.

`fcntl` and not `filelock`, whose import takes half as long as a light command may.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from curricle.canonical import line_bytes
from curricle.errors import DiskFullError, RunLockedError
from curricle.fsio import translated
from curricle.layout import LOCK_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOOKING_SECONDS: Final = 0.05
"""Longer than `find_holder` has a lock, unless the system stops it in the middle."""


@contextmanager
def locked(run_dir: Path, *, command: str, at: str) -> Iterator[None]:
    """Hold the run's lock for the block.

    Raises:
        RunLockedError: another process holds it; the message names that one.
    """
    path = run_dir / LOCK_FILE
    with translated(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        _take(descriptor, run_dir)
        # What stands here is for the message of others, and a full disk may go without; the lock
        # itself is the system's.
        with suppress(DiskFullError), translated(path):
            note = line_bytes({"pid": os.getpid(), "command": command, "since": at})
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, note, 0)
        yield
    finally:
        os.close(descriptor)


def find_holder(run_dir: Path) -> RunLockedError | None:
    """Return the error that a writer would meet now, or None where nobody holds the lock.

    Writes nothing.
    """
    path = run_dir / LOCK_FILE
    with translated(path):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _held(descriptor, run_dir)
    finally:
        os.close(descriptor)
    return None


def _take(descriptor: int, run_dir: Path) -> None:
    """Take the lock, also where somebody looks at this moment whether it is held."""
    until = time.monotonic() + _LOOKING_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise _held(descriptor, run_dir) from error
            time.sleep(_LOOKING_SECONDS / 10)
        else:
            return


def _held(descriptor: int, run_dir: Path) -> RunLockedError:
    try:
        note = json.loads(os.pread(descriptor, 4096, 0))
        holder = f"`{note['command']}` (process {note['pid']}, since {note['since']})"
        process = int(note["pid"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return RunLockedError(run_dir.name, "another command that has just begun")
    # A note may be of a command that ended before another program took the lock.
    return RunLockedError(run_dir.name, holder, process if _is_alive(process) else None)


def _is_alive(process: int) -> bool:
    if process < 1:
        return False  # such a number would mean many processes
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True
