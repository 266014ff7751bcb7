from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, SCOPES, Curricle
from hands import (
    CURRICULUM,
    DIFF,
    PLAN,
    REPORT,
    REPORT_PAGE,
    SPEC,
    edit,
    load,
    stage_of,
    states_of,
    status_of,
)

if TYPE_CHECKING:
    from pathlib import Path


def shown(curricle: Curricle, run: Path) -> Any:
    """Return what the command `status` says."""
    return curricle.good("status", run.name, "--json").json


def next_command(curricle: Curricle, run: Path) -> list[str]:
    """Return what `next` says to type, without the program and its options."""
    words: list[str] = curricle.good("next", run.name, "--json").json["command"].split()
    return words[words.index(str(curricle.runs_dir)) + 1 :]


@pytest.mark.capability("R1")
def test_a_run_that_passes_goes_over_validate_plan_and_iterate_to_resolved(
    curricle: Curricle, given: Path
) -> None:
    reached = [shown(curricle, given)["stage"]]
    for command in ("validate", "plan", "iterate"):
        curricle.good(command, given.name)
        reached.append(shown(curricle, given)["stage"])
    assert reached == ["generated", "validated", "planned", "iterated"]
    assert set(states_of(given).values()) == {"fresh"}


@pytest.mark.capability("R1")
def test_a_run_that_fails_is_read_mended_and_validated_again(
    curricle: Curricle, given: Path
) -> None:
    edit(given / CURRICULUM, {"/nodes/1/prerequisites": ["tabels"]})
    failed = curricle("validate", given.name)
    assert failed.status == 1
    assert failed.stderr.startswith(f"error[validation_failed]: curriculum.json of {given.name}")
    assert f"hint: read {REPORT_PAGE}" in failed.stderr
    assert shown(curricle, given)["last_failure"]["code"] == "validation_failed"
    page = (given / REPORT_PAGE).read_text()
    assert "dag.unknown-prerequisite" in page
    assert "tabels" in page

    edit(given / CURRICULUM, {"/nodes/1/prerequisites": ["tables"]})
    curricle.good("validate", given.name)
    assert stage_of(given) == "validated"
    curricle.good("plan", given.name)
    curricle.good("iterate", given.name)
    status = status_of(given)
    assert (status["stage"], status["last_failure"]) == ("iterated", None)


@pytest.mark.capability("R3")
def test_running_a_fresh_run_is_a_stage_conflict_that_names_what_the_spec_lacks(
    curricle: Curricle,
) -> None:
    run = curricle.init("Bread")
    done = curricle("run", run.name)
    assert (done.status, done.stdout) == (4, "")
    error, hint, following = done.stderr.splitlines()
    assert error.startswith("error[stage_conflict]: topic spec not ready: ")
    assert all(field in error for field in ("goal:", "audience:", "scope_in:"))
    assert hint.startswith("hint: fill these fields in inputs/topic_spec.json")
    assert following.startswith("next: ")
    assert following.endswith(f"run {run.name} --scope-file FILE")

    again = curricle("run", run.name, "--json")
    assert again.status == again.error["exit_status"] == 4
    assert again.error["code"] == "stage_conflict"
    named = again.error["details"]["fields"]
    lines = (run / SPEC).read_text().splitlines()
    assert {field["pointer"] for field in named} == {"/goal", "/audience", "/scope_in"}
    assert all(field["pointer"][1:] in lines[field["line"] - 1] for field in named)
    status = status_of(run)
    assert status["stage"] == "initialized"
    assert status["last_failure"]["code"] == "stage_conflict"


@pytest.mark.capability("R4")
def test_filling_the_spec_by_hand_lets_the_run_go_on(
    curricle: Curricle, example_spec: dict[str, Any]
) -> None:
    run = curricle.init("Databases")
    assert curricle("run", run.name).status == 4
    fields = ("goal", "audience", "scope_in", "prerequisites")
    edit(run / SPEC, {f"/{name}": example_spec[name] for name in fields})
    assert next_command(curricle, run) == ["run", run.name]
    curricle.good("run", run.name)
    status = status_of(run)
    assert (status["stage"], status["last_failure"]) == ("iterated", None)
    titles = [node["title"] for node in load(run / CURRICULUM)["nodes"]]
    assert sorted(titles) == sorted(example_spec["scope_in"])


@pytest.mark.capability("R4")
def test_a_scope_file_lets_the_run_go_on(curricle: Curricle) -> None:
    run = curricle.init("Databases")
    assert curricle("run", run.name).status == 4
    curricle.good("run", run.name, "--scope-file", str(EXAMPLES / "scope.md"))
    assert status_of(run)["last_failure"] is None
    assert stage_of(run) == "iterated"
    assert load(run / SPEC)["scope_in"] == ["Tables", "Queries", "Joins", "Indexes"]


