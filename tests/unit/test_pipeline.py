from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, SCOPES, tree
from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import (
    ArtifactStaleError,
    CurriculumInvalidError,
    DiskFullError,
    IoError,
    ScopeInvalidError,
    StageConflictError,
    StopRuleHitError,
    TopicSpecInvalidError,
    ValidationFailedError,
)
from curricle.generation.selection import Selection
from curricle.inspection import inspect_run
from curricle.layout import (
    CURRICULUM,
    JOURNAL,
    PLAN,
    PREVIOUS_CURRICULUM,
    TOPIC_SPEC,
    VALIDATION_REPORT,
    Stage,
)
from curricle.pipeline import bring_up_to_date, init_run, iterate_run, plan_run, validate_run
from curricle.providers.internal import InternalProvider
from curricle.runs.objects import find_object
from curricle.runs.proof import verify_journal
from curricle.runs.state import load_run
from curricle.steps.spec import ScopeChoice
from documents import changed
from histories import asked_run, copy_of, finish, finished_run, new_run, session_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BREAD = ScopeChoice(data=(SCOPES / "bread-baking.md").read_bytes(), selection=Selection())
SPEC = (EXAMPLES / "topic_spec.json").read_bytes()
GIVEN = (EXAMPLES / "curriculum.json").read_bytes()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


def run(run_dir: Path, **options: Any) -> list[str]:
    told: list[str] = []
    session = session_in(run_dir.parent, told.append)
    bring_up_to_date(session, run_dir, InternalProvider(), **options)
    return told


def iterate(run_dir: Path, *, repair: bool = False, feedback: str = "") -> None:
    session = session_in(run_dir.parent)
    iterate_run(session, run_dir, InternalProvider(), repair=repair, feedback=feedback)


def set_field(path: Path, changes: dict[str, Any]) -> bytes:
    path.write_bytes(document_bytes(changed(json.loads(path.read_bytes()), changes)))
    return path.read_bytes()


def failure_code(run_dir: Path) -> str | None:
    failure = load_run(run_dir).record.last_failure
    return failure.code if failure else None


@pytest.mark.capability("R3")
def test_a_run_without_a_ready_spec_is_a_stage_conflict_that_names_the_fields(
    tmp_path: Path,
) -> None:
    run_dir = new_run(tmp_path)
    with pytest.raises(StageConflictError, match=r"^topic spec not ready: ") as caught:
        run(run_dir)
    assert "scope_in" in str(caught.value)
    assert caught.value.next_step == ("run", run_dir.name, "--scope-file", "FILE")
    assert failure_code(run_dir) == "stage_conflict"
    assert inspect_run(run_dir).stage is Stage.INITIALIZED


@pytest.mark.capability("R4")
@pytest.mark.parametrize("way", ["scope", "spec"])
def test_a_scope_or_a_filled_spec_brings_it_to_the_end_and_settles_the_failure(
    way: str, tmp_path: Path
) -> None:
    run_dir = new_run(tmp_path)
    with pytest.raises(StageConflictError):
        run(run_dir)
    if way == "spec":
        (run_dir / TOPIC_SPEC).write_bytes(SPEC)
        run(run_dir)
    else:
        run(run_dir, scope=BREAD)
    assert inspect_run(run_dir).stage is Stage.ITERATED
    assert failure_code(run_dir) is None


def test_the_same_inputs_give_the_same_outputs(done: Path, tmp_path: Path) -> None:
    again = finished_run(tmp_path)

    def outputs(folder: Path) -> dict[str, bytes]:
        return {path: data for path, data in tree(folder).items() if path.startswith("outputs/")}

    assert outputs(again) == outputs(done)
    assert again.name.encode() not in b"".join(outputs(again).values())


def test_a_run_that_is_up_to_date_does_nothing(run_dir: Path) -> None:
    before = tree(run_dir)
    assert run(run_dir) == []
    lock = {".lock": b""}
    assert tree(run_dir) | lock == before | lock


@pytest.mark.capability("R13")
def test_a_changed_spec_is_followed_by_all_that_reads_it_and_the_old_curriculum_is_previous(
    run_dir: Path,
) -> None:
    old = (run_dir / CURRICULUM).read_bytes()
    set_field(run_dir / TOPIC_SPEC, {"/scope_in": ["Joins", "Indexes", "Transactions"]})
    run(run_dir)
    assert inspect_run(run_dir).stage is Stage.ITERATED
    assert (run_dir / CURRICULUM).read_bytes() != old
    assert (run_dir / PREVIOUS_CURRICULUM).read_bytes() == old


