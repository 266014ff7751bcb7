from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, SCOPES
from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import CurriculumInvalidError, StageConflictError, StopRuleHitError
from curricle.generation.selection import ScopeMode, Selection
from curricle.inspection import inspect_run
from curricle.layout import (
    CURRICULUM,
    DIFF_PAGE,
    PLAN,
    PREVIOUS_CURRICULUM,
    SCOPE,
    TOPIC_SPEC,
    VALIDATION_PAGE,
    Stage,
)
from curricle.pipeline import bring_up_to_date
from curricle.providers.internal import InternalProvider
from curricle.runs.freshness import Origin
from curricle.runs.objects import find_object
from curricle.steps.curriculum import (
    make_curriculum,
    require_curriculum,
)
from curricle.steps.repair import mend
from curricle.steps.review import check, compare, make_plan
from curricle.steps.spec import ScopeChoice, blank_spec, require_spec, take_scope
from curricle.steps.work import Work
from documents import changed
from histories import asked_run, copy_of, finished_run, new_run, session_in, writer_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = (EXAMPLES / "topic_spec.json").read_bytes()
GIVEN = (EXAMPLES / "curriculum.json").read_bytes()
NOTES = (EXAMPLES / "scope.md").read_bytes()
BREAD = (SCOPES / "bread-baking.md").read_bytes()
WHOLE = ScopeChoice(data=BREAD, selection=Selection())


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


@contextmanager
def working(run_dir: Path, told: list[str] | None = None) -> Iterator[Work]:
    with writer_of(run_dir) as writer:
        yield Work(writer, [].append if told is None else told.append)


def set_field(path: Path, changes: dict[str, Any]) -> bytes:
    path.write_bytes(document_bytes(changed(json.loads(path.read_bytes()), changes)))
    return path.read_bytes()


def entries(work: Work) -> int:
    return work.writer.record.head.entries


def test_a_step_whose_result_is_current_commits_nothing(run_dir: Path) -> None:
    with working(run_dir) as work:
        before = entries(work)
        take_scope(work, None)
        spec = require_spec(work)
        make_curriculum(work, InternalProvider(), force=False)
        assert check(work) is None
        make_plan(work, spec)
        compare(work, spec)
        assert entries(work) == before


def test_a_step_that_was_asked_for_again_commits_again(run_dir: Path) -> None:
    with working(run_dir) as work:
        before = entries(work)
        assert check(work, again=True) is not None
        make_curriculum(work, InternalProvider(), force=True)
        assert entries(work) == before + 2
        assert check(work) is None


def test_each_step_says_what_it_is_making_for_the_record_of_a_failure(run_dir: Path) -> None:
    stages = []
    with working(run_dir) as work:
        assert work.stage is None
        spec = require_spec(work)
        for step in (
            lambda: require_curriculum(work),
            lambda: check(work),
            lambda: make_plan(work, spec),
            lambda: compare(work, spec),
        ):
            stages.append(work.stage)
            step()
        stages.append(work.stage)
    assert stages == list(Stage)[1:]


def test_the_same_scope_again_changes_nothing_and_another_part_of_it_does(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path)
    with working(run_dir) as work:
        take_scope(work, WHOLE)
        before = entries(work)
        take_scope(work, WHOLE)
        assert entries(work) == before
        require_spec(work)
        make_curriculum(work, InternalProvider(), force=False)
        headings = [line[3:] for line in BREAD.decode().splitlines() if line.startswith("## ")]
        part = Selection(mode=ScopeMode.SECTION, sections=(headings[0],))
        take_scope(work, ScopeChoice(data=BREAD, selection=part))
        state = work.writer.freshness().stages[Stage.GENERATED]
        assert "another part of scope.md was selected" in state.reasons


def test_a_fresh_run_starts_with_a_spec_that_is_not_ready(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path)
    assert json.loads((run_dir / TOPIC_SPEC).read_bytes()) == blank_spec()
    with (
        working(run_dir) as work,
        pytest.raises(StageConflictError, match=r"^topic spec not ready"),
    ):
        require_spec(work)


def test_without_a_curriculum_there_is_nothing_to_validate(tmp_path: Path) -> None:
    with working(asked_run(tmp_path)) as work, pytest.raises(StageConflictError) as caught:
        require_curriculum(work)
    assert CURRICULUM in str(caught.value)
    assert caught.value.next_step[0] == "run"


