"""Plays an incident: a real fault, the command that meets it, the runbook, and a person with it.

    drill.breaks("stage_conflict", "run", drill.run.name)
    drill.recover(types("run", FILE=scope))

The person does what the text says and nothing else: what is typed is what was printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from command import EXAMPLES, SCOPES, SECONDS_MAX, Curricle
from curricle.layout import Stage
from curricle.runbook.catalogue import CATALOGUE
from hands import stage_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

KEY: Final = "sk-loopback-0123456789abcdef"
OVER: Final = {"resolved", "healthy"}


@dataclass(kw_only=True)
class Drill:
    """One incident."""

    folder: Path
    program: Curricle
    stack: ExitStack
    """Closes what the incident needs while it goes on."""
    run: Path = field(default_factory=Path)
    paths: list[str] = field(default_factory=list)
    """The paths of the runbook that were gone, in order."""
    outcome: str = ""
    was_helped: bool = False

    def init(self, **files: Path) -> Path:
        """Make the run in which it happens."""
        self.run = self.program.init("Course", **files)
        return self.run

    def finished(self) -> Path:
        """Make a run that has come to `iterated`."""
        self.init(topic_spec=EXAMPLES / "topic_spec.json", scope_file=EXAMPLES / "scope.md")
        self.program.good("run", self.run.name)
        return self.run

    def baked(self) -> Path:
        """Make a run of another document that has come to `iterated`."""
        self.init(scope_file=SCOPES / "bread-baking.md")
        self.program.good("run", self.run.name)
        return self.run

    def set(self, **variables: str | None) -> None:
        """Set variables for all commands from now on, or unset those that are None."""
        merged = {**self.program.environment, **variables}
        kept = {name: value for name, value in merged.items() if value is not None}
        self.program = replace(self.program, environment=kept)

    def breaks(self, code: str, *arguments: str, once: bool = False) -> None:
        """Type a command that has to fail with a code, as text and, if it may twice, as JSON."""
        if not once:
            shown = self.program(*arguments)
            assert f"error[{code}]: " in shown.stderr, shown
            assert "hint: " in shown.stderr, shown
        done = self.program(*arguments, "--json")
        told = done.json.get("error")
        assert told, done
        assert (told["code"], told["exit_status"]) == (code, done.status), done
        assert told["hint"]
        assert told["recovery"] == CATALOGUE[code].path
        assert told["fingerprint"].startswith(f"{code}:")

    def recover(self, *people: Any) -> None:
        """Recover the run; each time somebody is needed, the next person acts."""
        waiting = list(people)
        while True:
            done = self.program("recover", self.run.name, "--apply", "--json")
            answer = done.json
            assert "outcome" in answer, done
            assert done.status == (0 if answer["outcome"] in OVER else 8), done
            self.paths += [path["path"] for path in answer["paths"]]
            if answer["outcome"] in OVER:
                self._verify_iterated(answer)
                return
            if not waiting:
                self._verify_bundle(answer)
                return
            self.was_helped = True
            waiting.pop(0)(self, answer)

    def type(self, line: str) -> None:
        """Type a line as it was printed; it has to work."""
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env={
                **self.program.full_environment,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)

    def _verify_iterated(self, answer: Mapping[str, Any]) -> None:
        name = answer["fresh_run"] or self.run.name
        assert stage_of(self.program.runs_dir / name) == Stage.ITERATED.value
        again = self.program("recover", name, "--apply", "--json").json
        assert again["outcome"] == "healthy", again
        self.outcome = "iterated, in a fresh run" if answer["fresh_run"] else "iterated"

    def _verify_bundle(self, answer: Mapping[str, Any]) -> None:
        assert answer["outcome"] == "escalate", answer
        assert answer["reason"]
        told = self.program.good("escalate", self.run.name, "--to", "ada", "--json").json
        assert Path(told["bundle"]).is_file()
        assert told["code"] == answer["paths"][-1]["code"]
        self.outcome = "escalated"


def steps_of(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the steps that an answer leaves to a person."""
    return [
        step
        for path in answer["paths"]
        for cause in path["causes"]
        if cause["holds"] is not False
        for step in cause["steps"]
        if step["state"] == "needs you"
    ]


def commands_of(answer: Mapping[str, Any]) -> list[str]:
    """Return the commands that were printed for a person."""
    return [line for step in steps_of(answer) for line in step["commands"]]


def types(*words: str, **given: object) -> Any:
    """Return a person who types the first command with all these words, with blanks filled in."""

    def act(drill: Drill, answer: Mapping[str, Any]) -> None:
        lines = [line for line in commands_of(answer) if all(word in line for word in words)]
        assert lines, (words, commands_of(answer))
        line = lines[0]
        for blank, value in given.items():
            assert re.search(rf"\b{blank}\b", line), line
            line = re.sub(rf"\b{blank}\b", str(value), line)
        drill.type(line)

    return act


def sets(**variables: str | None) -> Any:
    """Return a person who sets or unsets variables that the text told to."""

    def act(drill: Drill, answer: Mapping[str, Any]) -> None:
        told = "\n".join(commands_of(answer))
        for name, value in variables.items():
            assert re.search(rf"\b(export|unset) '?{name}\b", told), told
            drill.set(**{name: value})

    return act


def edits(path: str, edit: Callable[[Path], object]) -> Any:
    """Return a person who changes a file of the run that the text names."""

    def act(drill: Drill, answer: Mapping[str, Any]) -> None:
        told = "\n".join(step["text"] for step in steps_of(answer))
        assert str(drill.run / path) in told, told
        edit(drill.run / path)

    return act


def lets(change: Callable[[], object]) -> Any:
    """Return a change that nobody types, such as a server that is up again."""

    def act(_: Drill, __: Mapping[str, Any]) -> None:
        change()

    return act


def both(*people: Any) -> Any:
    """Return a person who does several things."""

    def act(drill: Drill, answer: Mapping[str, Any]) -> None:
        for person in people:
            person(drill, answer)

    return act
