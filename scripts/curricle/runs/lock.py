"""One writer for each run: a lock that the operating system gives back when its holder dies.

`fcntl` and not `filelock`, whose import takes half as long as a light command may.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from curricle.canonical import line_bytes
from curricle.errors import RunLockedError
from curricle.fsio import translated
from curricle.layout import LOCK_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunLockedError(run_dir.name, _holder(descriptor)) from error
        with translated(path):
            # What stands here is for the message of others; the lock itself is the system's.
            note = line_bytes({"pid": os.getpid(), "command": command, "since": at})
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, note, 0)
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    try:
        note = json.loads(os.pread(descriptor, 4096, 0))
        return f"`{note['command']}` (process {note['pid']}, since {note['since']})"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "another command that has just begun"