def test_a_hand_edit_of_the_curriculum_is_used_and_survives_further_runs(run_dir: Path) -> None:
    edit = set_field(run_dir / CURRICULUM, {"/nodes/0/title": "What a table is for"})
    for _ in range(3):
        run(run_dir)
        assert (run_dir / CURRICULUM).read_bytes() == edit
    assert inspect_run(run_dir).stage is Stage.ITERATED
    assert load_run(run_dir).record.stages[Stage.GENERATED].parameters["origin"] == "person"


def test_a_stale_hand_edit_is_a_conflict_and_force_keeps_it_in_the_objects(run_dir: Path) -> None:
    edit = set_field(run_dir / CURRICULUM, {"/nodes/0/title": "What a table is for"})
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 2})
    with pytest.raises(StageConflictError, match=r"hours_per_week 3 → 2"):
        run(run_dir)
    assert (run_dir / CURRICULUM).read_bytes() == edit
    run(run_dir, force=True)
    assert (run_dir / CURRICULUM).read_bytes() != edit
    assert find_object(run_dir, sha256_hex(edit)) == edit
    assert (run_dir / PREVIOUS_CURRICULUM).read_bytes() == edit


def test_a_broken_curriculum_never_takes_the_place_of_the_good_previous_one(run_dir: Path) -> None:
    good = (run_dir / CURRICULUM).read_bytes()
    set_field(run_dir / CURRICULUM, {"/nodes/0/title": "What a table is for"})
    run(run_dir)
    assert (run_dir / PREVIOUS_CURRICULUM).read_bytes() == good
    (run_dir / CURRICULUM).write_bytes(b"{broken")
    with pytest.raises(CurriculumInvalidError):
        run(run_dir)
    assert (run_dir / PREVIOUS_CURRICULUM).read_bytes() == good
    run(run_dir, force=True)
    assert (run_dir / PREVIOUS_CURRICULUM).read_bytes() == good
    assert find_object(run_dir, sha256_hex(b"{broken")) == b"{broken"


def test_a_scope_fills_only_what_a_person_has_not_set_and_what_it_replaces_is_kept(
    tmp_path: Path,
) -> None:
    run_dir = new_run(tmp_path)
    mine = set_field(run_dir / TOPIC_SPEC, {"/goal": "Bake for a village"})
    told = run(run_dir, scope=BREAD)
    assert json.loads((run_dir / TOPIC_SPEC).read_bytes())["goal"] == "Bake for a village"
    assert find_object(run_dir, sha256_hex(mine)) == mine
    assert any(sha256_hex(mine) in sentence for sentence in told)


def test_another_scope_replaces_the_first_and_the_first_is_kept(run_dir: Path) -> None:
    first = (run_dir / "inputs/scope.md").read_bytes()
    told = run(run_dir, scope=BREAD)
    assert (run_dir / "inputs/scope.md").read_bytes() == BREAD.data
    assert find_object(run_dir, sha256_hex(first)) == first
    assert any(sha256_hex(first) in sentence for sentence in told)


@pytest.mark.capability("R5")
def test_findings_end_a_run_but_the_curriculum_and_its_report_are_there(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path, spec=SPEC, curriculum=GIVEN)
    set_field(run_dir / CURRICULUM, {"/nodes/1/prerequisites": ["ghost"]})
    with pytest.raises(ValidationFailedError) as caught:
        run(run_dir)
    assert caught.value.exit_status == 1
    assert failure_code(run_dir) == "validation_failed"
    assert inspect_run(run_dir).stage is Stage.GENERATED
    rules = {f["rule"] for f in json.loads((run_dir / VALIDATION_REPORT).read_bytes())["findings"]}
    assert "dag.unknown-prerequisite" in rules
    assert not (run_dir / PLAN).exists()


@pytest.mark.capability("R6")
def test_repair_mends_what_rules_can_mend(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path, spec=SPEC, scope=(EXAMPLES / "scope.md").read_bytes())
    run(run_dir)
    set_field(run_dir / CURRICULUM, {"/nodes/1/prerequisites": ["ghost"]})
    run(run_dir, repair=True)
    assert inspect_run(run_dir).stage is Stage.ITERATED
    assert "ghost" not in (run_dir / CURRICULUM).read_text()


def test_validating_shows_the_findings_with_the_failure_it_records(run_dir: Path) -> None:
    session = session_in(run_dir.parent)
    result, error = validate_run(session, run_dir)
    assert (result.verdict.is_valid, error) == (True, None)
    set_field(run_dir / CURRICULUM, {"/nodes/1/prerequisites": ["ghost"]})
    result, error = validate_run(session, run_dir)
    assert not result.verdict.is_valid
    assert error is not None
    assert failure_code(run_dir) == error.code == "validation_failed"


