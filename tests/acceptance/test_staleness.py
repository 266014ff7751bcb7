from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, Curricle, tree
from curricle.canonical import sha256_hex
from forked import ForkedCurricle
from hands import (
    CURRICULUM,
    DIFF,
    PLAN,
    PREVIOUS,
    REPORT,
    REPORT_PAGE,
    SCOPE,
    SPEC,
    edit,
    is_kept,
    load,
    stage_of,
    states_of,
    status_of,
)

if TYPE_CHECKING:
    from pathlib import Path

LONG_AGO = 1
CONTEXT = "inputs/context/notes.md"


@pytest.fixture
def brought_up(forked: Curricle, given: Path) -> Path:
    """A run whose curriculum a person gave, and which has come to `iterated`."""
    forked.good("run", given.name)
    return given


def reason_of(forked: Curricle, run: Path, path: str) -> str:
    answer = forked.good("status", run.name, "--json").json
    return next(a["reason"] for a in answer["artifacts"] if a["path"] == path)


EDITS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "budget": (
        SPEC,
        {"/constraints/hours_per_week": 2},
        "spec_ready",
        "topic_spec.json changed: constraints.hours_per_week 5 → 2",
    ),
    "depth": (
        SPEC,
        {"/constraints/depth": "survey"},
        "spec_ready",
        "topic_spec.json changed: constraints.depth practical → survey",
    ),
    "curriculum": (
        CURRICULUM,
        {"/nodes/0/pitfalls": ["Weighing in cups"]},
        "generated",
        "curriculum.json changed: nodes[0].pitfalls 0 → 1 entries (added Weighing in cups)",
    ),
}


@pytest.mark.capability("R13")
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_makes_what_follows_stale_says_why_and_run_brings_it_up_to_date(
    name: str, forked: Curricle, finished: Path
) -> None:
    path, changes, stage, reason = EDITS[name]
    plan = load(finished / PLAN)
    edit(finished / path, changes)
    assert stage_of(finished) == stage
    assert states_of(finished)[PLAN] == "stale"
    assert reason in reason_of(forked, finished, PLAN)
    forked.good("run", finished.name)
    assert stage_of(finished) == "iterated"
    assert set(states_of(finished).values()) == {"fresh"}
    report = load(finished / REPORT)
    assert report["curriculum_sha256"] == sha256_hex((finished / CURRICULUM).read_bytes())
    assert report["topic_spec_sha256"] == sha256_hex((finished / SPEC).read_bytes())
    assert (load(finished / PLAN) != plan) is (name in {"budget", "depth"})


@pytest.mark.capability("R13")
@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (SPEC, {"/constraints/hours_per_week": 1}),
        (CURRICULUM, {"/nodes/0/estimate_minutes": 200}),
        (PREVIOUS, {"/nodes/0/title": "Sheets"}),
        (SCOPE, {}),
    ],
    ids=["spec", "curriculum", "previous", "scope"],
)
def test_status_validate_plan_and_iterate_bring_a_persons_run_up_to_date(
    path: str, changes: dict[str, Any], forked: Curricle, brought_up: Path
) -> None:
    edit(brought_up / CURRICULUM, {"/nodes/3/estimate_minutes": 75})
    forked.good("run", brought_up.name)
    if changes:
        edit(brought_up / path, changes)
    else:
        (brought_up / path).write_text((brought_up / path).read_text() + "\nMore.\n")
    kept = (brought_up / CURRICULUM).read_bytes()
    assert stage_of(brought_up) != "iterated"
    for command in ("status", "validate", "plan", "iterate"):
        forked.good(command, brought_up.name)
    assert stage_of(brought_up) == "iterated"
    edited = {PREVIOUS} if path == PREVIOUS else set()
    assert {p for p, state in states_of(brought_up).items() if state != "fresh"} == edited
    assert (brought_up / CURRICULUM).read_bytes() == kept
    assert load(brought_up / DIFF)["to"] == sha256_hex(kept)