BREAKS: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "schema": (CURRICULUM, {"/nodes/0/estimate_minutes": "an hour"}, {}, "schema.wrong-type"),
    "dag": (CURRICULUM, {"/nodes/0/prerequisites": ["joins"]}, {}, "dag.cycle"),
    "evidence": (CURRICULUM, {"/nodes/0/confidence": None}, {}, "evidence.no-confidence"),
    "quality": (SPEC, {"/scope_in/0": "Photosynthesis"}, {}, "quality.scope-uncovered"),
}


@pytest.mark.capability("R5")
@pytest.mark.parametrize(
    ("category", "command"),
    [
        ("schema", "validate"),
        ("dag", "run"),
        ("evidence", "plan"),
        ("quality", "iterate"),
        ("quality", "validate"),
    ],
)
def test_findings_of_every_category_end_a_command_with_a_report(
    category: str, command: str, forked: Curricle, given: Path
) -> None:
    path, changes, _, rule = BREAKS[category]
    edit(given / path, changes)
    done = forked(command, given.name)
    assert done.status == 1
    assert "error[validation_failed]" in done.stderr
    report = load(given / REPORT)
    found = [finding for finding in report["findings"] if finding["rule"] == rule]
    assert [finding["category"] for finding in found] == [category]
    assert not report["valid"]
    page = (given / REPORT_PAGE).read_text()
    assert rule in page
    assert found[0]["hint"] in page.replace("\\", "")
    assert not (given / PLAN).exists()


@pytest.mark.capability("R5")
def test_a_run_whose_curriculum_has_errors_ends_with_the_report_and_keeps_the_curriculum(
    forked: Curricle, given: Path
) -> None:
    broken = edit(given / CURRICULUM, {"/nodes/2/prerequisites": ["queries", "queries"]})
    done = forked("run", given.name, "--json")
    assert (done.status, done.error["code"]) == (1, "validation_failed")
    assert (given / CURRICULUM).read_bytes() == broken
    assert "dag.duplicate-prerequisite" in (given / REPORT_PAGE).read_text()


MENDED_BY: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "a mended curriculum": (CURRICULUM, {"/nodes/0/estimate_minutes": 60}, ()),
    "rules": ("", {}, ("iterate", "--repair")),
    "a mended spec": (SPEC, {"/evidence_mode": "standard"}, ()),
    "another curriculum": ("", {}, ("run", "--force")),
}


@pytest.mark.capability("R6")
@pytest.mark.parametrize(
    ("category", "way"),
    [
        ("schema", "a mended curriculum"),
        ("dag", "rules"),
        ("evidence", "a mended spec"),
        ("schema", "another curriculum"),
    ],
)
def test_findings_are_mended_and_the_run_goes_on_until_it_passes(
    category: str, way: str, forked: Curricle, given: Path
) -> None:
    if way == "another curriculum":
        edit(given / SPEC, {"/evidence_mode": "standard", "/misconceptions": []})
        edit(given / SPEC, {"/context_pack/required_outcomes": [], "/scope_out": []})
    path, changes, _, rule = BREAKS[category]
    edit(given / path, changes)
    assert forked("validate", given.name).status == 1
    assert rule in (given / REPORT_PAGE).read_text()

    path, changes, command = MENDED_BY[way]
    if path:
        edit(given / path, changes)
    if command:
        forked.good(command[0], given.name, *command[1:])
    for command_name in ("validate", "plan", "iterate"):
        forked.good(command_name, given.name)
    status = status_of(given)
    assert (status["stage"], status["last_failure"]) == ("iterated", None)
    assert rule not in (given / REPORT_PAGE).read_text()


@pytest.mark.capability("R23")
def test_every_command_of_the_runbook_works_in_the_order_of_a_day(curricle: Curricle) -> None:
    run_id = curricle.good("init", "Databases").stdout.strip()
    run = curricle.runs_dir / run_id
    curricle.good("run", run_id, "--scope-file", str(EXAMPLES / "scope.md"))
    assert "[x] iterated" in curricle.good("status", run_id).stdout
    assert curricle.good("validate", run_id).stdout.startswith("valid: 0 errors")
    assert "hours in" in curricle.good("plan", run_id).stdout
    assert "since the previous revision" in curricle.good("iterate", run_id).stdout
    edit(run / CURRICULUM, {"/nodes/0/title": "Tables and rows"})
    curricle.good("run", run_id)
    assert "Tables and rows" in curricle.good("diff", run_id).stdout
    archive = curricle.good("archive", run_id, "--json").json
    assert archive["run_id"] == run_id
    assert archive["files"] > 10