def test_a_persons_edit_is_taken_over_with_what_it_replaces_as_the_previous(run_dir: Path) -> None:
    old = (run_dir / CURRICULUM).read_bytes()
    edit = set_field(run_dir / CURRICULUM, {"/nodes/0/title": "What a table is for"})
    with working(run_dir) as work:
        require_curriculum(work)
        assert work.writer.freshness().origin is Origin.PERSON
        assert work.writer.read(CURRICULUM) == edit
        assert work.writer.read(PREVIOUS_CURRICULUM) == old
        before = entries(work)
        require_curriculum(work)
        assert entries(work) == before


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"nodes": 1}', b"\xff", b"{}"], ids=repr)
def test_an_edit_that_is_no_curriculum_is_left_alone(broken: bytes, run_dir: Path) -> None:
    (run_dir / CURRICULUM).write_bytes(broken)
    with working(run_dir) as work:
        before = entries(work)
        require_curriculum(work)
        assert entries(work) == before
        assert work.writer.read(PREVIOUS_CURRICULUM) is None
    assert (run_dir / CURRICULUM).read_bytes() == broken


def test_every_input_of_a_stage_is_among_the_objects(done: Path) -> None:
    with writer_of(done) as writer:
        for made in writer.record.stages.values():
            for path, digest in {**made.inputs, **made.outputs}.items():
                assert find_object(done, digest) is not None, path


def test_mending_a_curriculum_that_breaks_its_schema_is_refused(run_dir: Path) -> None:
    (run_dir / CURRICULUM).write_bytes(b'{"topic": "x", "nodes": [{}]}')
    with working(run_dir) as work, pytest.raises(CurriculumInvalidError, match="breaks its schema"):
        mend(work, InternalProvider(), None, repair=True)


def test_mending_that_makes_no_progress_stops_and_changes_nothing(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path, spec=SPEC, scope=NOTES, curriculum=GIVEN)
    document = {"/nodes/0/title": "replace_with_title"}
    edit = set_field(run_dir / CURRICULUM, document)
    with working(run_dir) as work, pytest.raises(StopRuleHitError) as caught:
        mend(work, InternalProvider(), None, repair=True)
    assert caught.value.details["errors"] == 1
    assert (run_dir / CURRICULUM).read_bytes() == edit


def test_what_was_kept_is_told_with_its_digest(run_dir: Path) -> None:
    first, told = (run_dir / SCOPE).read_bytes(), list[str]()
    with working(run_dir, told) as work:
        take_scope(work, WHOLE)
    assert f"the earlier scope document is kept as objects/{sha256_hex(first)}" in told
    assert find_object(run_dir, sha256_hex(first)) == first


def test_a_person_who_edited_a_plan_is_told_where_the_edit_is_kept(run_dir: Path) -> None:
    edit = set_field(run_dir / PLAN, {"/warnings": ["mine"]})
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 2})
    told: list[str] = []
    with working(run_dir, told) as work:
        spec = require_spec(work)
        make_curriculum(work, InternalProvider(), force=False)
        make_plan(work, spec)
    kept = sha256_hex(edit)
    assert f"{PLAN} had been edited; the edit is kept as objects/{kept}" in told
    assert find_object(run_dir, kept) == edit


@pytest.mark.parametrize(
    ("path", "command"), [(PLAN, "plan"), (VALIDATION_PAGE, "validate"), (DIFF_PAGE, "iterate")]
)
def test_a_report_that_is_both_edited_and_stale_is_only_made_anew_when_asked_for(
    path: str, command: str, run_dir: Path
) -> None:
    edit = (run_dir / path).read_bytes() + b"\n"
    (run_dir / path).write_bytes(edit)
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 2})
    with pytest.raises(StageConflictError, match=f"{path} was edited by a person") as error:
        bring_up_to_date(session_in(run_dir.parent), run_dir, InternalProvider())
    assert error.value.next_step == (command, run_dir.name)
    assert (run_dir / path).read_bytes() == edit
    bring_up_to_date(session_in(run_dir.parent), run_dir, InternalProvider(), force=True)
    assert inspect_run(run_dir).stage is Stage.ITERATED
    assert find_object(run_dir, sha256_hex(edit)) == edit
