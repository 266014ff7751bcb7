"""Stands between us and a command, so that nothing the command starts outlives the call.

Run by path as `python -I -S keeper.py LIFELINE ASKER SCRATCH COMMAND...` with nothing of the
package imported. LIFELINE is the number of a pipe's reading end: it ends when whoever asked closes
it, with a byte, or dies, however that comes about, and then the command is interrupted, terminated
and killed with all that descends from it. ASKER is the process id of who asked. A tool that moved
to a session of its own is still found, for orphans are handed to us (Linux). SCRATCH is a folder
that is removed when nobody is left to do so.

The exit status is the command's; 128 and the signal's number where one ended it; 127 where it is
not there and 126 where it cannot be run, as a shell has it. Who starts this: `process.py`.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress

_ENDING = ((signal.SIGINT, 0.3), (signal.SIGTERM, 0.3), (signal.SIGKILL, 0.8))
"""What the command is sent, and for how many seconds it may then go on."""
_POLL_SECONDS = 0.005
_IS_LINUX = sys.platform == "linux"
_SET_DEATH_SIGNAL = 1
_SET_ORPHANS_ARE_OURS = 36
"""Numbers of prctl(2)."""


class _Command:
    """The command that was started, and its exit status once it has ended."""

    def __init__(self, arguments: list[str]) -> None:
        self.status: int | None = None
        self.pid = _start(arguments)

    def collect(self) -> None:
        """Take note of every child that has ended, adopted ones too."""
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid == self.pid:
                    code = os.waitstatus_to_exitcode(status)
                    self.status = code if code >= 0 else 128 - code

    def family(self) -> list[int]:
        """Return the process ids of all that still runs."""
        if _IS_LINUX:
            return _descendants(os.getpid())
        return [] if self.status is not None else [self.pid]

    def send(self, number: int) -> None:
        """Send a signal to all that still runs."""
        for pid in self.family():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        if not _IS_LINUX:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)


def keep(lifeline: int, asker: int, scratch: str, arguments: list[str]) -> int:
    """Run a command until it ends or the lifeline does, end all it left, and return its status."""
    os.set_inheritable(lifeline, False)
    wakeups = _wake_up_on_signals()
    if _IS_LINUX:
        _prctl(_SET_ORPHANS_ARE_OURS, 1)
    command = _Command(arguments)
    _let_go_of_streams()
    _wait(command, lifeline, wakeups)
    # What a finished command left behind has no more say; a command cut short may clean up.
    _end(command, _ENDING if command.status is None else _ENDING[-1:])
    if _is_alone(lifeline, asker):
        import shutil

        shutil.rmtree(scratch, ignore_errors=True)
    return 128 + signal.SIGKILL if command.status is None else command.status


def _is_alone(lifeline: int, asker: int) -> bool:
    """Return whether who asked has died: then its end of the lifeline closed without a word.

    NOTE: a dying process closes its files before its children are handed on, so that its id alone
    may still be found for a moment.
    """
    readable, _, _ = select.select([lifeline], [], [], 0)
    is_closed = bool(readable) and not os.read(lifeline, 1)
    return is_closed or os.getppid() != asker


def _wait(command: _Command, lifeline: int, wakeups: int) -> None:
    """Return when the command has ended, the lifeline has, or we are told to stop."""
    while command.status is None:
        readable, _, _ = select.select([lifeline, wakeups], [], [])
        command.collect()
        signals = os.read(wakeups, 512) if wakeups in readable else b""
        if lifeline in readable or set(signals) - {signal.SIGCHLD}:
            return


def _end(command: _Command, ending: tuple[tuple[int, float], ...]) -> None:
    for number, seconds in ending:
        command.send(number)
        until = time.monotonic() + seconds
        while command.family() and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
            command.collect()
            if number == signal.SIGKILL:
                command.send(number)  # what was started meanwhile
    command.collect()


def _start(arguments: list[str]) -> int:
    keeper = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setpgid(0, 0)
        if _IS_LINUX:
            _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(126)
        # Python ignores these two, and what is ignored stays so in the command.
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(arguments[0], arguments)  # noqa: S606 - an argument list needs no shell
    except OSError as error:
        os.write(2, f"{arguments[0]}: {os.strerror(error.errno or 0)}\n".encode())
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)
    finally:
        os._exit(126)


def _descendants(root: int) -> list[int]:
    """Return the living descendants of a process; its own children first."""
    children: dict[int, list[tuple[int, bool]]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - importing pathlib takes longer than all this
        if name.isdigit():
            with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                # The name stands in parentheses and may itself hold any character.
                state, parent = file.read().rpartition(b")")[2].split()[:2]
                children.setdefault(int(parent), []).append((int(name), state not in b"ZX"))
    found: list[tuple[int, bool]] = list(children.get(root, ()))
    for pid, _ in found:
        found.extend(children.get(pid, ()))
    return [pid for pid, is_alive in found if is_alive]


def _wake_up_on_signals() -> int:
    """Return the reading end of a pipe that gets a byte, its number, for each signal."""
    wakeups, alarm = os.pipe()
    os.set_blocking(wakeups, False)
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return wakeups


def _let_go_of_streams() -> None:
    """Leave the pipes to the command, so that they end when it does."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)


def _prctl(option: int, value: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    os._exit(keep(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
