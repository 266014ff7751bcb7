from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from curricle.canonical import document_bytes
from curricle.errors import ArtifactStaleError, InvalidArgumentError, StageConflictError
from curricle.export import FORMATS, NEEDS_PLAN
from curricle.export.handout import export_run
from curricle.layout import CURRICULUM, PLAN, TOPIC_SPEC
from curricle.pipeline import plan_run
from documents import changed
from histories import copy_of, finished_run, session_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run_dir = finished_run(tmp_path_factory.mktemp("done"))
    plan_run(session_in(run_dir.parent), run_dir, date(2026, 2, 2))
    return run_dir


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


def set_field(path: Path, changes: dict[str, Any]) -> None:
    path.write_bytes(document_bytes(changed(json.loads(path.read_bytes()), changes)))


@pytest.mark.parametrize("style", FORMATS)
def test_a_current_run_is_handed_out_in_every_format(style: str, run_dir: Path) -> None:
    assert "Tables" in export_run(run_dir, style)


@pytest.mark.parametrize("style", FORMATS)
def test_a_curriculum_that_is_not_there_is_asked_for_in_vain(style: str, run_dir: Path) -> None:
    (run_dir / CURRICULUM).unlink()
    with pytest.raises(StageConflictError) as caught:
        export_run(run_dir, style)
    assert caught.value.details["artifact"] == CURRICULUM
    assert caught.value.next_step == ("run", run_dir.name)


@pytest.mark.parametrize("style", FORMATS)
def test_a_stale_curriculum_is_not_handed_out(style: str, run_dir: Path) -> None:
    set_field(run_dir / TOPIC_SPEC, {"/constraints/hours_per_week": 2})
    with pytest.raises(ArtifactStaleError, match="hours_per_week 3 → 2"):
        export_run(run_dir, style)


def test_a_plan_is_left_out_where_it_is_stale_and_refused_where_it_is_needed(
    run_dir: Path,
) -> None:
    set_field(run_dir / CURRICULUM, {"/nodes/0/estimate_minutes": 7})
    for style in FORMATS.keys() - NEEDS_PLAN:
        assert "2026-02-02" not in export_run(run_dir, style)
    for style in NEEDS_PLAN:
        with pytest.raises(ArtifactStaleError, match=PLAN):
            export_run(run_dir, style)
    (run_dir / PLAN).unlink()
    for style in NEEDS_PLAN:
        with pytest.raises(StageConflictError, match=f"has no {PLAN}"):
            export_run(run_dir, style)


def test_a_calendar_needs_a_plan_with_dates(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="when week 1 begins"):
        export_run(finished_run(tmp_path), "ics")
