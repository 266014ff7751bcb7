"""How a run is shown after a command: the ladder of stages, the curriculum's shape, what next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curricle.cli.output import styled
from curricle.fsio import find_file, path_within
from curricle.layout import PLAN, STAGES, VALIDATION_REPORT
from curricle.next_steps import next_steps
from curricle.printable import counted

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.cli.settings import Settings
    from curricle.inspection import Inspection
    from curricle.layout import Stage


def ladder(reached: Stage, *, use_color: bool) -> str:
    """Return the stages on one line, those reached marked."""
    at = STAGES.index(reached)
    parts = []
    for index, stage in enumerate(STAGES):
        is_reached = index <= at
        text = f"[{'x' if is_reached else ' '}] {stage.value}"
        parts.append(styled(text, "good", use_color=use_color and is_reached))
    return " ".join(parts)


def shape_of(run_dir: Path) -> dict[str, Any] | None:
    """Return nodes, edges, hours, critical path and weeks, as the report and plan have them."""
    report = _document(run_dir, VALIDATION_REPORT)
    if report is None or report.get("shape") is None:
        return None
    plan = _document(run_dir, PLAN)
    return {**report["shape"], "weeks": len(plan["weeks"]) if plan else None}


def shape_line(shape: dict[str, Any] | None) -> list[str]:
    """Return a line that says how large the curriculum is; none when there is none."""
    if shape is None:
        return []
    weeks = f"; {counted(shape['weeks'], 'week')}" if shape["weeks"] else ""
    size = (
        f"{counted(shape['nodes'], 'node')}, {counted(shape['edges'], 'edge')} on"
        f" {counted(shape['levels'], 'level')}"
    )
    hours, path_hours = shape["minutes"] / 60, shape["critical_path_minutes"] / 60
    path = (
        f"critical path of {counted(shape['critical_path_nodes'], 'node')}, {path_hours:.1f} hours"
    )
    return [f"{size}, {hours:.1f} hours; {path}{weeks}"]


def next_lines(inspection: Inspection, settings: Settings) -> list[str]:
    """Return the commands to type next, each with the reason."""
    lines = []
    for step in next_steps(inspection):
        lines += [f"next: {settings.command_line(step.arguments)}", f"      {step.why}"]
    return lines


def next_json(inspection: Inspection, settings: Settings) -> list[dict[str, str]]:
    """Return the commands to type next for programs."""
    return [
        {"command": settings.command_line(step.arguments), "why": step.why}
        for step in next_steps(inspection)
    ]


def _document(run_dir: Path, relative: str) -> dict[str, Any] | None:
    data = find_file(path_within(run_dir, relative))
    try:
        document = json.loads(data) if data else None
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
