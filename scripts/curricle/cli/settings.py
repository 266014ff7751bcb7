"""What every command knows: where runs lie, who acts, and how to speak."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from curricle.runs.folder import find_run
from curricle.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RUNS_DIR_VARIABLE: Final = "CURRICLE_RUNS_DIR"
ACTOR_VARIABLE: Final = "CURRICLE_ACTOR"
_GIT_SECONDS_MAX: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The options before the command's name, worked out."""

    runs_dir: Path
    runs_dir_option: str | None
    """As typed, for commands that are shown to be typed next."""
    actor_option: str | None
    use_color: bool
    arguments: tuple[str, ...]
    """The whole command as typed, without the program's name."""

    def find_run(self, name: str) -> Path:
        """Return the folder of a run by its id or prefix."""
        return find_run(self.runs_dir, name)

    def session(self, tell: Callable[[str], None]) -> Session:
        """Return who does what and when, for a command that writes."""
        return Session(
            runs_dir=self.runs_dir,
            actor=_recordable(self.actor_option or _actor()),
            command=_recordable(shlex.join(self.arguments)),
            clock=lambda: datetime.now(UTC),
            tell=tell,
            environment=os.environ,
        )

    def command_line(self, arguments: Sequence[str]) -> str:
        """Return a command as it has to be typed, quoted for a shell."""
        before = ["--runs-dir", self.runs_dir_option] if self.runs_dir_option else []
        return f"{_program()} {shlex.join([*before, *arguments])}"


def runs_dir_of(option: str | None) -> Path:
    """Return where runs lie: `--runs-dir`, else `CURRICLE_RUNS_DIR`, else `./runs`."""
    return Path(option or os.environ.get(RUNS_DIR_VARIABLE) or "runs")


def _actor() -> str:
    named = os.environ.get(ACTOR_VARIABLE)
    return named or _git_email() or _user()


def _recordable(text: str) -> str:
    """Return text from outside that UTF-8 can hold: a file's name may be no text at all."""
    return text.encode(errors="backslashreplace").decode()


def _git_email() -> str:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "config", "user.email"],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.strip()


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _program() -> str:
    if Path(sys.argv[0]).name == "curricle":
        return "curricle"
    return f"python {shlex.quote(sys.argv[0])}"