def test_a_plan_is_made_once_for_each_start_date(run_dir: Path) -> None:
    session = session_in(run_dir.parent)
    entries = [load_run(run_dir).record.head.entries]
    for start_date in (None, date(2026, 2, 2), date(2026, 2, 2), None):
        plan_run(session, run_dir, start_date)
        entries.append(load_run(run_dir).record.head.entries)
    assert [after - before for before, after in pairwise(entries)] == [0, 1, 0, 0]
    assert json.loads((run_dir / PLAN).read_bytes())["start_date"] == "2026-02-02"


@pytest.mark.parametrize(
    "command",
    [lambda run_dir: plan_run(session_in(run_dir.parent), run_dir, None), iterate],
    ids=["plan", "iterate"],
)
def test_a_generated_curriculum_that_is_stale_is_not_planned(
    command: Callable[[Path], object], run_dir: Path
) -> None:
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 2})
    with pytest.raises(ArtifactStaleError, match=r"constraints.hours_per_week 3 → 2"):
        command(run_dir)


def test_iterate_keeps_a_persons_curriculum_for_new_inputs(tmp_path: Path) -> None:
    scope = (EXAMPLES / "scope.md").read_bytes()
    run_dir = new_run(tmp_path, spec=SPEC, scope=scope, curriculum=GIVEN)
    iterate(run_dir)
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 4})
    iterate(run_dir)
    assert (run_dir / CURRICULUM).read_bytes() == GIVEN
    assert inspect_run(run_dir).stage is Stage.ITERATED


def test_feedback_that_no_rule_can_act_on_becomes_a_question_and_stops_for_a_person(
    run_dir: Path,
) -> None:
    with pytest.raises(StopRuleHitError) as caught:
        iterate(run_dir, feedback="More about window functions")
    assert caught.value.exit_status == 8
    assert "window functions" in (run_dir / CURRICULUM).read_text()
    assert failure_code(run_dir) == "stop_rule_hit"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"spec": b"{"}, TopicSpecInvalidError),
        ({"spec": b'{"goal": 1}'}, TopicSpecInvalidError),
        ({"scope": b"\xff"}, ScopeInvalidError),
        ({"scope": b" \n"}, ScopeInvalidError),
        ({"curriculum": b""}, CurriculumInvalidError),
        ({"curriculum": b'{"a":1,"a":2}'}, CurriculumInvalidError),
    ],
    ids=str,
)
def test_an_unusable_input_makes_no_run(
    given: dict[str, bytes], error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error):
        new_run(tmp_path / "runs", **given)
    assert not (tmp_path / "runs").exists()


def test_an_output_that_is_a_link_is_never_written_through(run_dir: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_bytes(b"mine")
    (run_dir / PLAN).unlink()
    (run_dir / PLAN).symlink_to(outside)
    with pytest.raises(IoError, match="symbolic link"):
        run(run_dir)
    assert outside.read_bytes() == b"mine"


def test_a_full_disk_ends_a_run_typed_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    run_dir = asked_run(tmp_path)
    real, left = os.write, 12

    def full(descriptor: int, data: bytes) -> int:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        return real(descriptor, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(DiskFullError):
            run(run_dir)
    assert inspect_run(run_dir).stage in Stage
    finish(run_dir)
    assert inspect_run(run_dir).stage is Stage.ITERATED
    assert verify_journal(run_dir, None).has_torn_line is False


def test_init_keeps_context_files_and_counts_a_given_curriculum_as_a_persons(
    tmp_path: Path,
) -> None:
    run_dir = init_run(
        session_in(tmp_path),
        "Bread",
        spec=SPEC,
        scope=None,
        curriculum=GIVEN,
        context={"inputs/context/a/notes.md": b"# Notes\n"},
    )
    assert (run_dir / "inputs/context/a/notes.md").read_bytes() == b"# Notes\n"
    assert inspect_run(run_dir).stage is Stage.GENERATED
    assert inspect_run(run_dir).freshness.origin == "person"
    assert (run_dir / JOURNAL).read_bytes().count(b"\n") == 2


def test_a_given_curriculum_stands_in_the_journal_like_one_that_was_made(
    run_dir: Path, tmp_path: Path
) -> None:
    given = new_run(tmp_path / "given", spec=SPEC, scope=b"# Bread\n", curriculum=GIVEN)
    kinds = {}
    for made in (run_dir, given):
        lines = [json.loads(line) for line in (made / JOURNAL).read_bytes().splitlines()]
        (entry,) = [line for line in lines if line["data"].get("stage") == "generated"]
        kinds[made] = {name: type(value) for name, value in entry["data"].items()}
    assert kinds[given] == kinds[run_dir] | {"provider": type(None), "model": type(None)}
    record = load_run(given).record.stages[Stage.GENERATED]
    assert set(record.inputs) == {TOPIC_SPEC, "inputs/scope.md"}
    assert record.at
