"""Carries out commands in forked children whose system calls can be stopped or made to fail."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from curricle.cli.commands import COMMANDS
from curricle.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHANGES: Final = (
    "open",
    "write",
    "pwrite",
    "fsync",
    "ftruncate",
    "link",
    "replace",
    "rename",
    "unlink",
    "mkdir",
    "rmdir",
)
"""The calls of `os` that change what is on disk; `open` counts where it is for writing."""
NEEDED: Final = (
    *(module for module, _ in COMMANDS.values()),
    *(f"curricle.stages.{name}" for name in "generate intake iterate plan validate".split()),
    "curricle.generation.compiler",
    "curricle.pipeline",
    "curricle.recovery.bundle",
    "curricle.recovery.walk",
    "curricle.runs.archive",
    "gzip",
    "tarfile",
)
"""Imported beforehand: children come to the point sooner, and another user may not import."""
_FOR_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a child ended."""

    status: int
    """Exit status, or minus the signal's number."""
    stderr: str


def forked(work: Callable[[], int | None]) -> int:
    """Do work in a forked child; return its exit status, or minus the signal's number."""
    pid = os.fork()
    if pid == 0:
        status = 99
        sys.settrace(None)  # what is covered here is covered elsewhere, and children are many
        try:
            status = work() or 0
        except BaseException:  # noqa: BLE001 - a child must not go on as a second test process
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
            ctypes.CDLL(None)._exit(status)  # noqa: SLF001 - goes past what saves coverage
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def become_a_command(arguments: list[str], stdout: int, stderr: int) -> None:
    """Give this process the streams and arguments that a command has: it reads nothing."""
    null = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((0, null), (1, stdout), (2, stderr)):
        os.dup2(target, number)
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace")
    sys.argv = arguments


def in_child(*arguments: str, before: Callable[[], object] | None = None) -> Ended:
    """Carry out a command line in a forked child; `before` prepares the child for it."""
    for module in NEEDED:
        import_module(module)

    def carry_out() -> int:
        become_a_command(["orchestration.py", *arguments], os.open(os.devnull, os.O_RDWR), writing)
        os.environ["CURRICLE_ACTOR"] = "tester"
        if before is not None:
            before()
        return main()

    # A pipe, which neither a full disk nor a limit on files closes to messages.
    reading, writing = os.pipe()
    status = forked(carry_out)
    os.close(writing)
    with os.fdopen(reading, errors="replace") as messages:
        return Ended(status=status, stderr=messages.read())


def write_down_changes(target: Path) -> Callable[[], None]:
    """Return what makes a child list each change to the disk by name, and what it opened to write.

    The second list comes from the interpreter: it also holds what went past `os.open`.
    """

    def prepare() -> None:
        names: list[str] = []
        opened: list[str] = []
        is_own = False

        def note(name: str, proceed: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            nonlocal is_own
            result = proceed(*args, **kwargs)
            names.append(name)
            is_own = True
            target.write_text(json.dumps([names, opened]))
            is_own = False
            return result

        def audit(event: str, args: tuple[Any, ...]) -> None:
            if event == "open" and not is_own and args[2] & _FOR_WRITING:
                opened.append(str(args[0]))

        _wrap_changes(note)
        sys.addaudithook(audit)

    return prepare


def stop_at(number: int, *, torn: bool = False) -> Callable[[], None]:
    """Return what kills a child just before its change of that number, counted from 0.

    With `torn`, the change has half happened: a write has written half of its bytes, any other
    has happened.
    """

    def prepare() -> None:
        count = 0

        def stop(name: str, proceed: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            nonlocal count
            if count == number:
                if torn and name == "write":
                    proceed(args[0], bytes(args[1])[: len(args[1]) // 2])
                elif torn:
                    proceed(*args, **kwargs)
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
            return proceed(*args, **kwargs)

        _wrap_changes(stop)

    return prepare


def fail_from(number: int, code: int = errno.ENOSPC) -> Callable[[], None]:
    """Return what makes every write and new file of a child fail from a change on."""

    def prepare() -> None:
        count = 0

        def fail(name: str, proceed: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count > number and name in {"open", "write", "mkdir", "link", "pwrite"}:
                raise OSError(code, os.strerror(code))
            return proceed(*args, **kwargs)

        _wrap_changes(fail)

    return prepare


def limit_files(size_bytes: int) -> Callable[[], None]:
    """Return what keeps a child from making any file larger than a size."""

    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    return prepare


def become(user_id: int) -> Callable[[], None]:
    """Return what makes a child of root go on as another user, whom modes bind."""

    def prepare() -> None:
        if os.getuid() != 0:
            return
        os.setgroups([])
        os.setgid(user_id)
        os.setuid(user_id)

    return prepare


def _wrap_changes(around: Callable[..., Any]) -> None:
    for name in CHANGES:
        real = getattr(os, name)

        def wrapped(*args: Any, _name: str = name, _real: Any = real, **kwargs: Any) -> Any:
            if _name == "open" and not args[1] & _FOR_WRITING:
                return _real(*args, **kwargs)
            return around(_name, _real, *args, **kwargs)

        setattr(os, name, wrapped)
