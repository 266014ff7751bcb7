from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, SCOPES, tree
from curricle.canonical import document_bytes
from curricle.inspection import Inspection, describe, inspect_run
from curricle.layout import (
    CURRICULUM,
    PLAN,
    RUN_FILE,
    SCOPE,
    STAGES,
    TOPIC_SPEC,
    Stage,
)
from curricle.next_steps import next_steps
from documents import changed
from histories import copy_of, finish, finished_run, new_run, writer_of

if TYPE_CHECKING:
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


def artifacts_of(inspection: Inspection) -> dict[str, tuple[str, str]]:
    return {a.path: (a.state, a.reason) for a in inspection.artifacts}


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
    assert next_steps(inspection)[0].arguments == ("run", run_dir.name)
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
