from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from command import tree
from curricle.canonical import document_bytes, sha256_hex
from curricle.inspection import inspect_run
from curricle.layout import (
    CURRICULUM,
    DIFF_REPORT,
    GENERATION_NOTES,
    OUTPUTS_OF,
    PLAN,
    PREVIOUS_CURRICULUM,
    SCOPE,
    STAGES,
    TOPIC_SPEC,
    VALIDATION_PAGE,
    Stage,
)
from curricle.runs.folder import take_snapshot
from curricle.runs.freshness import Freshness, Origin, State, assess, spec_was_accepted
from curricle.runs.objects import find_object
from curricle.runs.state import load_run
from documents import changed
from histories import asked_run, copy_of, finish, finished_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from curricle.runs.record import RunRecord

NOTES = "inputs/context/notes.md"
SPEC_READY, GENERATED, VALIDATED, PLANNED, ITERATED = STAGES[1:]
MADE = {GENERATED, VALIDATED, PLANNED, ITERATED}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


def freshness_of(run_dir: Path) -> Freshness:
    return inspect_run(run_dir).freshness


def stale_stages(freshness: Freshness) -> set[Stage]:
    return {stage for stage, state in freshness.stages.items() if state.is_stale}


def add_space(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def set_field(path: Path, changes: dict[str, Any]) -> None:
    path.write_bytes(document_bytes(changed(json.loads(path.read_bytes()), changes)))


def states_of(run_dir: Path) -> dict[str, str]:
    return {artifact.path: artifact.state for artifact in inspect_run(run_dir).artifacts}


def reasons_of(run_dir: Path) -> dict[str, str]:
    return {a.path: a.reason for a in inspect_run(run_dir).artifacts if a.reason}


def copied(run_dir: Path, folder: Path) -> Path:
    return copy_of(run_dir, folder / "copy")


def touched(run_dir: Path, _: Path) -> Path:
    for path in run_dir.rglob("*"):
        os.utime(path, (1, 1) if "outputs" in path.parts else (2**31, 2**31))
    return run_dir


def cloned(run_dir: Path, folder: Path) -> Path:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=m"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Keep the run"]):
        subprocess.run([*git, "-C", str(run_dir), *arguments], check=True)
    target = folder / "clone" / run_dir.name
    subprocess.run([*git, "clone", "-q", str(run_dir), str(target)], check=True)
    return target


@pytest.mark.capability("R26")
@pytest.mark.parametrize("moved", [copied, touched, cloned], ids=lambda moved: moved.__name__)
def test_a_copied_touched_or_cloned_run_is_as_fresh_as_it_was(
    moved: Callable[[Path, Path], Path], run_dir: Path, tmp_path: Path
) -> None:
    target = moved(run_dir, tmp_path)
    assert stale_stages(freshness_of(target)) == set()
    assert inspect_run(target).stage is Stage.ITERATED
    assert set(states_of(target).values()) == {"fresh"}
    before = tree(target)
    assert finish(target) == []
    lock = {path: b"" for path in (".lock",) if path in before}
    assert tree(target) | lock == before | lock


@pytest.mark.capability("R13")
@pytest.mark.parametrize(
    ("path", "stale", "reached"),
    [
        (TOPIC_SPEC, MADE, SPEC_READY),
        (SCOPE, MADE | {SPEC_READY}, SPEC_READY),
        (NOTES, MADE, SPEC_READY),
        (CURRICULUM, {VALIDATED, PLANNED, ITERATED}, GENERATED),
        (GENERATION_NOTES, {VALIDATED}, GENERATED),
        (VALIDATION_PAGE, set(), ITERATED),
        (PLAN, set(), ITERATED),
        (DIFF_REPORT, set(), ITERATED),
    ],
)
def test_a_changed_file_makes_exactly_the_stages_stale_that_read_it_and_those_after(
    path: str, stale: set[Stage], reached: Stage, run_dir: Path
) -> None:
    add_space(run_dir / path)
    freshness = freshness_of(run_dir)
    assert stale_stages(freshness) == stale
    assert freshness.reached is reached
    expected = {output for stage in stale for output in OUTPUTS_OF[stage]} - {path}
    states = states_of(run_dir)
    assert {p for p, state in states.items() if state == "stale"} == expected & states.keys()
    is_output = path.startswith("outputs/")
    assert states[path] == ("edited" if is_output else "fresh")


@pytest.mark.capability("R13")
@pytest.mark.parametrize(
    ("path", "changes", "reason"),
    [
        (TOPIC_SPEC, {"/constraints/hours_per_week": 5}, "constraints.hours_per_week 3 → 5"),
        (TOPIC_SPEC, {"/evidence_mode": "minimal"}, "evidence_mode strict → minimal"),
        (CURRICULUM, {"/nodes/0/estimate_minutes": 7}, "nodes[0].estimate_minutes"),
    ],
)
def test_the_reason_names_the_file_and_the_field_before_and_after(
    path: str, changes: dict[str, Any], reason: str, run_dir: Path
) -> None:
    set_field(run_dir / path, changes)
    found = reasons_of(run_dir)[PLAN]
    assert f"{path.rpartition('/')[2]} changed: " in found
    assert reason in found


