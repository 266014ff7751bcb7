from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, SCOPES, tree
from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import CurricleError, RevisionNotFoundError, StageConflictError
from curricle.inspection import (
    Inspection,
    describe,
    find_revision,
    inspect_run,
    require_artifact,
)
from curricle.layout import (
    CURRICULUM,
    JOURNAL,
    PLAN,
    PREVIOUS_CURRICULUM,
    RUN_FILE,
    SCOPE,
    STAGES,
    TOPIC_SPEC,
    Stage,
)
from documents import changed
from histories import asked_run, copy_of, finish, finished_run, new_run, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEC = (EXAMPLES / "topic_spec.json").read_bytes()
GIVEN = (EXAMPLES / "curriculum.json").read_bytes()
BREAD = (SCOPES / "bread-baking.md").read_bytes()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


def set_field(path: Path, changes: dict[str, Any]) -> None:
    path.write_bytes(document_bytes(changed(json.loads(path.read_bytes()), changes)))


def next_of(run_dir: Path) -> list[tuple[str, ...]]:
    return [
        tuple("RUN" if word == run_dir.name else word for word in step.arguments)
        for step in inspect_run(run_dir).next_steps
    ]


def artifacts_of(inspection: Inspection) -> dict[str, tuple[str, str]]:
    return {a.path: (a.state, a.reason) for a in inspection.artifacts}


def with_invalid_curriculum(folder: Path) -> Path:
    run_dir = new_run(folder, spec=SPEC, curriculum=GIVEN)
    set_field(run_dir / CURRICULUM, {"/nodes/1/prerequisites": ["ghost"]})
    with pytest.raises(CurricleError):
        finish(run_dir)
    return run_dir


def with_broken_journal(folder: Path) -> Path:
    run_dir = asked_run(folder)
    (run_dir / JOURNAL).write_bytes(b"")
    return run_dir


def with_torn_journal(folder: Path) -> Path:
    run_dir = finished_run(folder)
    with (run_dir / JOURNAL).open("ab") as journal:
        journal.write(b'{"actor"')
    return run_dir


def with_stale_gift(folder: Path) -> Path:
    run_dir = new_run(folder, spec=SPEC, curriculum=GIVEN)
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 4})
    return run_dir


def with_changed_spec(folder: Path) -> Path:
    run_dir = finished_run(folder)
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 4})
    return run_dir


@pytest.mark.capability("R1")
@pytest.mark.parametrize(
    ("make", "stage", "steps"),
    [
        pytest.param(
            new_run, "initialized", [("run", "RUN", "--scope-file", "FILE")], id="just begun"
        ),
        pytest.param(
            lambda folder: new_run(folder, scope=BREAD), "initialized", [("run", "RUN")], id="scope"
        ),
        pytest.param(
            lambda folder: new_run(folder, curriculum=GIVEN),
            "generated",
            [("validate", "RUN")],
            id="a curriculum and no spec",
        ),
        pytest.param(asked_run, "spec_ready", [("run", "RUN")], id="spec"),
        pytest.param(
            finished_run,
            "iterated",
            [("export", "RUN", "--format", "html"), ("archive", "RUN")],
            id="finished",
        ),
        pytest.param(
            with_invalid_curriculum,
            "generated",
            [("iterate", "RUN", "--repair"), ("validate", "RUN")],
            id="invalid curriculum",
        ),
        pytest.param(with_changed_spec, "spec_ready", [("run", "RUN")], id="changed spec"),
        pytest.param(with_stale_gift, "spec_ready", [("iterate", "RUN")], id="stale gift"),
        pytest.param(with_broken_journal, "spec_ready", [("archive", "RUN")], id="broken journal"),
        pytest.param(with_torn_journal, "iterated", [("run", "RUN")], id="torn journal"),
    ],
)
def test_each_state_has_a_stage_and_a_command_to_type_next(
    make: Callable[[Path], Path], stage: str, steps: list[tuple[str, ...]], tmp_path: Path
) -> None:
    run_dir = make(tmp_path)
    assert inspect_run(run_dir).stage == stage
    assert next_of(run_dir) == steps
    assert all(step.why for step in inspect_run(run_dir).next_steps)


def test_every_stage_on_the_way_is_shown_as_reached(run_dir: Path) -> None:
    removed = [None, PLAN, CURRICULUM]
    stages = []
    for path in removed:
        if path:
            (run_dir / path).unlink()
        stages.append(inspect_run(run_dir).stage)
    assert stages == [Stage.ITERATED, Stage.VALIDATED, Stage.SPEC_READY]


def test_what_is_shown_of_a_fresh_run(run_dir: Path) -> None:
    document = describe(inspect_run(run_dir))
    assert json.loads(json.dumps(document)) == document
    assert document["run_id"] == run_dir.name
    assert document["stages"] == [stage.value for stage in STAGES]
    assert (document["stage"], document["interrupted"], document["has_scope"]) == (
        "iterated",
        False,
        True,
    )
    assert {a["state"] for a in document["artifacts"]} == {"fresh"}
    assert {a["reason"] for a in document["artifacts"]} == {""}
    assert document["journal"]["problem"] is None
    assert document["last_failure"] is None


def test_what_was_not_made_yet_is_missing_and_says_so(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path)
    artifacts = artifacts_of(inspect_run(run_dir))
    assert artifacts[PLAN] == artifacts[CURRICULUM] == ("missing", "not made yet")
    state, reason = artifacts[TOPIC_SPEC]
    assert state == "fresh"
    assert reason.startswith("topic spec not ready: ")
    (run_dir / TOPIC_SPEC).unlink()
    assert artifacts_of(inspect_run(run_dir))[TOPIC_SPEC][0] == "missing"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [(b"{", "topic_spec.json cannot be read (line 1)"), (b"{}", "topic_spec.json is invalid")],
)
def test_a_spec_that_cannot_be_used_is_a_reason_and_no_error(
    spec: bytes, reason: str, run_dir: Path
) -> None:
    (run_dir / TOPIC_SPEC).write_bytes(spec)
    assert reason in inspect_run(run_dir).spec_problem
    assert reason in artifacts_of(inspect_run(run_dir))[TOPIC_SPEC][1]