@pytest.mark.capability("R24")
@pytest.mark.parametrize("how", ["--provider", "AGENT_PROVIDER", "neither"])
def test_the_internal_provider_needs_no_key_and_no_network(how: str, curricle: Curricle) -> None:
    run = curricle.init("Databases", scope_file=EXAMPLES / "scope.md")
    program = curricle.with_environment(http_proxy="http://127.0.0.1:9", PATH="/nonexistent")
    options = ["--provider", "internal"] if how == "--provider" else []
    if how == "AGENT_PROVIDER":
        program = program.with_environment(AGENT_PROVIDER="internal")
    program.good("run", run.name, *options)
    made = load(run / "run.json")["stages"]["generated"]
    assert (made["provider"], made["model"]) == ("internal", None)


@pytest.mark.capability("R24")
@pytest.mark.parametrize(
    ("command", "source", "name"),
    [
        ("run", "--provider", "interna"),
        ("run", "--provider", ""),
        ("iterate", "--provider", "codex"),
        ("run", "AGENT_PROVIDER", "internal "),
        ("iterate", "AGENT_PROVIDER", "Internal"),
    ],
)
def test_a_mistyped_provider_is_refused_and_no_other_takes_its_place(
    command: str, source: str, name: str, forked: Curricle, finished: Path
) -> None:
    (finished / CURRICULUM).unlink()
    journal = (finished / "logs/journal.jsonl").read_bytes()
    options = ["--provider", name] if source == "--provider" else []
    program = forked if options else forked.with_environment(AGENT_PROVIDER=name)
    done = program(command, finished.name, *options, "--json")
    assert (done.status, done.error["code"]) == (4, "provider_unknown")
    assert done.error["details"]["provider"] == name
    assert "internal" in done.error["details"]["known"]
    assert source in done.error["message"]
    assert not (finished / CURRICULUM).exists()
    added = (finished / "logs/journal.jsonl").read_bytes().removeprefix(journal)
    assert added.count(b"\n") <= 1
    assert added == b"" or json.loads(added)["data"]["code"] == "provider_unknown"


@pytest.mark.capability("R24")
def test_a_good_option_wins_over_a_mistyped_variable(forked: Curricle, finished: Path) -> None:
    program = forked.with_environment(AGENT_PROVIDER="nonsense")
    program.good("run", finished.name, "--provider", "internal")
    assert program("run", finished.name).status == 4


@pytest.mark.capability("R25")
def test_a_run_holds_its_artifacts_at_the_paths_that_the_runbook_names(
    curricle: Curricle, finished: Path
) -> None:
    for path in (SPEC, "inputs/scope.md", CURRICULUM, REPORT_PAGE, REPORT, PLAN, DIFF):
        assert (finished / path).is_file(), path
    assert load(finished / "run.json")["run_id"] == finished.name
    assert (finished / REPORT_PAGE).read_text().startswith("# ")
    shown = curricle.good("status", finished.name).stdout
    assert all(path in shown for path in (SPEC, REPORT_PAGE, PLAN, DIFF))


LADDER = (
    (DIFF, "planned"),
    (PLAN, "validated"),
    (REPORT, "generated"),
    (CURRICULUM, "spec_ready"),
    (SPEC, "initialized"),
)


@pytest.mark.capability("R26")
def test_the_stage_follows_from_the_artifacts_that_are_there(
    curricle: Curricle, finished: Path
) -> None:
    before = {path: (finished / path).read_bytes() for path, _ in LADDER}
    for path, stage in LADDER:
        (finished / path).unlink()
        assert shown(curricle, finished)["stage"] == stage
        assert states_of(finished)[path] == "missing"
    (finished / SPEC).write_bytes(before[SPEC])
    curricle.good("run", finished.name)
    assert stage_of(finished) == "iterated"
    assert {path: (finished / path).read_bytes() for path, _ in LADDER} == before


@pytest.mark.capability("R26")
@pytest.mark.parametrize("recorded", ["initialized", "iterated", "no such stage"])
def test_the_stage_that_run_json_records_decides_nothing(
    recorded: str, forked: Curricle, finished: Path
) -> None:
    edit(finished / "run.json", {"/stage": recorded})
    assert shown(forked, finished)["stage"] == "iterated"
    (finished / PLAN).unlink()
    assert shown(forked, finished)["stage"] == "validated"


def test_the_commands_to_type_next_lead_a_blank_run_to_the_end(curricle: Curricle) -> None:
    run = curricle.init("Bread")
    stages = []
    for _ in range(6):
        command = next_command(curricle, run)
        if command[0] == "export":
            break
        filled = [str(SCOPES / "bread-baking.md") if c == "FILE" else c for c in command]
        curricle.good(*filled)
        stages.append(stage_of(run))
    assert stages == ["iterated"]
