"""What a person does to the files of a run by hand, and how the run stands afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import sha256_hex
from curricle.inspection import describe, inspect_run
from documents import changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SPEC: Final = "inputs/topic_spec.json"
SCOPE: Final = "inputs/scope.md"
CURRICULUM: Final = "outputs/curriculum/curriculum.json"
PREVIOUS: Final = "outputs/curriculum/previous_curriculum.json"
REPORT: Final = "outputs/reviews/validation_report.json"
REPORT_PAGE: Final = "outputs/reviews/validation_report.md"
PLAN: Final = "outputs/plan/plan.json"
DIFF: Final = "outputs/reviews/diff_report.json"


def load(path: Path) -> Any:
    """Return a JSON document."""
    return json.loads(path.read_bytes())


def edit(path: Path, changes: Mapping[str, Any]) -> bytes:
    """Change a JSON document as an editor would; return its new bytes."""
    text = json.dumps(changed(load(path), changes), indent=2, ensure_ascii=False)
    path.write_text(text + "\n")
    return path.read_bytes()


def status_of(run: Path) -> dict[str, Any]:
    """Return what `status --json` says of a run."""
    return describe(inspect_run(run))


def stage_of(run: Path) -> str:
    """Return the stage that a run has reached."""
    stage: str = status_of(run)["stage"]
    return stage


def states_of(run: Path) -> dict[str, str]:
    """Return path to state of every artifact."""
    return {a["path"]: a["state"] for a in status_of(run)["artifacts"]}


def is_kept(run: Path, data: bytes) -> bool:
    """Tell whether bytes are among the run's objects."""
    path = run / "objects" / sha256_hex(data)
    return path.is_file() and path.read_bytes() == data
