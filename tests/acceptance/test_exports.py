from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from command import EXAMPLES, Curricle, tree
from curricle.canonical import sha256_hex
from curricle.export import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

FIRST_LINES = {
    "md": "# ",
    "html": "<!doctype html>",
    "ics": "BEGIN:VCALENDAR",
    "mermaid": "flowchart LR",
    "dot": "digraph curriculum {",
    "csv": "id,title,capability,",
}


def test_every_format_goes_to_stdout_or_to_a_file_with_the_same_bytes(
    curricle: Curricle, finished: Path, tmp_path: Path
) -> None:
    curricle.good("plan", finished.name, "--start", "2026-01-05")
    curriculum = json.loads((finished / "outputs" / "curriculum" / "curriculum.json").read_bytes())
    path = tmp_path / "document"
    assert FIRST_LINES.keys() == FORMATS.keys()
    for style, first_line in FIRST_LINES.items():
        shown = curricle.good("export", finished.name, "--format", style)
        assert shown.stdout.startswith(first_line)
        assert shown.stderr == ""
        done = curricle.good("export", finished.name, "--format", style, "-o", str(path))
        data = path.read_bytes()
        assert data.decode() == shown.stdout
        assert (done.stdout, done.stderr) == ("", f"wrote {path} ({len(data)} bytes)\n")
        unfolded = re.sub(r"\r\n |\\", "", shown.stdout)
        assert curriculum["nodes"][0]["title"] in unfolded