@pytest.mark.capability("R13")
def test_a_generated_curriculum_that_is_stale_is_not_planned_but_run_is_named(
    forked: Curricle, finished: Path
) -> None:
    edit(finished / SPEC, {"/constraints/hours_per_week": 2})
    for command in ("plan", "iterate"):
        done = forked(command, finished.name)
        assert done.status == 4
        error, _, following = done.stderr.splitlines()
        assert error.startswith("error[artifact_stale]: curriculum.json is stale: topic_spec.json")
        assert following.endswith(f"run {finished.name}")
    done = forked("export", finished.name, "--format", "md", "--json", "-o", "out.md")
    assert (done.status, done.error["code"]) == (4, "artifact_stale")
    assert not (forked.cwd / "out.md").exists()


@pytest.mark.capability("R13")
def test_context_files_count_as_inputs(forked: Curricle) -> None:
    notes = forked.cwd / "notes"
    notes.mkdir()
    (notes / "notes.md").write_text("# Notes\n\nJoins come late.\n")
    run = forked.init("Databases", scope_file=EXAMPLES / "scope.md", context=notes)
    forked.good("run", run.name)
    (run / CONTEXT).write_text("# Notes\n\nJoins come early.\n")
    assert "notes.md changed: 3 → 3 lines" in reason_of(forked, run, CURRICULUM)
    forked.good("run", run.name)
    assert stage_of(run) == "iterated"
    (run / CONTEXT).unlink()
    assert "notes.md is gone" in reason_of(forked, run, CURRICULUM)


@pytest.mark.capability("R13")
def test_a_stale_curriculum_with_a_persons_edit_is_a_conflict_with_two_ways_out(
    forked: Curricle, finished: Path
) -> None:
    made = (finished / CURRICULUM).read_bytes()
    edited = edit(finished / CURRICULUM, {"/nodes/0/pitfalls": ["Weighing in cups"]})
    edit(finished / SPEC, {"/constraints/depth": "survey"})
    done = forked("run", finished.name)
    assert done.status == 4
    error, hint, following = done.stderr.splitlines()
    assert error.startswith("error[stage_conflict]: curriculum.json was made or edited by a person")
    assert "constraints.depth practical → survey" in error
    assert "--force" in hint
    assert following.endswith(f"iterate {finished.name}")
    assert (finished / CURRICULUM).read_bytes() == edited

    other = ForkedCurricle(runs_dir=forked.cwd / "other", cwd=forked.cwd)
    shutil.copytree(forked.runs_dir, other.runs_dir)
    copy = other.runs_dir / finished.name
    forked.good("iterate", finished.name)
    assert (stage_of(finished), (finished / CURRICULUM).read_bytes()) == ("iterated", edited)

    forced = other.good("run", copy.name, "--force")
    assert stage_of(copy) == "iterated"
    assert "Weighing in cups" not in (copy / CURRICULUM).read_text()
    assert is_kept(copy, edited)
    assert is_kept(copy, made)
    assert f"the edit is kept as objects/{sha256_hex(edited)}" in forced.stderr
    assert (copy / PREVIOUS).read_bytes() == edited
    shown = other.good("diff", copy.name, "--from", sha256_hex(edited)[:10], "--json").json
    assert shown["from"] == sha256_hex(edited)


@pytest.mark.capability("R13")
@pytest.mark.parametrize("path", [SPEC, CURRICULUM])
def test_a_change_that_is_taken_back_leaves_everything_fresh(path: str, finished: Path) -> None:
    before = (finished / path).read_bytes()
    edit(finished / path, {"/topic" if path == CURRICULUM else "/goal": "Another"})
    assert stage_of(finished) != "iterated"
    (finished / path).write_bytes(before)
    assert stage_of(finished) == "iterated"


@pytest.mark.capability("R13")
def test_another_layout_of_the_spec_gives_the_same_bytes_again(
    forked: Curricle, finished: Path
) -> None:
    outputs = tree(finished / "outputs")
    text = (finished / SPEC).read_text()
    (finished / SPEC).write_text(text.replace("\n", "\n\n"))
    assert "changed in its layout only" in reason_of(forked, finished, CURRICULUM)
    forked.good("run", finished.name)
    again = tree(finished / "outputs")
    report, page = REPORT.removeprefix("outputs/"), REPORT_PAGE.removeprefix("outputs/")
    same = {path: data for path, data in outputs.items() if path not in {report, page}}
    assert same.items() <= again.items()


