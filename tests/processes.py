"""Finds processes by a mark in their environment, so that a test sees what outlived a call."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

GONE_SECONDS_MAX: Final = 5.0


def new_mark() -> str:
    """Return a value for a variable that no other process has."""
    return f"mark-{secrets.token_hex(8)}"


def marked(mark: str) -> list[int]:
    """Return the ids of running processes that have the mark anywhere in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with suppress(OSError):
                if mark.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
    return sorted(found)


def command_line(pid: int) -> list[str]:
    """Return the arguments of a process; empty when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    return []


def left_over(mark: str, seconds: float = GONE_SECONDS_MAX) -> list[int]:
    """Return what still runs when nothing has to, or after so many seconds."""
    wait_for(lambda: not marked(mark), seconds)
    return marked(mark)


def wait_for(condition: Callable[[], object], seconds: float = GONE_SECONDS_MAX) -> bool:
    """Return whether a condition came true within so many seconds."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
