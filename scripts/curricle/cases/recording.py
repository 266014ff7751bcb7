"""Records what happened to a case; each function adds one entry to the ledger, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import sha256_hex
from curricle.cases.events import (
    CASE_CLOSED,
    CASE_CORRECTED,
    CASE_ESCALATED,
    CASE_FAILED,
    CASE_PROBED,
    FINGERPRINT_QUARANTINED,
    JOB_PASSED,
    RULES_REVIEWED,
    find_fault,
)
from curricle.cases.identity import DIGITS, PREFIX, case_id_of
from curricle.cases.ledger import follow_ledger
from curricle.cases.masking import masked
from curricle.cases.packs import keep_pack, pack_bytes
from curricle.cases.writer import writing
from curricle.errors import InvalidArgumentError
from curricle.runs.begin import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path

    from curricle.cases.ledger import Line
    from curricle.failures.bucket import Bucket, Lane

_NO_CASE: Final = PREFIX + "0" * DIGITS


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Where in CI something failed or passed; what is not known is None."""

    repo: str | None = None
    workflow: str | None = None
    job: str | None = None
    shard: str | None = None
    """As `2/5`."""
    attempt: int | None = None
    """From 1 on."""
    run_id: str | None = None
    commit_sha: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the job as it stands in the data of an event."""
        return {
            "repo": self.repo,
            "workflow": self.workflow,
            "job": self.job,
            "shard": self.shard,
            "attempt": self.attempt,
            "run_id": self.run_id,
            "commit_sha": self.commit_sha,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What failed, what kind of failure it is taken for, and what was decided."""

    job: Job
    fingerprint: str
    fingerprint_version: str
    bucket: Bucket
    lane: Lane
    action: str
    reason: str
    retries_used: int
    max_retries: int
    rules: tuple[str, ...] = ()
    """The rules on which the bucket rests."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A case that is on record."""

    case_id: str
    is_new: bool
    """False where it was there already, and nothing was added."""


def record_failure(
    runs_dir: Path,
    pack: Mapping[str, Any],
    failure: Failure,
    *,
    now: datetime,
    actor: str,
    command: str,
) -> Recorded:
    """Record a failed case with its pack, which must be redacted; the same one only once.

    Raises:
        InvalidArgumentError: a fact cannot be, or the pack is no JSON.
    """
    content = pack_bytes(pack)
    data = {
        **failure.job.to_json(),
        "case": _NO_CASE,
        "fingerprint": failure.fingerprint,
        "fingerprint_version": failure.fingerprint_version,
        "bucket": failure.bucket.value,
        "lane": failure.lane.value,
        "action": failure.action,
        "reason": failure.reason,
        "retries_used": failure.retries_used,
        "max_retries": failure.max_retries,
        "rules": list(failure.rules),
        "pack_sha256": sha256_hex(content),
    }
    _check(CASE_FAILED, data)
    data["case"] = case_id = case_id_of(data, timestamp(now))
    with writing(runs_dir, now=now, actor=actor, command=command) as writer:
        if writer.has_case(case_id):
            return Recorded(case_id=case_id, is_new=False)
        keep_pack(runs_dir, case_id, content)
        writer.add(CASE_FAILED, data)
    return Recorded(case_id=case_id, is_new=True)


def record_pass(
    runs_dir: Path,
    job: Job,
    *,
    fingerprint: str | None = None,
    now: datetime,
    actor: str,
    command: str,
) -> None:
    """Record that a job passed; `fingerprint` is of the failure that it reran, where that is known.

    Raises:
        InvalidArgumentError: a fact cannot be.
    """
    data = {**job.to_json(), "fingerprint": fingerprint}
    _add(runs_dir, JOB_PASSED, data, now=now, actor=actor, command=command)


def record_correction(
    runs_dir: Path, name: str, bucket: Bucket, why: str, *, now: datetime, actor: str, command: str
) -> str:
    """Record the bucket that a person says is right; return the id of the case.

    `name` is a case id or its beginning. The recorded bucket stays; naming it again confirms it.

    Raises:
        CaseNotFoundError, InvalidArgumentError: no case is called so, or several; or `why` is no
            text.
    """
    with writing(runs_dir, now=now, actor=actor, command=command) as writer:
        case = writer.load_case(name)
        before = case.corrected_bucket or case.bucket
        data = {"case": case.case_id, "from": before, "bucket": bucket.value, "why": masked(why)}
        _check(CASE_CORRECTED, data)
        writer.add(CASE_CORRECTED, data)
    return case.case_id


