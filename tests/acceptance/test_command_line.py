from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from command import EXAMPLES, SHIM, Curricle
from curricle import __version__
from curricle.cli.commands import COMMANDS
from curricle.runbook.catalogue import CATALOGUE

if TYPE_CHECKING:
    from command import Done

ERROR_FIELDS = ["code", "message", "hint", "recovery", "exit_status", "fingerprint", "details"]


def lines_of(done: Done) -> dict[str, str]:
    """Return the marked lines of an error: `error[code]`, `hint`, `next`."""
    marked = [line.partition(": ") for line in done.stderr.splitlines()]
    return {mark: text for mark, _, text in marked if not mark.startswith(" ")}


def test_help_lists_every_command_with_its_line(curricle: Curricle) -> None:
    done = curricle.good("-h")
    for name, (_, line) in COMMANDS.items():
        assert any(row.split(maxsplit=1) == [name, line] for row in done.stdout.splitlines())


def test_the_version_is_the_package_s(curricle: Curricle) -> None:
    assert curricle.good("--version").stdout == f"curricle, version {__version__}\n"


USAGE_ERRORS = {
    "no command": [],
    "unknown command": ["sttus"],
    "unknown option": ["status", "--bogus"],
    "option before the command": ["--json"],
    "missing argument": ["validate"],
    "missing option": ["export", "a"],
    "no number": ["list", "--limit", "x"],
    "no command of a group": ["journal"],
    "a path for a run": ["status", "../x"],
    "no date": ["plan", "a", "--start", "tomorrow"],
    "two that exclude each other": ["log", "a", "--follow", "--json"],
    "half an answer": ["export", "a", "--format", "md", "--json"],
    "an empty name": ["init", "  "],
}