def test_the_json_answer_names_the_document_by_digest(
    curricle: Curricle, finished: Path, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    options = ["--format", "html", "-o", str(path), "--json"]
    answer = curricle.good("export", finished.name, *options).json
    data = path.read_bytes()
    assert (answer["sha256"], answer["size_bytes"]) == (sha256_hex(data), len(data))
    assert (answer["path"], answer["format"]) == (str(path), "html")


@pytest.mark.parametrize("style", ["html", "mermaid"])
def test_a_document_is_the_same_under_any_hash_seed_and_from_anywhere(
    curricle: Curricle, finished: Path, tmp_path: Path, style: str
) -> None:
    (tmp_path / "deep").mkdir()
    elsewhere = Curricle(runs_dir=curricle.runs_dir, cwd=tmp_path / "deep")
    one = curricle.with_environment(PYTHONHASHSEED="1", LANG="C", TZ="Asia/Tokyo")
    other = elsewhere.with_environment(PYTHONHASHSEED="2", LC_ALL="C.UTF-8", TZ="UTC")
    options = ["export", finished.name, "--format", style]
    assert one.good(*options, "-o", str(tmp_path / "a")).status == 0
    assert other.good(*options, "-o", str(tmp_path / "b")).status == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_run_with_nothing_but_a_curriculum_is_handed_out_as_far_as_it_goes(
    curricle: Curricle,
) -> None:
    run = curricle.init(curriculum=EXAMPLES / "curriculum.json")
    page = curricle.good("export", run.name, "--format", "html").stdout
    assert 'id="nodes"' in page
    assert 'id="plan"' not in page
    assert 'id="findings"' not in page
    assert "\n## Plan\n" not in curricle.good("export", run.name, "--format", "md").stdout
    rows = curricle.good("export", run.name, "--format", "csv").stdout.splitlines()
    assert len(rows) == 5


def test_a_calendar_needs_a_plan_and_the_plan_a_date(curricle: Curricle, given: Path) -> None:
    bare = curricle("export", given.name, "--format", "ics", "--json", "-o", "x")
    assert (bare.status, bare.error["code"]) == (4, "stage_conflict")
    curricle.good("plan", given.name)
    undated = curricle("export", given.name, "--format", "ics")
    assert (undated.status, undated.stdout) == (2, "")
    assert f"hint: plan {given.name} --start YYYY-MM-DD" in undated.stderr
    curricle.good("plan", given.name, "--start", "2026-01-05")
    assert (
        "DTSTART;VALUE=DATE:20260105"
        in curricle.good("export", given.name, "--format", "ics").stdout
    )


def test_a_run_without_a_curriculum_has_nothing_to_hand_out(curricle: Curricle) -> None:
    run = curricle.init()
    done = curricle("export", run.name, "--format", "html", "-o", "page.html")
    assert (done.status, done.stdout) == (4, "")
    assert done.stderr.startswith("error[stage_conflict]: ")
    assert "next: " in done.stderr
    assert not (curricle.cwd / "page.html").exists()


def test_nothing_stale_is_handed_out(curricle: Curricle, finished: Path) -> None:
    path = finished / "inputs" / "topic_spec.json"
    spec = json.loads(path.read_bytes())
    spec["constraints"]["hours_per_week"] += 1
    path.write_text(json.dumps(spec))
    done = curricle("export", finished.name, "--format", "html")
    assert (done.status, done.stdout) == (4, "")
    assert done.stderr.startswith("error[artifact_stale]: ")
    assert "constraints.hours_per_week" in done.stderr
    curricle.good("run", finished.name)
    curricle.good("export", finished.name, "--format", "html")


def test_an_edited_curriculum_is_handed_out_without_the_plan_it_outdates(
    curricle: Curricle, given: Path
) -> None:
    curricle.good("run", given.name)
    path = given / "outputs" / "curriculum" / "curriculum.json"
    path.write_text(path.read_text().replace('"title": "Joins"', '"title": "Joining"'))
    page = curricle.good("export", given.name, "--format", "html").stdout
    assert "<h3>Joining</h3>" in page
    assert 'id="plan"' not in page
    calendar = curricle("export", given.name, "--format", "ics", "--json", "-o", "x")
    assert (calendar.status, calendar.error["code"]) == (4, "artifact_stale")


@pytest.mark.parametrize("content", ["{", "[]"], ids=["torn", "another shape"])
def test_a_curriculum_that_cannot_be_read_is_told(
    curricle: Curricle, given: Path, content: str
) -> None:
    (given / "outputs" / "curriculum" / "curriculum.json").write_text(content)
    done = curricle("export", given.name, "--format", "html", "-o", "x", "--json")
    assert (done.status, done.error["code"]) == (4, "curriculum_invalid")


def test_a_file_that_cannot_be_written_is_told_and_no_draft_stays(
    curricle: Curricle, finished: Path
) -> None:
    target = "nosuch/page.html"
    before = tree(curricle.cwd)
    done = curricle("export", finished.name, "--format", "dot", "-o", target, "--json")
    assert done.status == 6
    assert done.error["code"] in {"io_error", "permission_denied"}
    assert tree(curricle.cwd) == before


def test_findings_go_to_other_programs_in_their_own_formats(
    curricle: Curricle, given: Path
) -> None:
    path = given / "outputs" / "curriculum" / "curriculum.json"
    path.write_text(path.read_text().replace('"tables"', '"tabels"', 1))
    sarif = curricle("validate", given.name, "--format", "sarif")
    github = curricle("validate", given.name, "--format", "github")
    assert (sarif.status, sarif.stderr, github.status, github.stderr) == (1, "", 1, "")
    log = sarif.json
    results = log["runs"][0]["results"]
    assert log["version"] == "2.1.0"
    findings = curricle("validate", given.name, "--json").json["findings"]
    assert [result["ruleId"] for result in results] == [f["rule"] for f in findings]
    assert len(github.stdout.splitlines()) == len(findings)
    assert all(line.startswith(("::error ", "::warning ")) for line in github.stdout.splitlines())
    text = curricle("validate", given.name)
    for finding in findings:
        assert f"curriculum.json:{finding['line']}: " in text.stdout
        assert f"{finding['rule']}: " in text.stdout


def other_than_files(folder: Path, run: Path) -> dict[str, str]:
    os.mkfifo(folder / "fifo")
    (folder / "link").symlink_to(folder / "target")
    (folder / "folder").mkdir()
    return {
        str(folder / "fifo"): "no plain file",
        str(folder / "link"): "no plain file",
        str(folder / "folder"): "no plain file",
        str(run / "outputs" / "plan" / "plan.json"): "lies in the run",
        str(run / "new.md"): "lies in the run",
    }


def test_what_is_no_file_or_belongs_to_the_run_is_never_replaced(
    forked: Curricle, finished: Path, tmp_path: Path
) -> None:
    before = tree(finished)
    for path, why in other_than_files(tmp_path, finished).items():
        done = forked("export", finished.name, "--format", "md", "-o", path, "--json")
        assert (done.status, done.error["code"]) == (2, "invalid_argument")
        assert why in done.error["message"]
    assert tree(finished) == before
    assert (tmp_path / "fifo").is_fifo()
    assert (tmp_path / "link").is_symlink()


def test_a_dash_stands_for_stdout(forked: Curricle, finished: Path, tmp_path: Path) -> None:
    done = forked.good("export", finished.name, "--format", "dot", "-o", "-")
    assert done.stdout.startswith("digraph")
    assert not (tmp_path / "-").exists()