def record_quarantine(
    runs_dir: Path,
    fingerprint: str,
    *,
    owner: str,
    until: date,
    why: str | None = None,
    now: datetime,
    actor: str,
    command: str,
) -> None:
    """Record who answers for a fingerprint that is put aside, and the last day of that.

    Raises:
        InvalidArgumentError: a fact cannot be.
    """
    data = {
        "fingerprint": fingerprint,
        "owner": masked(owner),
        "until": until.strftime("%Y-%m-%d"),
        "why": None if why is None else masked(why),
    }
    _add(runs_dir, FINGERPRINT_QUARANTINED, data, now=now, actor=actor, command=command)


def record_probe(
    runs_dir: Path,
    name: str,
    order: str,
    *,
    has_passed: bool,
    now: datetime,
    actor: str,
    command: str,
) -> str:
    """Record what a probe of a case came to; return the id of the case.

    Raises:
        CaseNotFoundError, InvalidArgumentError: as `record_correction`.
    """
    with writing(runs_dir, now=now, actor=actor, command=command) as writer:
        case_id = writer.load_case(name).case_id
        result = "passed" if has_passed else "failed"
        data = {"case": case_id, "order": masked(order), "result": result}
        _check(CASE_PROBED, data)
        writer.add(CASE_PROBED, data)
    return case_id


def record_closing(
    runs_dir: Path, name: str, *, by: str, why: str, now: datetime, actor: str, command: str
) -> Recorded:
    """Record that a case is closed, by `probe` or `person`; one that is closed stays as it is.

    Raises:
        CaseNotFoundError, InvalidArgumentError: as `record_correction`.
    """
    with writing(runs_dir, now=now, actor=actor, command=command) as writer:
        case = writer.load_case(name)
        data = {"case": case.case_id, "by": by, "why": masked(why)}
        _check(CASE_CLOSED, data)
        if case.is_open:
            writer.add(CASE_CLOSED, data)
    return Recorded(case_id=case.case_id, is_new=case.is_open)


def record_escalation(
    runs_dir: Path,
    name: str,
    *,
    owner: str,
    bundle_sha256: str,
    now: datetime,
    actor: str,
    command: str,
) -> Recorded:
    """Record who was handed which bundle of a case, unless that is the last such entry.

    Raises:
        CaseNotFoundError, InvalidArgumentError: as `record_correction`.
    """
    with writing(runs_dir, now=now, actor=actor, command=command) as writer:
        case_id = writer.load_case(name).case_id
        data = {"case": case_id, "owner": owner, "bundle_sha256": bundle_sha256}
        _check(CASE_ESCALATED, data)
        is_new = _last_escalation(runs_dir, case_id) != (owner, bundle_sha256)
        if is_new:
            writer.add(CASE_ESCALATED, data)
    return Recorded(case_id=case_id, is_new=is_new)


def _last_escalation(runs_dir: Path, case_id: str) -> tuple[object, object] | None:
    """Return who was handed which bundle last; the index does not know."""
    last: tuple[object, object] | None = None

    def visit(line: Line) -> None:
        nonlocal last
        data = line.entry["data"]
        if line.entry["event"] == CASE_ESCALATED and data.get("case") == case_id:
            last = data.get("owner"), data.get("bundle_sha256")

    follow_ledger(runs_dir, visit)
    return last


def record_review(
    runs_dir: Path, rules_sha256: str, why: str, *, now: datetime, actor: str, command: str
) -> None:
    """Record that somebody looked at how the bucket rules fare, and at which rules.

    Raises:
        InvalidArgumentError: a fact cannot be.
    """
    data = {"rules_sha256": rules_sha256, "why": masked(why)}
    _add(runs_dir, RULES_REVIEWED, data, now=now, actor=actor, command=command)


def _add(
    runs_dir: Path,
    event: str,
    data: Mapping[str, Any],
    *,
    now: datetime,
    actor: str,
    command: str,
) -> None:
    _check(event, data)
    with writing(runs_dir, now=now, actor=actor, command=command) as writer:
        writer.add(event, data)


def _check(event: str, data: Mapping[str, Any]) -> None:
    if fault := find_fault(event, data):
        raise InvalidArgumentError(fault, hint="nothing was recorded")