def test_an_edit_is_told_apart_from_a_stale_file(run_dir: Path) -> None:
    set_field(run_dir / CURRICULUM, {"/nodes/0/estimate_minutes": 7})
    artifacts = artifacts_of(inspect_run(run_dir))
    assert artifacts[CURRICULUM] == ("edited", "changed by a person: kept and used")
    assert artifacts[PLAN][0] == "stale"
    assert artifacts[PLAN][1].startswith("curriculum.json changed: nodes[0].estimate_minutes ")
    set_field(run_dir / PLAN, {"/warnings": ["mine"]})
    state, reason = artifacts_of(inspect_run(run_dir))[PLAN]
    assert (state, reason[:21]) == ("edited", "changed by a person; ")


def interrupted(run_dir: Path, unplaced: dict[str, bytes | None]) -> None:
    """Take a run back to where its last command had committed and placed nothing yet."""
    before = (run_dir / RUN_FILE).read_bytes()
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 2})
    for path in unplaced:
        found = run_dir / path
        unplaced[path] = found.read_bytes() if found.exists() else None
    finish(run_dir)
    (run_dir / RUN_FILE).write_bytes(before)
    for path, data in unplaced.items():
        if data is None:
            (run_dir / path).unlink()
        else:
            (run_dir / path).write_bytes(data)


def test_an_output_that_was_not_placed_is_interrupted_and_the_next_command_places_it(
    run_dir: Path,
) -> None:
    interrupted(run_dir, {PLAN: None})
    inspection = inspect_run(run_dir)
    assert inspection.is_interrupted
    assert artifacts_of(inspection)[PLAN] == (
        "interrupted",
        "a command died before putting it in place; the next one will",
    )
    assert next_of(run_dir) == [("run", "RUN")]
    assert "edited" not in {state for state, _ in artifacts_of(inspection).values()}
    finish(run_dir)
    assert not inspect_run(run_dir).is_interrupted
    assert inspect_run(run_dir).stage is Stage.ITERATED


@pytest.mark.parametrize("path", [TOPIC_SPEC, SCOPE])
def test_an_input_that_was_not_placed_is_interrupted_too(path: str, tmp_path: Path) -> None:
    run_dir = new_run(tmp_path, scope=BREAD)
    record, blank = (run_dir / RUN_FILE).read_bytes(), (run_dir / TOPIC_SPEC).read_bytes()
    finish(run_dir)
    (run_dir / RUN_FILE).write_bytes(record)
    (run_dir / TOPIC_SPEC).write_bytes(blank)
    (run_dir / SCOPE).unlink()
    assert artifacts_of(inspect_run(run_dir))[path][0] == "interrupted"
    with writer_of(run_dir):
        assert (run_dir / SCOPE).read_bytes() == BREAD
        assert (run_dir / TOPIC_SPEC).read_bytes() != blank
    assert inspect_run(run_dir).stage is Stage.ITERATED


def test_looking_changes_nothing(run_dir: Path) -> None:
    before = tree(run_dir)
    for _ in range(2):
        describe(inspect_run(run_dir))
    assert tree(run_dir) == before


def test_a_revision_is_current_previous_or_the_first_digits_of_a_digest(run_dir: Path) -> None:
    old = (run_dir / CURRICULUM).read_bytes()
    with pytest.raises(RevisionNotFoundError, match=PREVIOUS_CURRICULUM):
        find_revision(run_dir, "previous")
    set_field(run_dir / CURRICULUM, {"/nodes/0/title": "What a table is for"})
    finish(run_dir)
    assert find_revision(run_dir, "current") == (run_dir / CURRICULUM).read_bytes()
    assert find_revision(run_dir, "previous") == old
    assert find_revision(run_dir, sha256_hex(old)[:10]) == old
    assert find_revision(run_dir, sha256_hex(old).upper()) == old


@pytest.mark.parametrize(
    ("revision", "why"),
    [
        ("", "no object begins so"),
        ("f" * 64, "no object begins so"),
        ("../run.json", "no object begins so"),
        ("newest", "no object begins so"),
    ],
)
def test_a_revision_that_no_run_holds_is_not_found(revision: str, why: str, run_dir: Path) -> None:
    with pytest.raises(RevisionNotFoundError, match=why) as caught:
        find_revision(run_dir, revision)
    assert caught.value.exit_status == 3


def test_a_revision_that_is_ambiguous_or_damaged_is_told(run_dir: Path) -> None:
    names = [path.name for path in (run_dir / "objects").iterdir()]
    first = next(c for c in "0123456789abcdef" if sum(n[0] == c for n in names) > 1)
    with pytest.raises(RevisionNotFoundError, match="objects begin so"):
        find_revision(run_dir, first)
    (run_dir / "objects" / names[0]).write_bytes(b"damaged")
    with pytest.raises(RevisionNotFoundError, match="damaged"):
        find_revision(run_dir, names[0])


def test_an_output_that_is_not_there_is_asked_for_in_vain(run_dir: Path) -> None:
    inspection = inspect_run(run_dir)
    assert require_artifact(run_dir, inspection, PLAN) == (run_dir / PLAN).read_bytes()
    (run_dir / PLAN).unlink()
    with pytest.raises(StageConflictError) as caught:
        require_artifact(run_dir, inspect_run(run_dir), PLAN)
    assert caught.value.next_step == ("run", run_dir.name)