@pytest.mark.parametrize("arguments", USAGE_ERRORS.values(), ids=USAGE_ERRORS)
def test_what_was_typed_wrongly_exits_with_2_and_says_what_and_how(
    curricle: Curricle, arguments: list[str]
) -> None:
    curricle.runs_dir.mkdir()
    (curricle.runs_dir / "20260101-000000-a-0000").mkdir()
    typed = ["20260101-000000-a-0000" if word == "a" else word for word in arguments]
    done = curricle(*typed)
    if "--json" in typed:
        assert (done.status, done.error["code"]) == (2, "invalid_argument")
        return
    assert (done.status, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("error[invalid_argument]: ")
    assert second.startswith("hint: ")


FAILURES = {
    "usage": (["status", "--bogus"], 2, "invalid_argument"),
    "unknown run": (["status", "nosuch"], 3, "run_not_found"),
    "not ready": (["run", "RUN"], 4, "stage_conflict"),
    "no curriculum": (["validate", "RUN"], 4, "stage_conflict"),
    "no plan": (["export", "RUN", "--format", "ics", "-o", "x"], 4, "stage_conflict"),
    "no revision": (["diff", "RUN"], 3, "revision_not_found"),
    "no archive": (["restore", "x.tar.gz"], 3, "archive_not_found"),
    "another head": (["journal", "verify", "RUN", "--head", f"9:{'0' * 64}"], 7, "journal_broken"),
}


@pytest.mark.parametrize(("arguments", "status", "code"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_one_json_object_of_one_shape(
    curricle: Curricle, arguments: list[str], status: int, code: str
) -> None:
    run = curricle.init()
    done = curricle(*[run.name if word == "RUN" else word for word in arguments], "--json")
    assert done.status == status
    assert list(done.json) == ["schema_version", "error"]
    assert done.json["schema_version"] == "1.0"
    assert list(done.error) == ERROR_FIELDS
    assert (done.error["code"], done.error["exit_status"]) == (code, status)
    assert done.error["recovery"] == CATALOGUE[code].path
    assert done.error["fingerprint"].startswith(f"{code}:")
    assert done.error["hint"]
    assert isinstance(done.error["details"], dict)


@pytest.fixture
def odd(tmp_path: Path) -> Curricle:
    """The program with a folder of runs whose name a shell would take apart."""
    return Curricle(runs_dir=tmp_path / "my runs' $(x) & so", cwd=tmp_path)


def typed_in_a_shell(program: Curricle, line: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=program.cwd,
        env={**program.full_environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_an_error_says_to_type_next_works_when_typed(odd: Curricle) -> None:
    run = odd.init(curriculum=EXAMPLES / "curriculum.json", scope_file=EXAMPLES / "scope.md")
    curriculum = run / "outputs" / "curriculum" / "curriculum.json"
    good = curriculum.read_text()
    curriculum.write_text(good.replace('"tables"', '"tabels"', 1))
    done = odd("validate", run.name)
    marked = lines_of(done)
    assert done.status == 1
    assert marked["hint"].startswith("read outputs/reviews/validation_report.md")
    assert shlex.split(marked["next"])[1:] == [
        *(str(SHIM), "--runs-dir", str(odd.runs_dir), "validate", run.name)
    ]
    curriculum.write_text(good)
    again = typed_in_a_shell(odd, marked["next"])
    assert (again.returncode, again.stderr) == (0, "")


def test_what_next_says_brings_a_run_to_its_end(odd: Curricle) -> None:
    run = odd.init(topic_spec=EXAMPLES / "topic_spec.json", scope_file=EXAMPLES / "scope.md")
    line = odd.good("next", run.name).stdout
    done = typed_in_a_shell(odd, line)
    assert done.returncode == 0, done
    assert odd.good("status", run.name, "--json").json["stage"] == "iterated"


def test_a_run_can_be_named_by_a_prefix_of_its_id(curricle: Curricle) -> None:
    run, other = curricle.init("One"), curricle.init("Two")
    pairs = enumerate(zip(run.name, other.name, strict=False))
    differs_at = next(at for at, (one, two) in pairs if one != two)
    prefix, shared = run.name[: differs_at + 1], run.name[:differs_at]
    assert curricle.good("status", prefix, "--json").json["run_id"] == run.name
    done = curricle("status", shared, "--json")
    assert (done.status, done.error["code"]) == (4, "run_ambiguous")
    assert sorted(done.error["details"]["candidates"]) == sorted([run.name, other.name])


def actors(run: Path) -> list[str]:
    journal = (run / "logs" / "journal.jsonl").read_text().splitlines()
    return [json.loads(line)["actor"] for line in journal]


def test_who_acts_is_the_option_then_the_variable_then_git_s_user(
    curricle: Curricle, tmp_path: Path
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\temail = git@example.org\n")
    bare = curricle.with_environment(
        CURRICLE_ACTOR="", GIT_CONFIG_GLOBAL=str(config), GIT_CONFIG_SYSTEM="/dev/null"
    )
    named = bare.with_environment(CURRICLE_ACTOR="variable")
    made = [
        named.good("--actor", "option", "init", "x"),
        named.good("init", "x"),
        bare.good("init", "x"),
    ]
    runs = [curricle.runs_dir / done.stdout.strip() for done in made]
    assert [actors(run) for run in runs] == [["option"], ["variable"], ["git@example.org"]]


def test_arguments_that_are_no_text_are_recorded_and_work(
    curricle: Curricle, tmp_path: Path
) -> None:
    scope = tmp_path / os.fsdecode(b"sc\xffpe.md")
    scope.write_bytes((EXAMPLES / "scope.md").read_bytes())
    done = curricle.good("--actor", os.fsdecode(b"t\xffm"), "init", "x", f"--scope-file={scope}")
    assert actors(curricle.runs_dir / done.stdout.strip()) == [r"t\udcffm"]


def test_runs_lie_where_the_option_says_then_the_variable_then_in_the_working_directory(
    curricle: Curricle, tmp_path: Path
) -> None:
    shim = [sys.executable, str(SHIM)]
    variable = {**curricle.full_environment, "CURRICLE_RUNS_DIR": str(tmp_path / "variable")}
    for command, environment, folder in (
        ([*shim, "--runs-dir", "option", "init", "x"], variable, "option"),
        ([*shim, "init", "x"], variable, "variable"),
        ([*shim, "init", "x"], curricle.full_environment, "runs"),
    ):
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, check=True
        )
        assert (tmp_path / folder / done.stdout.decode().strip() / "run.json").is_file()


def test_a_traceback_is_shown_only_where_it_is_asked_for(curricle: Curricle) -> None:
    command = curricle.command("--traceback", "status", "nosuch")
    done = subprocess.run(
        command, cwd=curricle.cwd, env=curricle.full_environment, capture_output=True, check=False
    )
    assert done.returncode == 3
    assert b"Traceback (most recent call last)" in done.stderr
    assert b"error[run_not_found]: " in done.stderr
    assert done.stdout == b""
