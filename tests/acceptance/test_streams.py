from __future__ import annotations

import json
import os
import pty
import resource
import subprocess
from typing import TYPE_CHECKING

import pytest

from documents import changed
from hostile import hostile_document, unprintable

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle


def in_a_shell(program: Curricle, line: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a shell line in which "$@" is a command."""
    return subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", line, "bash", *program.command(*arguments)],
        cwd=program.cwd,
        env=program.full_environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["log", "export"])
def test_a_reader_who_has_had_enough_is_no_failure(
    curricle: Curricle, finished: Path, command: str
) -> None:
    options = ["--format", "html"] if command == "export" else []
    done = in_a_shell(curricle, '"$@" | head -c 1', command, finished.name, *options)
    assert (done.returncode, len(done.stdout), done.stderr) == (0, 1, "")


@pytest.mark.parametrize("command", ["log", "list"])
def test_a_reader_who_left_before_the_first_byte_is_none_either(
    curricle: Curricle, finished: Path, command: str
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        arguments = [] if command == "list" else [finished.name]
        done = subprocess.run(
            curricle.command(command, *arguments),
            cwd=curricle.cwd,
            env=curricle.full_environment,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_the_answer_is_told(
    curricle: Curricle, finished: Path, unbuffered: str
) -> None:
    program = curricle.with_environment(PYTHONUNBUFFERED=unbuffered)
    done = in_a_shell(program, '"$@" > /dev/full', "status", finished.name)
    assert done.returncode == 6
    assert done.stderr.startswith("error[disk_full]: could not write standard output: ")
    assert in_a_shell(program, '"$@" > /dev/full', "list", "--json").returncode == 6


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_was_cut_is_no_success(
    curricle: Curricle, finished: Path, tmp_path: Path, unbuffered: str
) -> None:
    program = curricle.with_environment(PYTHONUNBUFFERED=unbuffered)
    page = tmp_path / "page.html"
    with page.open("wb") as stdout:
        done = subprocess.run(
            program.command("export", finished.name, "--format", "html"),
            cwd=program.cwd,
            env=program.full_environment,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)),
        )
    assert page.stat().st_size == 1024
    assert done.returncode == 6
    assert done.stderr.startswith(b"error[disk_full]: could not write standard output: ")


@pytest.mark.parametrize("redirection", ["2>&-", "<&- >&- 2>&-", "2>/dev/full", "2> >(exit)"])
def test_work_is_done_whether_or_not_anybody_listens(
    curricle: Curricle, given: Path, redirection: str
) -> None:
    done = in_a_shell(curricle, f'"$@" {redirection}', "run", given.name)
    assert done.returncode == 0
    assert curricle.good("status", given.name, "--json").json["stage"] == "iterated"


COLORS = {
    "never": (["--color", "never"], "", False),
    "always": (["--color", "always"], "", True),
    "always beats NO_COLOR": (["--color", "always"], "1", True),
    "auto without a terminal": ([], "", False),
}


@pytest.mark.parametrize(("options", "no_color", "is_colored"), COLORS.values(), ids=COLORS)
def test_colours_come_where_they_are_asked_for(
    curricle: Curricle, finished: Path, options: list[str], no_color: str, *, is_colored: bool
) -> None:
    program = curricle.with_environment(NO_COLOR=no_color)
    done = program.good(*options, "status", finished.name)
    assert ("\x1b[" in done.stdout) is is_colored


@pytest.mark.parametrize(
    ("options", "no_color", "is_colored"),
    [([], "", True), ([], "1", False), (["--color", "never"], "", False)],
    ids=["auto", "NO_COLOR", "never"],
)
def test_a_terminal_gets_colours_unless_it_is_told_not_to(
    curricle: Curricle, finished: Path, options: list[str], no_color: str, *, is_colored: bool
) -> None:
    program = curricle.with_environment(NO_COLOR=no_color)
    controller, terminal = pty.openpty()
    try:
        done = subprocess.run(
            program.command(*options, "status", finished.name),
            cwd=program.cwd,
            env=program.full_environment,
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
            check=False,
        )
        assert done.returncode == 0
        shown = os.read(controller, 65536)
    finally:
        os.close(controller)
        os.close(terminal)
    assert (b"\x1b[" in shown) is is_colored


@pytest.fixture
def hostile(curricle: Curricle, tmp_path: Path) -> Path:
    """A run whose documents and record are full of control characters."""
    given = tmp_path / "hostile.json"
    given.write_text(json.dumps(hostile_document()))
    run = curricle.init("Hostile", curriculum=given)
    failure = {"stage": None, "exit_status": 1, "details": {}}
    words = dict.fromkeys(("code", "message", "command", "at"), "\x1b[31m\x9b\u202e\r\n")
    record = json.loads((run / "run.json").read_bytes())
    record |= {"name": "\x1b[31m\x9b\u202e", "stage": "\x1b[7m", "last_failure": failure | words}
    (run / "run.json").write_text(json.dumps(record))
    return run


SHOWN = {
    "status": ["status", "RUN"],
    "table": ["status"],
    "list": ["list"],
    "log": ["log", "RUN"],
    "diff": ["diff", "RUN", "--from", "current"],
    "validate": ["validate", "RUN"],
    "github": ["validate", "RUN", "--format", "github"],
    "sarif": ["validate", "RUN", "--format", "sarif"],
    "run": ["run", "RUN"],
    "unknown": ["status", "\x1b[31m\x9b\u202e"],
    "export": ["export", "RUN", "--format", "md"],
}


@pytest.mark.parametrize("arguments", SHOWN.values(), ids=SHOWN)
def test_no_control_character_of_a_document_reaches_the_terminal(
    curricle: Curricle, hostile: Path, arguments: list[str]
) -> None:
    done = curricle(*[hostile.name if word == "RUN" else word for word in arguments])
    assert done.stdout + done.stderr
    assert unprintable((done.stdout + done.stderr).replace("\r\n", "\n")) == set()


def test_the_terminal_gets_no_control_character_of_a_comparison_either(
    curricle: Curricle, hostile: Path
) -> None:
    curriculum = hostile / "outputs" / "curriculum" / "curriculum.json"
    before = (hostile / "objects").iterdir()
    digest = next(p.name for p in before if p.read_bytes() == curriculum.read_bytes())
    later = changed(hostile_document(), {"/topic": "\x1b[2J\x9b", "/nodes/0/title": "\u202ex"})
    curriculum.write_text(json.dumps(later))
    done = curricle("diff", hostile.name, "--from", digest[:12], "--exit-code")
    assert done.status == 1
    assert unprintable(done.stdout) == set()
