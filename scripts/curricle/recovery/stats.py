"""How the runbook's paths fare, from the journals of all runs."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from curricle.errors import CurricleError
from curricle.recovery.ledger import read_attempts
from curricle.recovery.outcome import Outcome
from curricle.runs.folder import run_ids
from curricle.runs.journal import Entry, lines_of
from curricle.runs.record import RECOVERY_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from curricle.recovery.ledger import Attempt
    from curricle.runbook.entry import Entry as BookEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class PathStats:
    """How often a path was gone, and how that ended."""

    code: str
    path: str
    tried: int
    resolved: int
    needs_you: int
    escalated: int
    died: int
    """Walks that never came to an end: their command died."""
    median_seconds: float | None
    """Of those that ended; None where none did."""

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as `runbook stats --json` shows them."""
        return {
            "code": self.code,
            "path": self.path,
            "tried": self.tried,
            "resolved": self.resolved,
            "needs_you": self.needs_you,
            "escalated": self.escalated,
            "died": self.died,
            "median_seconds": self.median_seconds,
        }


def count_paths(runs_dir: Path, book: Mapping[str, BookEntry]) -> tuple[PathStats, ...]:
    """Return the numbers of each path that was ever gone, in the order of the runbook."""
    by_code: dict[str, list[Attempt]] = {}
    for run_id in run_ids(runs_dir):
        for attempt in read_attempts(_entries(runs_dir / run_id)):
            by_code.setdefault(attempt.code, []).append(attempt)
    known = [code for code in book if code in by_code]
    unknown = sorted(by_code.keys() - book.keys())
    return tuple(_stats(by_code[code]) for code in [*known, *unknown])


def _entries(run_dir: Path) -> Iterator[Entry]:
    """Yield the entries of a run that may be of the ledger; what cannot be read is passed over."""
    try:
        lines = lines_of(run_dir, RECOVERY_EVENTS, is_prefix=True)
    except CurricleError:
        return
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            fields = json.loads(line)
            if isinstance(fields["data"], dict):
                yield Entry(**fields)


def _stats(attempts: list[Attempt]) -> PathStats:
    outcomes = [attempt.outcome for attempt in attempts]
    seconds = [attempt.seconds for attempt in attempts if attempt.outcome]
    return PathStats(
        code=attempts[0].code,
        path=attempts[0].path,
        tried=len(attempts),
        resolved=outcomes.count(Outcome.RESOLVED),
        needs_you=outcomes.count(Outcome.NEEDS_YOU),
        escalated=outcomes.count(Outcome.ESCALATE),
        died=outcomes.count(None),
        median_seconds=round(median(seconds), 3) if seconds else None,
    )