def test_a_changed_scope_is_told_by_its_lines_and_a_new_context_file_by_its_name(
    run_dir: Path,
) -> None:
    lines = (run_dir / SCOPE).read_bytes().count(b"\n")
    add_space(run_dir / SCOPE)
    (run_dir / "inputs/context/more.md").write_bytes(b"# More\n")
    reason = reasons_of(run_dir)[CURRICULUM]
    assert f"scope.md changed: {lines} → {lines + 1} lines" in reason
    assert "more.md is new" in reason


def test_a_removed_input_makes_stale_what_read_it(run_dir: Path) -> None:
    (run_dir / NOTES).unlink()
    assert stale_stages(freshness_of(run_dir)) == MADE
    assert reasons_of(run_dir)[CURRICULUM] == "notes.md is gone"


def test_putting_the_old_bytes_back_makes_all_fresh_again(run_dir: Path) -> None:
    before = (run_dir / TOPIC_SPEC).read_bytes()
    set_field(run_dir / TOPIC_SPEC, {"/goal": "Something else entirely"})
    assert stale_stages(freshness_of(run_dir)) == MADE
    (run_dir / TOPIC_SPEC).write_bytes(before)
    assert stale_stages(freshness_of(run_dir)) == set()


@pytest.mark.parametrize("path", [PLAN, DIFF_REPORT, VALIDATION_PAGE, CURRICULUM])
def test_a_removed_output_is_missing_and_its_stage_no_longer_reached(
    path: str, run_dir: Path
) -> None:
    (run_dir / path).unlink()
    assert states_of(run_dir)[path] == "missing"
    (stage,) = [stage for stage, outputs in OUTPUTS_OF.items() if path in outputs]
    assert STAGES.index(inspect_run(run_dir).stage) < STAGES.index(stage)


def test_garbage_in_the_place_of_an_output_is_no_fresh_output_however_old(run_dir: Path) -> None:
    (run_dir / PLAN).write_bytes(b"garbage")
    os.utime(run_dir / PLAN, (1, 1))
    assert states_of(run_dir)[PLAN] == "edited"


def test_a_run_that_made_nothing_has_everything_missing_and_nothing_stale(tmp_path: Path) -> None:
    freshness = freshness_of(asked_run(tmp_path))
    assert stale_stages(freshness) == set()
    assert freshness.reached is SPEC_READY
    assert {s for state in freshness.stages.values() for s in state.artifacts.values()} == {
        State.MISSING
    }


def record_and_digests(run_dir: Path) -> tuple[RunRecord, dict[str, str]]:
    return load_run(run_dir).record, take_snapshot(run_dir).digests


@pytest.mark.parametrize("stage", [GENERATED, VALIDATED, PLANNED, ITERATED])
def test_another_version_of_a_stage_makes_it_stale(stage: Stage, done: Path) -> None:
    record, digests = record_and_digests(done)
    older = replace(record.stages[stage], version=record.stages[stage].version + 1)
    freshness = assess(
        replace(record, stages={**record.stages, stage: older}), digests, spec_is_ready=True
    )
    after = MADE if stage is GENERATED else {stage}
    assert stale_stages(freshness) == after
    assert freshness.stages[stage].reasons == ("made by version 2 of this stage, now 1",)


def test_an_output_made_anew_with_the_same_bytes_makes_nothing_after_it_stale(done: Path) -> None:
    record, digests = record_and_digests(done)
    again = replace(record.stages[GENERATED], at="2031-01-01T00:00:00.000000Z")
    freshness = assess(
        replace(record, stages={**record.stages, GENERATED: again}), digests, spec_is_ready=True
    )
    assert stale_stages(freshness) == set()


def test_a_curriculum_put_there_by_hand_is_a_persons(done: Path) -> None:
    record, digests = record_and_digests(done)
    freshness = assess(replace(record, stages={}), digests, spec_is_ready=False)
    assert freshness.origin is Origin.PERSON
    assert freshness.stages[GENERATED].artifacts == {CURRICULUM: State.EDITED}
    assert freshness.reached is GENERATED
    assert not spec_was_accepted(replace(record, stages={}), digests)
    assert spec_was_accepted(record, digests)


def test_outputs_put_there_by_hand_are_no_made_outputs(done: Path, tmp_path: Path) -> None:
    run_dir = asked_run(tmp_path)
    shutil.copytree(done / "outputs", run_dir / "outputs", dirs_exist_ok=True)
    (run_dir / PLAN).write_bytes(b"{}")
    assert inspect_run(run_dir).stage is GENERATED
    finish(run_dir)
    assert inspect_run(run_dir).stage is ITERATED
    assert (run_dir / PLAN).read_bytes() == (done / PLAN).read_bytes()
    assert find_object(run_dir, sha256_hex(b"{}")) == b"{}"


def test_a_previous_curriculum_put_there_makes_only_the_comparison_stale(run_dir: Path) -> None:
    (run_dir / PREVIOUS_CURRICULUM).write_bytes((run_dir / CURRICULUM).read_bytes())
    freshness = freshness_of(run_dir)
    assert stale_stages(freshness) == {ITERATED}
    assert freshness.reached is PLANNED
