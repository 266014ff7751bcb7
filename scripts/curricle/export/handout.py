"""Hands a run's documents out: nothing that is stale, and no secret that stands in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curricle.curriculum.values import Curriculum
from curricle.errors import ArtifactStaleError, InvalidArgumentError, StageConflictError
from curricle.export import FORMATS, NEEDS_PLAN
from curricle.export.material import Material
from curricle.fsio import find_file, path_within
from curricle.inspection import inspect_run
from curricle.layout import CURRICULUM, PLAN, VALIDATION_REPORT, Stage
from curricle.next_steps import next_steps
from curricle.redaction.documents import without_secrets
from curricle.stages.iterate import comparable

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.inspection import Inspection


def export_run(run_dir: Path, style: str) -> str:
    """Return a run's document in one of `FORMATS`.

    Plan and findings are in it where they are current.

    Raises:
        StageConflictError: the curriculum is not there, or the plan where the format needs it.
        ArtifactStaleError: it no longer follows from its inputs.
        CurriculumInvalidError: the curriculum cannot be shown.
        InvalidArgumentError: a calendar is asked for, and the plan has no dates.
    """
    return FORMATS[style](_gather(run_dir, needs_plan=style in NEEDS_PLAN))


def _gather(run_dir: Path, *, needs_plan: bool) -> Material:
    inspection = inspect_run(run_dir)
    stages = inspection.freshness.stages
    curriculum = _require(run_dir, inspection, CURRICULUM)
    if stages[Stage.GENERATED].is_stale:
        raise _stale(run_dir, inspection, CURRICULUM)
    documents: dict[str, Any] = {
        path: json.loads(_require(run_dir, inspection, path))
        for stage, path in ((Stage.PLANNED, PLAN), (Stage.VALIDATED, VALIDATION_REPORT))
        if stages[stage].is_current
    }
    if needs_plan:
        _refuse_without_dates(run_dir, inspection, documents.get(PLAN))
    whole = comparable(curriculum, "curriculum.json")
    clean = without_secrets({CURRICULUM: whole, **documents})
    return Material(
        curriculum=Curriculum.from_json(clean[CURRICULUM]),
        plan=clean.get(PLAN),
        report=clean.get(VALIDATION_REPORT),
    )


def _refuse_without_dates(run_dir: Path, inspection: Inspection, plan: Any) -> None:
    if plan is None:
        _require(run_dir, inspection, PLAN)
        raise _stale(run_dir, inspection, PLAN)
    if plan["start_date"] is None:
        raise InvalidArgumentError(
            "a calendar needs to know when week 1 begins, and the plan does not say",
            hint=f"plan {run_dir.name} --start YYYY-MM-DD",
        )


def _require(run_dir: Path, inspection: Inspection, path: str) -> bytes:
    data = find_file(path_within(run_dir, path))
    if data is None:
        raise StageConflictError(
            f"{run_dir.name} has no {path}",
            hint="bring the run up to date first",
            next_step=next_steps(inspection)[0].arguments,
            details={"run_id": run_dir.name, "artifact": path},
        )
    return data


def _stale(run_dir: Path, inspection: Inspection, path: str) -> ArtifactStaleError:
    reason = next((a.reason for a in inspection.artifacts if a.path == path), "")
    return ArtifactStaleError(run_dir.name, path, reason)
