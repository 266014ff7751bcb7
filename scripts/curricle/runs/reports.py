"""Which reports that somebody changed can no longer be read; they are made anew.

A curriculum is a person's to change, and what is wrong with it becomes a finding. A report says
what follows from it, and commands rely on its form.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from curricle.fsio import find_file, path_within, read_file
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import CURRICULUM, DIFF_REPORT, PLAN, VALIDATION_REPORT
from curricle.schema import DocumentKind, check_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from curricle.runs.record import RunRecord

_KINDS: Final[Mapping[str, DocumentKind]] = {
    VALIDATION_REPORT: DocumentKind.VALIDATION_REPORT,
    PLAN: DocumentKind.PLAN,
    DIFF_REPORT: DocumentKind.DIFF_REPORT,
}


def find_unreadable(run_dir: Path, record: RunRecord, digests: Mapping[str, str]) -> frozenset[str]:
    """Return the digests of reports that are no JSON of their schema, and of another thing's plans.

    Those that are as they were recorded are not even read.
    """
    recorded = {d for made in record.stages.values() for d in made.outputs.values()}
    return frozenset(
        digests[path]
        for path, kind in _KINDS.items()
        if path in digests
        and digests[path] not in recorded
        and not _is_readable(run_dir, path, kind)
    )


def _is_readable(run_dir: Path, path: str, kind: DocumentKind) -> bool:
    try:
        report = parse_json(read_file(path_within(run_dir, path)))
    except MalformedJsonError:
        return False
    if check_document(kind, report):
        return False
    return path != PLAN or _is_plan_of(report, find_file(path_within(run_dir, CURRICULUM)))


def _is_plan_of(plan: Mapping[str, Any], curriculum: bytes | None) -> bool:
    """Tell whether a plan has nodes of the curriculum, and weeks that are in the calendar."""
    has_start = plan["start_date"] is not None
    try:
        known = {node["id"] for node in parse_json(curriculum or b"")["nodes"]}
        for week in plan["weeks"]:
            if has_start:
                date.fromisoformat(week["starts_on"]) + timedelta(weeks=1)
    except (MalformedJsonError, KeyError, TypeError, ValueError, OverflowError):
        return False
    planned = (item for week in plan["weeks"] for item in (*week["items"], *week["reviews"]))
    return all(item["node_id"] in known for item in planned)
