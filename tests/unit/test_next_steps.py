from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, SCOPES
from curricle.canonical import document_bytes
from curricle.errors import CurricleError
from curricle.inspection import inspect_run
from curricle.layout import CURRICULUM, JOURNAL, RUN_FILE, TOPIC_SPEC
from curricle.next_steps import next_steps
from documents import changed
from histories import asked_run, finish, finished_run, new_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEC = (EXAMPLES / "topic_spec.json").read_bytes()
GIVEN = (EXAMPLES / "curriculum.json").read_bytes()
BREAD = (SCOPES / "bread-baking.md").read_bytes()


def set_field(path: Path, changes: dict[str, Any]) -> None:
    path.write_bytes(document_bytes(changed(json.loads(path.read_bytes()), changes)))


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


def without_its_record(folder: Path) -> Path:
    run_dir = finished_run(folder)
    (run_dir / RUN_FILE).unlink()
    return run_dir


def with_garbage_for_curriculum(folder: Path) -> Path:
    run_dir = finished_run(folder)
    (run_dir / CURRICULUM).write_bytes(b"{}\nnot json")
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
            [("iterate", "RUN", "--repair"), ("validate", "RUN"), ("recover", "RUN")],
            id="invalid curriculum",
        ),
        pytest.param(
            with_garbage_for_curriculum,
            "generated",
            [("validate", "RUN"), ("run", "RUN", "--force")],
            id="a curriculum that is no JSON",
        ),
        pytest.param(with_changed_spec, "spec_ready", [("run", "RUN")], id="changed spec"),
        pytest.param(with_stale_gift, "spec_ready", [("iterate", "RUN")], id="stale gift"),
        pytest.param(with_broken_journal, "spec_ready", [("archive", "RUN")], id="broken journal"),
        pytest.param(
            without_its_record,
            "iterated",
            [("run", "RUN"), ("export", "RUN", "--format", "html"), ("archive", "RUN")],
            id="no run.json",
        ),
        pytest.param(with_torn_journal, "iterated", [("run", "RUN")], id="torn journal"),
    ],
)
def test_each_state_has_a_stage_and_a_command_to_type_next(
    make: Callable[[Path], Path], stage: str, steps: list[tuple[str, ...]], tmp_path: Path
) -> None:
    run_dir = make(tmp_path)
    inspection = inspect_run(run_dir)
    found = next_steps(inspection)
    assert inspection.stage == stage
    assert [
        tuple("RUN" if word == run_dir.name else word for word in step.arguments) for step in found
    ] == steps
    assert all(step.why for step in found)


def test_a_curriculum_that_is_no_json_is_mended_or_made_anew_before_and_after_it_failed(
    tmp_path: Path,
) -> None:
    run_dir = with_garbage_for_curriculum(tmp_path)
    before = next_steps(inspect_run(run_dir))
    assert "(line 2)" in before[0].why
    with pytest.raises(CurricleError) as caught:
        finish(run_dir)
    assert caught.value.next_step == before[0].arguments == ("validate", run_dir.name)
    assert f"`run {run_dir.name} --force`" in caught.value.hint
    *again, last = next_steps(inspect_run(run_dir))
    assert tuple(again) == before
    assert last.arguments == ("recover", run_dir.name)
    (run_dir / CURRICULUM).write_bytes(GIVEN)
    assert next_steps(inspect_run(run_dir))[0].arguments == ("run", run_dir.name)
