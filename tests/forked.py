"""Runs the real command line in a forked child: a process of its own, without Python's start."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from dataclasses import dataclass
from importlib import import_module
from typing import IO, TYPE_CHECKING, NoReturn

from command import EXIT_STATUSES, SECONDS_MAX, SHIM, Curricle, Done
from curricle.cli.main import run
from faults import NEEDED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ForkedCurricle(Curricle):
    """The program for tables of many commands, each of which takes a tenth of the time."""

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> Done:
        """Run one command to its end; never a traceback, never a status that nobody declared."""
        assert stdin is None, "a forked command reads nothing"
        for module in NEEDED:
            import_module(module)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            pid = os.fork()
            if pid == 0:
                command = [str(SHIM), *self.command(*arguments)[2:]]
                _become(command, self.cwd, self.full_environment, out, errors)
            _, status = os.waitpid(pid, 0)
            done = Done(
                status=os.waitstatus_to_exitcode(status),
                stdout=_text_of(out),
                stderr=_text_of(errors),
            )
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        assert done.status in EXIT_STATUSES - {70}, done
        return done


def _become(
    command: list[str],
    cwd: Path,
    environment: Mapping[str, str],
    out: IO[bytes],
    errors: IO[bytes],
) -> NoReturn:
    try:
        signal.alarm(SECONDS_MAX)
        null = os.open(os.devnull, os.O_RDONLY)
        for number, target in ((0, null), (1, out.fileno()), (2, errors.fileno())):
            os.dup2(target, number)
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
        sys.stderr = os.fdopen(2, "w", errors="backslashreplace")
        sys.argv = command
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(environment)
        run()
    except BaseException:  # noqa: BLE001 - a child must not go on as a second test process
        traceback.print_exc()
    finally:
        os._exit(99)


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="surrogateescape")