def test_times_decide_nothing(forked: Curricle, finished: Path) -> None:
    edit(finished / SPEC, {"/constraints/hours_per_week": 2})
    os.utime(finished / SPEC, (LONG_AGO, LONG_AGO))
    assert stage_of(finished) == "spec_ready"
    forked.good("run", finished.name)
    for path in sorted(finished.rglob("*")):
        os.utime(path, (LONG_AGO, LONG_AGO))
    (finished / SPEC).touch()
    assert stage_of(finished) == "iterated"


def test_a_clone_of_a_finished_run_is_as_fresh_as_the_run(forked: Curricle, finished: Path) -> None:
    other = ForkedCurricle(runs_dir=forked.cwd / "clone", cwd=forked.cwd)
    clone = other.runs_dir / finished.name
    for path in sorted(finished.rglob("*"), reverse=True):
        if path.is_file():
            target = clone / path.relative_to(finished)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    before = tree(clone)
    assert (stage_of(clone), set(states_of(clone).values())) == ("iterated", {"fresh"})
    other.good("run", clone.name)
    assert {**tree(clone), ".lock": b""} == {**before, ".lock": b""}


GARBAGE: dict[str, bytes] = {
    "empty": b"",
    "an object": b"{}",
    "null": b"null",
    "not UTF-8": b'{"weeks": "\xff"}',
    "nested deeply": b"[" * 100_000,
    "torn": b'{"schema_version": "1.0", "weeks": [',
    "another shape": b'{"shape": 1, "weeks": 3, "nodes": {}, "start_date": 3}',
}


@pytest.mark.parametrize("name", GARBAGE)
@pytest.mark.parametrize(("path", "stage"), [(PLAN, "validated"), (REPORT, "generated")])
def test_garbage_in_place_of_a_report_is_not_taken_for_one_however_old_it_is(
    name: str, path: str, stage: str, forked: Curricle, finished: Path
) -> None:
    good = (finished / path).read_bytes()
    (finished / path).write_bytes(GARBAGE[name])
    os.utime(finished / path, (LONG_AGO, LONG_AGO))
    assert stage_of(finished) == stage
    told = forked.good("run", finished.name).stderr
    assert (finished / path).read_bytes() == good
    assert stage_of(finished) == "iterated"
    assert is_kept(finished, GARBAGE[name])
    assert f"{path} had been edited; the edit is kept as objects/" in told


@pytest.mark.parametrize("path", [REPORT, PLAN, DIFF])
def test_a_report_put_there_by_hand_is_not_taken_for_one_that_was_made(
    path: str, forked: Curricle, given: Path, finished: Path
) -> None:
    (given / path).write_bytes((finished / path).read_bytes())
    assert stage_of(given) == "generated"
    forked.good("run", given.name)
    assert stage_of(given) == "iterated"
    assert (given / path).read_bytes() != (finished / path).read_bytes()


def test_a_finished_run_has_nothing_to_do(forked: Curricle, finished: Path) -> None:
    before = tree(finished)
    forked.good("run", finished.name)
    assert {**tree(finished), ".lock": b""} == {**before, ".lock": b""}
    assert status_of(finished)["last_failure"] is None


def test_a_persons_curriculum_for_another_scope_is_theirs_to_decide_about(
    forked: Curricle, brought_up: Path
) -> None:
    with (brought_up / SCOPE).open("a") as file:
        file.write("\n## Views\n\nA view is a query with a name.\n")
    before = (brought_up / CURRICULUM).read_bytes()
    done = forked("run", brought_up.name, "--json")
    assert (done.status, done.error["code"]) == (4, "stage_conflict")
    assert (brought_up / CURRICULUM).read_bytes() == before
