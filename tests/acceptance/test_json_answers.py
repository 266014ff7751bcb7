from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle

STAGES = ["initialized", "spec_ready", "generated", "validated", "planned", "iterated"]


@pytest.fixture
def revised(curricle: Curricle, given: Path) -> Path:
    """A run with an earlier and a later curriculum, nothing else made from the later."""
    curricle.good("validate", given.name)
    path = given / "outputs" / "curriculum" / "curriculum.json"
    path.write_text(path.read_text().replace('"estimate_minutes": 120', '"estimate_minutes": 300'))
    return given


def test_init_tells_where_the_run_is_and_what_is_next(curricle: Curricle) -> None:
    done = curricle.good("init", "Course", "--json")
    answer = done.json
    assert list(answer) == ["schema_version", "run_id", "run_dir", "stage", "next"]
    assert answer["run_dir"] == str(curricle.runs_dir / answer["run_id"])
    assert answer["stage"] == "initialized"
    assert answer["next"].endswith(f" run {answer['run_id']} --scope-file FILE")


def test_status_tells_stage_artifacts_failure_and_what_is_next(
    curricle: Curricle, revised: Path
) -> None:
    answer = curricle.good("status", revised.name, "--json").json
    assert set(answer) == {
        *("schema_version", "run_id", "run_dir", "name", "created_at", "stage", "stages"),
        *("has_scope", "interrupted", "rebuilt", "artifacts", "last_failure", "journal", "next"),
        "calls",
    }
    assert answer["calls"] is None
    assert answer["stages"] == STAGES
    assert answer["last_failure"] is None
    assert set(answer["journal"]) == {"entries", "sha256", "size_bytes", "problem"}
    states = {artifact["path"]: artifact["state"] for artifact in answer["artifacts"]}
    assert all(set(a) == {"path", "state", "reason"} for a in answer["artifacts"])
    assert states["outputs/curriculum/curriculum.json"] == "edited"
    assert states["outputs/reviews/validation_report.json"] == "stale"
    assert states["outputs/plan/plan.json"] == "missing"
    assert [set(step) for step in answer["next"]] == [{"command", "why"}]


def test_validate_tells_every_finding_with_its_place(curricle: Curricle, given: Path) -> None:
    path = given / "outputs" / "curriculum" / "curriculum.json"
    path.write_text(path.read_text().replace('"tables"', '"tabels"', 1))
    done = curricle("validate", given.name, "--json")
    answer = done.json
    assert done.status == 1
    assert list(answer) == [
        *("schema_version", "valid", "findings", "counts", "skipped", "report", "error")
    ]
    assert answer["valid"] is False
    for finding in answer["findings"]:
        assert list(finding) == [
            *("rule", "category", "severity", "pointer", "line", "message", "hint")
        ]
        assert finding["category"] in {"schema", "dag", "evidence", "quality"}
    assert set(answer["counts"]) == {"error", "warning", "note"}
    assert answer["counts"]["error"] == sum(f["severity"] == "error" for f in answer["findings"])
    assert answer["report"] == str(given / "outputs" / "reviews" / "validation_report.md")
    assert answer["error"]["code"] == "validation_failed"
    assert curricle("validate", given.name, "--format", "json").json == answer
    failure = curricle.good("status", given.name, "--json").json["last_failure"]
    assert failure["code"] == "validation_failed"


def test_validate_without_findings_has_no_error(curricle: Curricle, given: Path) -> None:
    answer = curricle.good("validate", given.name, "--json").json
    assert (answer["valid"], answer["findings"], answer["error"]) == (True, [], None)


def test_plan_tells_weeks_budget_and_critical_path(curricle: Curricle, given: Path) -> None:
    answer = curricle.good("plan", given.name, "--start", "2026-01-05", "--json").json
    assert set(answer) == {
        *("schema_version", "run_id", "weeks", "total_minutes", "budget_minutes_per_week"),
        *("critical_path", "start_date", "warnings", "next"),
    }
    assert set(answer["critical_path"]) == {"nodes", "minutes"}
    assert answer["start_date"] == answer["weeks"][0]["starts_on"] == "2026-01-05"
    for week in answer["weeks"]:
        assert set(week) == {
            *("week", "starts_on", "minutes", "review_minutes", "items", "reviews", "deliverables")
        }
        assert all(set(item) == {"node_id", "minutes", "part"} for item in week["items"])


DIFF_FIELDS = {
    *("schema_version", "from", "to", "document", "nodes", "order", "edges", "minutes_delta"),
    *("weeks_moved", "critical_path"),
}


def assert_diff(report: dict[str, Any]) -> None:
    assert set(report) == DIFF_FIELDS
    assert set(report["nodes"]) == {"added", "removed", "renamed", "changed"}
    assert set(report["edges"]) == {"added", "removed"}
    assert set(report["critical_path"]) == {"before", "after"}
    assert report["nodes"]["changed"] == [
        {"id": "joins", "fields": [{"field": "estimate_minutes", "before": 120, "after": 300}]}
    ]
    assert report["minutes_delta"] == 180


def test_iterate_and_diff_tell_what_changed(curricle: Curricle, revised: Path) -> None:
    answer = curricle.good("iterate", revised.name, "--json").json
    assert set(answer) == {"schema_version", "run_id", "stage", "diff", "next"}
    assert answer["stage"] == "iterated"
    assert_diff(answer["diff"])
    report = curricle.good("diff", revised.name, "--json").json
    assert_diff(report)
    assert report == answer["diff"]


def test_run_tells_stage_shape_and_messages(curricle: Curricle, given: Path) -> None:
    answer = curricle.good("run", given.name, "--json").json
    assert set(answer) == {
        *("schema_version", "run_id", "run_dir", "stage", "shape", "messages", "next")
    }
    assert answer["stage"] == "iterated"
    assert answer["shape"]["nodes"] == 4


def test_the_rest_answers_with_fixed_fields(
    curricle: Curricle, finished: Path, tmp_path: Path
) -> None:
    run = finished.name
    archive = curricle.good("archive", run, "--json").json
    elsewhere = type(curricle)(runs_dir=tmp_path / "other", cwd=tmp_path)
    path = str(tmp_path / "page.html")
    answers = {
        "next": curricle.good("next", run, "--json").json,
        "list": curricle.good("list", "--json").json["runs"][0],
        "log": curricle.good("log", run, "--json").json,
        "doctor": curricle.good("doctor", "--json").json,
        "head": curricle.good("journal", "head", run, "--json").json,
        "verify": curricle.good("journal", "verify", run, "--json").json,
        "export": curricle.good("export", run, "--format", "html", "-o", path, "--json").json,
        "archive": archive,
        "restore": elsewhere.good("restore", archive["archive"], "--json").json,
    }
    fields = {name: set(answer) - {"schema_version"} for name, answer in answers.items()}
    assert fields == {
        "next": {"run_id", "command", "why"},
        "list": {"run_id", "name", "created_at", "stage", "last_failure", "problem"},
        "log": {"run_id", "entries", "unfinished_last_line"},
        "doctor": {"healthy", "checks"},
        "head": {"run_id", "head", "entries", "sha256", "size_bytes"},
        "verify": {"run_id", "verified", "entries", "head", "unfinished_last_line"},
        "export": {"run_id", "format", "path", "sha256", "size_bytes"},
        "archive": {"run_id", "archive", "sha256", "files", "left_out"},
        "restore": {"run_id", "run_dir", "next"},
    }
    versions = {answer.get("schema_version") for answer in answers.values()} - {None}
    assert versions == {"1.0"}
