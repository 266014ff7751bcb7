from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from ci_jobs import KINDS, broken_assertion
from command import ROOT
from curricle.cli.main import cli

PAGE = (ROOT / "docs" / "how-to" / "triage-a-failed-job.md").read_text()
SHELL = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GITHUB, GITLAB, RULES = (
    yaml.safe_load(block)
    for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
(JOB,) = GITHUB["jobs"].values()
CURRICLE = f'curricle() {{ "{sys.executable}" "{ROOT}/scripts/orchestration.py" "$@"; }}\n'
LANES = {"patch": "issue create", "rerun": "run rerun --job 7", "cooldown": "run rerun --job 7"}
GH = """#!/bin/sh
echo "$*" >> asked
case "$*" in
  *'"success"'*) printf 'lint\\n' ;;
  *'"failure"'*) printf '7 unit (3.12, "$(id)")\\n' ;;
  api*) cat given.log ;;
esac
"""
CURL = """#!/bin/sh
echo "$*" >> asked
case "$*" in
  */jobs\\?*) cat given.json ;;
  */trace*) cat given.log ;;
esac
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder in which the scripts of the page are carried out."""

    folder: Path

    def script(self, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CURRICLE_")}
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", CURRICLE + text],
            cwd=self.folder,
            env={
                **kept,
                "PATH": f"{self.folder}:{Path(sys.executable).parent}:{os.environ['PATH']}",
                "CURRICLE_ACTOR": "tester",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def tool(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)

    @property
    def asked(self) -> str:
        return (self.folder / "asked").read_text()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(folder=tmp_path)


def curricle_lines(script: str) -> list[list[str]]:
    """Return the arguments of each call of the program in a script."""
    joined = script.replace("\\\n", " ")
    calls = re.findall(r"\bcurricle ([a-z-][^|;<>)\n]*)", joined)
    return [shlex.split(call) for call in calls]


def scripts_of_the_page() -> list[str]:
    steps = [step["run"] for step in JOB["steps"] if "run" in step]
    job = GITLAB["triage"]
    return [*steps, *job["before_script"], *job["script"], *SHELL.findall(PAGE)]


def test_every_command_of_the_page_and_every_option_of_it_exists() -> None:
    calls = [call for script in scripts_of_the_page() for call in curricle_lines(script)]
    assert len(calls) > 20
    for call in calls:
        command: click.Command = cli
        words = iter(call)
        options = []
        for word in words:
            if word == "--runs-dir":
                next(words)
            elif word.startswith("--"):
                options.append(word)
            elif isinstance(command, click.Group) and not options:
                found = command.get_command(click.Context(command), word)
                assert found, call
                command = found
        if isinstance(command, click.Group):
            command = command.commands["one"]
        known = {name for parameter in command.params for name in parameter.opts}
        assert set(options) <= known, call


def test_the_shell_examples_of_the_page_work(place: Place) -> None:
    (place.folder / "job.log").write_text(broken_assertion())
    (place.folder / "green.log").write_text("building\ndone\n")
    text = PAGE.split("## Rules of your own")[1].partition("```yaml\n")[2].partition("```")[0]
    (place.folder / "rules.yaml").write_text(text)
    done = place.script("set -u\n" + "\n".join(SHELL.findall(PAGE)))
    assert done.returncode == 0, done.stderr
    assert json.loads((place.folder / "pack.json").read_bytes())["bucket"] == "code_regression"
    assert "bucket:      code_regression\nfingerprint: pytest-test:" in done.stdout
    assert "closed\n" in done.stdout
    assert "quarantined until 2099-01-31, ada answers for it" in done.stdout
    assert "the same failure\n" in done.stdout
    assert (place.folder / "elsewhere" / "ledger.jsonl").exists()


def test_the_table_of_the_page_is_what_the_program_does() -> None:
    rows = re.findall(r"^\| (`[a-z_`, ]+) \| `(\w+)`.* \| `(\w+)` \| (\d+) \|$", PAGE, re.MULTILINE)
    told = {lane: (buckets, action, int(status)) for buckets, action, lane, status in rows}
    assert told.keys() == KINDS.keys()
    for kind in KINDS.values():
        buckets, action, status = told[kind.lane]
        assert f"`{kind.bucket}`" in buckets
        assert (action, status) == (kind.action, kind.status)


def test_the_workflow_has_the_least_permissions_and_runs_nothing_of_a_pull_request() -> None:
    assert GITHUB["permissions"] == {}
    assert JOB["permissions"] == {"actions": "write", "contents": "read", "issues": "write"}
    (checkout,) = [s for s in JOB["steps"] if s.get("uses", "").startswith("actions/checkout")]
    assert checkout["with"] == {"persist-credentials": False}
    for step in JOB["steps"]:
        assert "${{" not in step.get("run", "")
        assert "head.ref" not in json.dumps(step)
    assert GITLAB["triage"]["variables"]["GIT_STRATEGY"] == "none"
    assert "CI_COMMIT_REF_PROTECTED" in GITLAB["triage"]["rules"][0]["if"]


def step_of(name: str) -> str:
    (step,) = [step for step in JOB["steps"] if step.get("name") == name]
    run: str = step["run"]
    return run


def is_taken(step: Any, outputs: dict[str, str]) -> bool:
    """Tell whether a step whose condition is on an output of the triage is carried out."""
    found = re.fullmatch(r"steps\.triage\.outputs\.(\w+) == '(\w+)'", step["if"])
    assert found, step
    return outputs[found[1]] == found[2]


@pytest.mark.capability("T26")
@pytest.mark.parametrize("lane", KINDS)
def test_the_workflow_for_github_does_what_the_lane_says(lane: str, place: Place) -> None:
    place.tool("gh", GH)
    (place.folder / "given.log").write_text(KINDS[lane].log)
    known = {
        "GH_REPO": "example/shop",
        "RUN_ID": "5",
        "ATTEMPT": "1",
        "SHA": "4f1d2c3b" * 5,
        "WORKFLOW": "CI",
        "GITHUB_ACTIONS": "true",
        "GITHUB_RUN_ID": "6",
        "GITHUB_OUTPUT": "output",
        "GITHUB_STEP_SUMMARY": "summary.md",
        "COOLDOWN_SECONDS": "0",
    }
    names = ["Take up the record", "Record what passed"]
    names += ["Get the log of the first job that failed", "Triage", "Save the record"]
    for name in names:
        done = place.script(step_of(name), **known)
        assert done.returncode == 0, (name, done.stderr)
    pairs = (line.split("=", 1) for line in (place.folder / "output").read_text().splitlines())
    outputs = dict(pairs)
    assert outputs["lane"] == lane
    chosen = {"PACK": outputs["pack"], "FINGERPRINT": outputs["fingerprint"]}
    last = [step for step in JOB["steps"] if "steps.triage" in step.get("if", "")]
    statuses = [
        place.script(step["run"], **known, **chosen).returncode
        for step in last
        if is_taken(step, outputs)
    ]
    assert statuses == ([1] if lane == "escalate" else [0] * len(statuses))
    for other, what in LANES.items():
        assert (what in place.asked) is (what == LANES.get(lane)), other
    again = place.script(step_of("Take up the record"), **known)
    assert "0 entries added, 2 were here already" in again.stdout


@pytest.mark.parametrize("lane", KINDS)
def test_the_job_for_gitlab_does_what_the_lane_says(lane: str, place: Place) -> None:
    place.tool("curl", CURL)
    place.tool("pip", "#!/bin/sh\n")
    (place.folder / "given.log").write_text(KINDS[lane].log)
    jobs = [
        {"id": 9, "name": "lint", "status": "success", "allow_failure": False},
        {"id": 7, "name": "unit 1/2", "status": "failed", "allow_failure": False},
    ]
    (place.folder / "given.json").write_text(json.dumps(jobs))
    job = GITLAB["triage"]
    done = place.script(
        "\n".join([*job["before_script"], *job["script"]]),
        API="https://gitlab.example/api/v4/projects/1",
        CURRICLE="curricle",
        TRIAGE_TOKEN="t0ken-of-nobody",
        GITLAB_CI="true",
        CI_PIPELINE_ID="3",
        COOLDOWN_SECONDS="0",
    )
    assert done.returncode == (8 if lane == "escalate" else 0), done.stderr
    assert ("-X POST" in place.asked) is (lane in {"rerun", "cooldown"})
    assert ("/issues" in place.asked) is (lane == "patch")
    assert "t0ken-of-nobody" not in place.asked + done.stdout + done.stderr
    for name in (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()):
        assert (place.folder / name).is_file()
