from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from ci_jobs import (
    KINDS,
    SHA,
    Kind,
    commands_in,
    missing_image,
    on_record,
    outputs_of,
    triage,
    verify_pack,
)

if TYPE_CHECKING:
    from command import Curricle

ON_GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "example/shop",
    "GITHUB_WORKFLOW": "CI",
    "GITHUB_JOB": "unit",
    "GITHUB_SHA": SHA,
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "1",
}
ON_GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "example/shop",
    "CI_PROJECT_URL": "https://gitlab.com/example/shop",
    "CI_PIPELINE_SOURCE": "push",
    "CI_PIPELINE_ID": "88",
    "CI_JOB_NAME": "unit",
    "CI_JOB_URL": "https://gitlab.com/example/shop/-/jobs/99",
    "CI_COMMIT_SHA": SHA,
    "CI_NODE_INDEX": "2",
    "CI_NODE_TOTAL": "4",
}
HOSTILE = """\
FAILED tests/<b>x</b>|`a`.py::test_a - AssertionError: <script>alert(1)</script> | `x`\
 [l](https://evil.example) ![i](https://evil.example/i)\
 **b** _e_ @someone <!-- www.evil.example &lt;b&gt; \\| %0Aname=x $(id) ${HOME} `id`
##[error]Process completed with exit code 1.
"""
OUTPUTS = {"bucket", "fingerprint", "action", "lane", "reason", "rerun_eligible", "case", "pack"}
VARIABLES = {
    "TRIAGE_BUCKET",
    "TRIAGE_FINGERPRINT",
    "TRIAGE_ACTION",
    "TRIAGE_LANE",
    "TRIAGE_REASON",
    "TRIAGE_RERUN_ELIGIBLE",
    "TRIAGE_CASE",
}


def on_github(program: Curricle, **more: str) -> Curricle:
    files = {
        "GITHUB_OUTPUT": str(program.cwd / "output"),
        "GITHUB_STEP_SUMMARY": str(program.cwd / "summary.md"),
    }
    return program.with_environment(**{**ON_GITHUB, **files, **more})


def on_gitlab(program: Curricle, **more: str) -> Curricle:
    folder = program.cwd / "project"
    folder.mkdir(exist_ok=True)
    return program.with_environment(**ON_GITLAB, CI_PROJECT_DIR=str(folder), **more)


