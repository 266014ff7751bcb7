"""Runs the real command line in a forked child: a process of its own, without Python's start."""

from __future__ import annotations

import os
import signal
import tempfile
from dataclasses import dataclass
from importlib import import_module
from typing import IO

from command import EXIT_STATUSES, SECONDS_MAX, SHIM, Curricle, Done
from curricle.cli.main import main
from faults import NEEDED, become_a_command, forked


@dataclass(frozen=True, kw_only=True)
class ForkedCurricle(Curricle):
    """The program for tables of many commands, each of which takes a tenth of the time."""

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> Done:
        """Run one command to its end; never a traceback, never a status that nobody declared."""
        assert stdin is None, "a forked command reads nothing"
        for module in NEEDED:
            import_module(module)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            command = [str(SHIM), *self.command(*arguments)[2:]]
            status = forked(lambda: self._carry_out(command, out, errors))
            done = Done(status=status, stdout=_text_of(out), stderr=_text_of(errors))
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        assert done.status in EXIT_STATUSES - {70}, done
        return done

    def _carry_out(self, command: list[str], out: IO[bytes], errors: IO[bytes]) -> int:
        signal.alarm(SECONDS_MAX)
        become_a_command(command, out.fileno(), errors.fileno())
        os.chdir(self.cwd)
        os.environ.clear()
        os.environ.update(self.full_environment)
        return main()


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="surrogateescape")
