"""Which reports that somebody changed can no longer be read; they are made anew.

A curriculum is a person's to change, and what is wrong with it becomes a finding. A report says
what follows from it, and commands rely on its form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.fsio import path_within, read_file
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import DIFF_REPORT, PLAN, VALIDATION_REPORT
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
    """Return the digests of reports that are no JSON of their schema.

    Those that are as they were recorded are not even read.
    """
    recorded = {d for made in record.stages.values() for d in made.outputs.values()}
    return frozenset(
        digests[path]
        for path, kind in _KINDS.items()
        if path in digests
        and digests[path] not in recorded
        and not _is_readable(read_file(path_within(run_dir, path)), kind)
    )


def _is_readable(data: bytes, kind: DocumentKind) -> bool:
    try:
        return not check_document(kind, parse_json(data))
    except MalformedJsonError:
        return False
