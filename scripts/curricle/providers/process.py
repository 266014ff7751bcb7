"""Runs a command with its output read as it comes, and leaves no process behind.

What the lines mean and how long to wait for the next is the caller's to say. How all that descends
from the command is ended, also when we are killed: `keeper.py`.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeAlias, cast

from curricle.fsio import translated
from curricle.interrupts import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_KEEPER: Final = Path(__file__).with_name("keeper.py")
_ENDING_SECONDS: Final = 1.6
"""Longer than the keeper takes for interrupt, terminate and kill together."""
_CHUNK_BYTES: Final = 1 << 16
_FIRST_FREE: Final = 3
"""The first descriptor after the three that every process has."""
_WE_LIVE: Final = b"."
"""What the lifeline carries at its end, unless we die: then nobody can write it."""
_Streams: TypeAlias = "tuple[IO[bytes], IO[bytes], IO[bytes]]"
"""Stdin, stdout and stderr of a command, our ends."""
LINE_BYTES_MAX: Final = 64 << 20
"""A longer line comes in pieces: what no reader takes for a whole one must not fill the memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line that a command wrote, without its end."""

    text: bytes
    is_error: bool
    """True when it came on stderr."""


@dataclass(kw_only=True, slots=True)
class Process:
    """A running command."""

    _popen: subprocess.Popen[bytes]
    _streams: _Streams
    _input: memoryview
    """What stdin is still to be fed."""
    status: int | None = field(default=None, init=False)
    """Exit status as a shell has it; None while it runs, and when we ended it."""

    wait_until: float = field(default=0.0, init=False)
    """Monotonic time to wait for the next line; a reader of lines may move it."""

    def lines(self, wait_until: float) -> Iterator[Line]:
        """Yield lines of stdout and stderr as they come; feed stdin meanwhile, then close it.

        Ends with the command or when it is time, `status` tells which.
        """
        self.wait_until = wait_until
        stdin, stdout, stderr = self._streams
        with selectors.DefaultSelector() as selector:
            selector.register(stdin, selectors.EVENT_WRITE)
            for stream in (stdout, stderr):
                selector.register(stream, selectors.EVENT_READ, data=bytearray())
            while selector.get_map():
                seconds = self.wait_until - time.monotonic()
                if seconds <= 0:
                    return
                for key, _ in selector.select(seconds):
                    if key.fileobj is stdin:
                        self._feed()
                        if not self._input:
                            selector.unregister(stdin)
                            stdin.close()
                        continue
                    chunk = os.read(key.fd, _CHUNK_BYTES)
                    if not chunk:
                        selector.unregister(key.fileobj)
                    for text in _complete(key.data, chunk):
                        yield Line(text=text, is_error=key.fileobj is stderr)
        with suppress(subprocess.TimeoutExpired):
            status = self._popen.wait(max(0.0, self.wait_until - time.monotonic()))
            self.status = status if status >= 0 else 128 - status

    def _feed(self) -> None:
        """Write what the pipe takes; forget the rest when nobody reads it."""
        try:
            written = os.write(self._streams[0].fileno(), self._input[:_CHUNK_BYTES])
        except BrokenPipeError:
            written = len(self._input)
        self._input = self._input[written:]


@contextmanager
def running(
    command: Sequence[str],
    *,
    stdin: bytes,
    environment: Mapping[str, str],
    cwd: Path,
    scratch_dir: Path,
) -> Iterator[Process]:
    """Run a command for the block, at whose end it and all that descends from it have ended.

    That takes up to two seconds, for it may clean up. `scratch_dir` is removed in our place if we
    die before the block ends.

    Raises:
        IoError: not even a process of our own can be started.
    """
    with translated(Path(command[0])):
        popen, our_end = _start(command, environment, cwd, scratch_dir)
    streams = cast("_Streams", (popen.stdin, popen.stdout, popen.stderr))
    try:
        os.set_blocking(streams[0].fileno(), False)
        yield Process(_popen=popen, _streams=streams, _input=memoryview(stdin))
    finally:
        with uninterrupted():
            with suppress(BrokenPipeError):  # it has ended already
                os.write(our_end, _WE_LIVE)
            os.close(our_end)
            _end(popen, streams)


def _start(
    command: Sequence[str], environment: Mapping[str, str], cwd: Path, scratch_dir: Path
) -> tuple[subprocess.Popen[bytes], int]:
    """Return the keeper of a command, and our end of its lifeline."""
    lifeline, our_end = _pipe()
    arguments = [str(lifeline), str(os.getpid()), str(scratch_dir), *command]
    try:
        popen = subprocess.Popen(  # noqa: S603 - an argument list, whose first word was checked
            [sys.executable, "-I", "-S", str(_KEEPER), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environment,
            cwd=cwd,
            pass_fds=[lifeline],
            start_new_session=True,
        )
    except BaseException:
        os.close(our_end)
        raise
    finally:
        os.close(lifeline)
    return popen, our_end


def _pipe() -> tuple[int, int]:
    """Return a pipe whose ends are no standard streams' numbers, should these be closed."""
    ends = os.pipe()
    try:
        reading, writing = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE) for end in ends)
    finally:
        for end in ends:
            os.close(end)
    return reading, writing


def _end(popen: subprocess.Popen[bytes], streams: _Streams) -> None:
    """Wait for the keeper to have ended everything, and for no longer than it should take."""
    try:
        popen.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        popen.kill()
    finally:
        for stream in streams:
            stream.close()
        popen.wait()


def _complete(rest: bytearray, chunk: bytes) -> Iterator[bytes]:
    """Yield the lines that `chunk` completes; `rest` keeps what has no end yet.

    An empty chunk is the end of the stream, and of a last line without an end.
    """
    if chunk and b"\n" not in chunk and len(rest) < LINE_BYTES_MAX:
        rest += chunk
        return
    if chunk and b"\n" in chunk:
        head, _, tail = chunk.rpartition(b"\n")
        lines = (bytes(rest) + head).split(b"\n")
    else:
        lines, tail = [bytes(rest + chunk)] if rest or chunk else [], b""
    rest[:] = tail
    yield from lines
