"""Runs the real command line in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).resolve().parent.parent
SHIM: Final = ROOT / "scripts" / "orchestration.py"
EXAMPLES: Final = ROOT / "templates" / "examples"
SCOPES: Final = ROOT / "templates" / "scopes"
EXIT_STATUSES: Final = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 70, 130}
SECONDS_MAX: Final = 120


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """Return the one JSON object on stdout."""
        return json.loads(self.stdout)

    @property
    def error(self) -> dict[str, Any]:
        """Return the error of a `--json` answer."""
        error: dict[str, Any] = self.json["error"]
        return error


@dataclass(frozen=True, kw_only=True)
class Curricle:
    """The program, with a folder of runs."""

    runs_dir: Path
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> Done:
        """Run one command to its end; never a traceback, never a status that nobody declared."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.cwd,
            env=self.full_environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        result = Done(
            status=done.returncode,
            stdout=done.stdout.decode(errors="surrogateescape"),
            stderr=done.stderr.decode(errors="surrogateescape"),
        )
        assert "Traceback" not in result.stderr + result.stdout, result.stderr
        assert result.status in EXIT_STATUSES - {70}, result
        return result

    def good(self, *arguments: str) -> Done:
        """Run a command that has to succeed."""
        done = self(*arguments)
        assert done.status == 0, done
        return done

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command and return its process; the caller ends it."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.cwd,
            env=self.full_environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def command(self, *arguments: str) -> list[str]:
        """Return a command as an argument list."""
        return [sys.executable, str(SHIM), "--runs-dir", str(self.runs_dir), *arguments]

    @property
    def full_environment(self) -> dict[str, str]:
        """Return this process's environment without what would steer the program."""
        steering = ("CURRICLE_", "AGENT_", "OPENAI_", "CODEX_", "CODING_AGENT_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(steering)}
        return {**kept, "CURRICLE_ACTOR": "tester", "NO_COLOR": "1", **self.environment}

    def with_environment(self, **variables: str) -> Curricle:
        """Return the program with more variables set."""
        return replace(self, environment={**self.environment, **variables})

    def init(self, name: str = "Course", **files: Path) -> Path:
        """Make a run and return its folder."""
        options = [f"--{option.replace('_', '-')}={path}" for option, path in files.items()]
        done = self.good("init", name, *options)
        return self.runs_dir / done.stdout.strip()


def tree(folder: Path) -> dict[str, bytes]:
    """Return path to bytes of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
