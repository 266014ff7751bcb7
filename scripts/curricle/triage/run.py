"""From the failure of one of our own runs to its pack: its code decides, nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.errors import CaseNotFoundError
from curricle.evidence.pack import ArtifactPack, pack_of_error
from curricle.failures.bucket import BUCKET_OF, Bucket
from curricle.failures.decide import DecisionPolicy, decide
from curricle.failures.fingerprint import fingerprint_of
from curricle.redaction.redactor import Redactor
from curricle.runs.journal import load_journal
from curricle.runs.record import EVENT_FAILURE, EVENT_STAGE
from curricle.triage.facts import TEXT_LENGTH_MAX, JobFacts
from curricle.triage.past import look_back

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from curricle.failures.rules import RuleBook
    from curricle.runs.journal import Entry


def pack_run(
    run_dir: Path, book: RuleBook, *, now: datetime, credentials: Collection[str] = ()
) -> tuple[ArtifactPack, JobFacts]:
    """Return the pack of a run's last failure, with the decision on it, and where it failed.

    Raises:
        CaseNotFoundError: no failure is on record.
        JournalBrokenError: the journal is missing or was changed.
    """
    entries = load_journal(run_dir).entries
    entry = _last_failure(run_dir, entries)
    code, told, details = _failure_of(entry)
    message = Redactor(credentials).redact(told)
    bucket = BUCKET_OF.get(code, Bucket.UNKNOWN)
    allowed = book.policy_of(bucket)
    environment = _environment(entry)
    fingerprint = fingerprint_of(code, message, details)
    facts = JobFacts(
        run_id=run_dir.name,
        job=Redactor(credentials).redact(entry.command)[:TEXT_LENGTH_MAX] or None,
        attempt=_times(entries, entry),
    )
    past = look_back(run_dir.parent, fingerprint, facts, now)
    pack = pack_of_error(
        code,
        message,
        details,
        run_id=run_dir.name,
        line=entry.seq,
        suspect_files=tuple(
            details[name] for name in ("file", "artifact") if isinstance(details.get(name), str)
        ),
        run_link=run_dir.name,
        artifacts_link=None,
        environment=environment,
        decision=decide(
            bucket,
            (facts.attempt or 1) - 1,
            allowed.max_auto_retries,
            past.seen + 1,
            DecisionPolicy(lane=allowed.lane, is_outage=past.is_outage),
        ),
        notes=(f"bucket: the program typed it as {code}", *past.notes),
    )
    return pack, facts


def _last_failure(run_dir: Path, entries: Sequence[Entry]) -> Entry:
    found = next((entry for entry in reversed(entries) if entry.event == EVENT_FAILURE), None)
    if found is None:
        raise CaseNotFoundError(run_dir.name, run_dir.parent, kind="failure")
    return found


def _times(entries: Sequence[Entry], failure: Entry) -> int:
    """Return how often a run failed so since it last got on, this time included."""
    times = 0
    for entry in reversed(entries):
        if entry.event == EVENT_STAGE:
            break
        if entry.event == EVENT_FAILURE:
            times += entry.data.get("fingerprint") == failure.data.get("fingerprint")
    return max(times, 1)


def _failure_of(entry: Entry) -> tuple[str, str, Mapping[str, Any]]:
    details = entry.data.get("details")
    return (
        str(entry.data.get("code")),
        str(entry.data.get("message")),
        details if isinstance(details, dict) else {},
    )


def _environment(entry: Entry) -> Mapping[str, Any]:
    found = entry.data.get("environment")
    return found if isinstance(found, dict) and isinstance(found.get("settings"), dict) else {}