def log_of(program: Curricle, text: str) -> str:
    path = program.cwd / "job.log"
    path.write_text(text)
    return str(path)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        assert not attrs, (tag, attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(markdown: str) -> _Tags:
    """Return the tags and the text of a page, as a reader of GitHub's Markdown sees it."""
    reader = _Tags()
    page = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(markdown)
    reader.feed(page)
    return reader


@pytest.mark.capability("T25")
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_step_on_github_gets_summary_outputs_and_annotations(
    kind: Kind, forked: Curricle
) -> None:
    log = log_of(forked, kind.log)
    options = ("--log", log, "--github", "--record", "--exit-code")
    done = triage(on_github(forked), *options)
    assert (done.status, done.stderr) == (kind.status, "")
    outputs = outputs_of(forked.cwd / "output")
    assert outputs.keys() == OUTPUTS
    assert (outputs["bucket"], outputs["action"], outputs["lane"]) == (
        kind.bucket,
        kind.action,
        kind.lane,
    )
    assert outputs["rerun_eligible"] == ("true" if kind.lane in {"rerun", "cooldown"} else "false")
    pack = json.loads(outputs["pack"])
    verify_pack(pack)
    assert pack["fingerprint"] == outputs["fingerprint"]
    known = forked.good("triage", "history", outputs["fingerprint"], "--json").json
    assert known["last"]["case"] == outputs["case"]
    annotations = list(commands_in(done.stdout))
    level = "warning" if kind.lane in {"rerun", "cooldown"} else "error"
    assert annotations
    assert {name for name, _, _ in annotations} == {level}
    page = shown((forked.cwd / "summary.md").read_text())
    assert page.tags == {"h3", "table", "thead", "tbody", "tr", "th", "td"}
    for told in (kind.bucket, kind.action, SHA, outputs["fingerprint"], outputs["case"]):
        assert told in page.text


@pytest.mark.capability("T14")
def test_what_github_knows_of_the_job_need_not_be_said(forked: Curricle) -> None:
    log = log_of(forked, missing_image())
    pack = on_github(forked).good("triage", "--log", log, "--github", "--json").json
    assert (pack["run_id"], pack["commit_sha"]) == ("77", SHA)
    assert (pack["workflow"], pack["failed_job"]) == ("CI", "unit")
    assert pack["links"]["run"] == "https://github.com/example/shop/actions/runs/77"
    assert pack["decision"]["retries_used"] == 0
    later = on_github(forked, GITHUB_RUN_ATTEMPT="3")
    again = later.good("triage", "--log", log, "--github", "--json").json
    assert again["decision"]["retries_used"] == 2
    other = on_github(forked).good(
        "triage", "--log", log, "--github", "--json", "--job", "e2e", "--sha", "b" * 40
    )
    assert (other.json["failed_job"], other.json["commit_sha"]) == ("e2e", "b" * 40)


def test_of_another_run_nothing_is_taken_from_the_run_that_asks(forked: Curricle) -> None:
    log = log_of(forked, missing_image())
    program = on_github(forked, GITHUB_RUN_ATTEMPT="3")
    pack = program.good("triage", "--log", log, "--github", "--run-id", "5", "--json").json
    assert (pack["commit_sha"], pack["workflow"], pack["failed_job"]) == (None, None, None)
    assert pack["links"]["run"] == "https://github.com/example/shop/actions/runs/5"
    assert pack["decision"]["retries_used"] == 0


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_without_a_place_to_write_to_the_step_says_so_and_records_nothing(
    name: str, forked: Curricle
) -> None:
    log = log_of(forked, missing_image())
    done = on_github(forked, **{name: ""})("triage", "--log", log, "--github", "--record")
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr == (
        f"error[invalid_argument]: --github needs {name}\n"
        "hint: GitHub Actions sets it in every step\n"
    )
    assert not on_record(forked.runs_dir)
    assert not (forked.cwd / "summary.md").exists()


def test_two_steps_of_a_job_keep_what_the_other_wrote(forked: Curricle) -> None:
    (forked.cwd / "output").write_text("first=1\n")
    (forked.cwd / "summary.md").write_text("# Before\n\n")
    on_github(forked).good("triage", "--log", log_of(forked, missing_image()), "--github")
    assert outputs_of(forked.cwd / "output")["first"] == "1"
    assert shown((forked.cwd / "summary.md").read_text()).text.startswith("Before\n")


def test_nothing_of_a_log_becomes_markdown_an_output_or_a_variable(forked: Curricle) -> None:
    log = log_of(forked, HOSTILE)
    on_github(forked).good("triage", "--log", log, "--github", "--record")
    on_gitlab(forked).good("triage", "--log", log, "--gitlab", "--record")
    outputs = outputs_of(forked.cwd / "output")
    assert outputs.keys() == OUTPUTS
    verify_pack(json.loads(outputs["pack"]))
    folder = forked.cwd / "project"
    for path in (forked.cwd / "summary.md", folder / "curricle-triage.md"):
        page = shown(path.read_text())
        assert page.tags == {"h3", "table", "thead", "tbody", "tr", "th", "td"}
        assert "<script>alert(1)</script> | `x` [l](https://evil.example)" in page.text
    lines = (folder / "curricle-triage.env").read_text().splitlines()
    assert {line.partition("=")[0] for line in lines} == VARIABLES
    assert not [line for line in lines if "$" in line]
    json.loads((folder / "gl-code-quality-report.json").read_bytes())


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_job_on_gitlab_gets_variables_a_page_and_a_quality_report(
    kind: Kind, forked: Curricle
) -> None:
    options = ("--log", log_of(forked, kind.log), "--gitlab", "--record", "--exit-code")
    assert triage(on_gitlab(forked), *options).status == kind.status
    folder = forked.cwd / "project"
    assert {path.name for path in folder.iterdir()} == {
        "curricle-triage.env",
        "curricle-triage.md",
        "gl-code-quality-report.json",
    }
    variables = dict(
        line.split("=", 1) for line in (folder / "curricle-triage.env").read_text().splitlines()
    )
    assert variables.keys() == VARIABLES
    assert (variables["TRIAGE_LANE"], variables["TRIAGE_BUCKET"]) == (kind.lane, kind.bucket)
    assert (folder / "curricle-triage.env").stat().st_size < 5000
    for found in json.loads((folder / "gl-code-quality-report.json").read_bytes()):
        assert {"description", "check_name", "fingerprint", "severity", "location"} == found.keys()
        assert found["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert re.fullmatch(r"[0-9a-f]{64}", found["fingerprint"])
        assert not found["location"]["path"].startswith("/")
        assert found["location"]["lines"]["begin"] >= 1


def test_what_gitlab_knows_of_the_job_need_not_be_said(forked: Curricle) -> None:
    log = log_of(forked, missing_image())
    program = on_gitlab(forked)
    pack = program.good("triage", "--log", log, "--gitlab", "--record", "--json").json
    assert (pack["run_id"], pack["commit_sha"]) == ("88", SHA)
    assert (pack["workflow"], pack["failed_job"]) == ("push", "unit")
    assert pack["links"]["run"] == ON_GITLAB["CI_JOB_URL"]
    known = forked.good("triage", "history", pack["fingerprint"], "--json").json["last"]
    assert (known["repo"], known["shard"]) == ("example/shop", "2/4")
    other = program.good("triage", "--log", log, "--gitlab", "--job", "e2e", "--json").json
    assert other["links"]["run"] == "https://gitlab.com/example/shop/-/pipelines/88"
    assert other["failed_job"] == "e2e"


def test_variables_of_ci_are_not_read_unless_it_is_asked_for(forked: Curricle) -> None:
    log = log_of(forked, missing_image())
    for program in (on_github(forked), on_gitlab(forked)):
        pack = program.good("triage", "--log", log, "--json").json
        assert (pack["run_id"], pack["commit_sha"], pack["links"]["run"]) == (None, None, None)
    assert not (forked.cwd / "output").exists()
