"""What the record of earlier cases has to say to the next decision."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from curricle.cases.places import LEDGER
from curricle.errors import CaseNotFoundError
from curricle.failures.bucket import Bucket
from curricle.printable import counted

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.cases.history import History
    from curricle.triage.facts import JobFacts

WINDOW: Final = timedelta(days=30)
"""So far back a failure counts as the same again."""
OUTAGE_CASES: Final = 10
"""So many of the newest runs that failed tell of an outage, if most of them did of one fault."""
OUTAGE_LOOKED_BACK: Final = 100
"""Among so many cases: a run may fail in many attempts and shards, and counts once."""
OUTAGE_CASES_MIN: Final = 4
OUTAGE_WINDOW: Final = timedelta(hours=6)
_COMMITS_TOLD_MIN: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What is on record of a failure that is about to be decided on."""

    seen: int = 0
    """How often it was seen before, in the last days."""
    retries: int = 0
    is_outage: bool = False
    notes: tuple[str, ...] = ()


def look_back(runs_dir: Path, fingerprint: str, facts: JobFacts, now: datetime) -> Past:
    """Return what the ledger says; nothing where there is none.

    Raises:
        JournalBrokenError: the ledger was changed.
    """
    if not (runs_dir / LEDGER).exists():
        return Past()
    from curricle.cases.history import history
    from curricle.cases.recurrence import retries_used, same_fingerprint_count

    try:
        known: History | None = history(runs_dir, fingerprint, now=now)
    except CaseNotFoundError:
        known = None
    return Past(
        seen=same_fingerprint_count(
            runs_dir,
            fingerprint,
            since=now - WINDOW,
            run_id=facts.run_id,
            attempt=facts.attempt,
        ),
        retries=retries_used(
            runs_dir,
            fingerprint,
            commit_sha=facts.sha,
            repo=facts.repo,
            workflow=facts.workflow,
            job=facts.job,
            run_id=facts.run_id,
            attempt=facts.attempt,
        ),
        is_outage=_is_outage(runs_dir, now),
        notes=_notes(known) if known and known.fingerprint == fingerprint else (),
    )


def _is_outage(runs_dir: Path, now: datetime) -> bool:
    """Tell whether most recent failures are one fault of infrastructure."""
    from curricle.cases.recurrence import recent_failures

    recent = {
        (case.run, case.fingerprint): case
        for case in recent_failures(runs_dir, OUTAGE_LOOKED_BACK)
        if case.at >= now - OUTAGE_WINDOW
    }
    cases = list(recent.values())[:OUTAGE_CASES]
    if len(cases) < OUTAGE_CASES_MIN:
        return False
    faults = Counter(c.fingerprint for c in cases if c.bucket == Bucket.INFRA_FAULT.value)
    return bool(faults) and faults.most_common(1)[0][1] * 2 > len(cases)


def _notes(known: History) -> tuple[str, ...]:
    notes = [f"seen {counted(known.cases, 'time')} before"]
    if known.first is not None:
        since = f", at {known.first.commit_sha[:12]}" if known.first.commit_sha else ""
        notes[0] += f", first on {known.first.at[:10]}{since}"
    if known.passed_commits >= _COMMITS_TOLD_MIN:
        notes.append(f"the same job passed on the last {known.passed_commits} commits before that")
    if known.reruns.total:
        notes.append(
            f"{known.reruns.passed} of {counted(known.reruns.total, 'rerun')} passed"
            f" ({known.reruns.low:.0%} to {known.reruns.high:.0%})"
        )
    notes += [
        f"failure isolated to shard {share.shard}"
        if share.fraction == 1
        else f"shard {share.shard} has {share.cases} of {known.cases} failures"
        for share in known.shards
        if share.is_skewed
    ]
    if known.quarantine is not None:
        state = "expired on" if known.quarantine.is_expired else "until"
        notes.append(f"quarantined by {known.quarantine.owner}, {state} {known.quarantine.until}")
    return tuple(notes)
