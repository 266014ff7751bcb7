"""Cases of CI jobs that failed or passed, put on record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from curricle.cases.places import LEDGER
from curricle.cases.recording import Failure, Job, Recorded, record_failure, record_pass
from curricle.failures.bucket import Bucket, Lane

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FINGERPRINT: Final = "test_failure:tests/test_bread.py@0123456789ab"
JOB: Final = Job(
    repo="org/bread",
    workflow="ci.yml",
    job="test",
    shard="2/5",
    attempt=1,
    run_id="77",
    commit_sha="a" * 40,
)
FAILURE: Final = Failure(
    job=JOB,
    fingerprint=FINGERPRINT,
    fingerprint_version="1",
    bucket=Bucket.FLAKY_TEST,
    lane=Lane.RERUN,
    action="rerun_same_sha",
    reason="it passed before",
    retries_used=0,
    max_retries=2,
    rules=("junit:timeout", "log:retry"),
)
PACK: Final = {"schema_version": "1.0", "notes": ["crüst"]}
BY: Final = {"actor": "ci", "command": "cases record"}


def at(minutes: float) -> datetime:
    """Return a moment so long after `NOW`."""
    return NOW + timedelta(minutes=minutes)


def fail(
    runs_dir: Path,
    minutes: float = 0,
    *,
    pack: dict[str, Any] = PACK,
    failure: Failure = FAILURE,
    **job: Any,
) -> Recorded:
    """Record that the job failed; `job` says what of it is another."""
    failure = replace(failure, job=replace(failure.job, **job))
    return record_failure(runs_dir, pack, failure, now=at(minutes), **BY)


def passed(runs_dir: Path, minutes: float = 0, fingerprint: str | None = None, **job: Any) -> None:
    """Record that the job passed; `job` says what of it is another."""
    place = replace(JOB, **job)
    record_pass(runs_dir, place, fingerprint=fingerprint, now=at(minutes), **BY)


def entries(runs_dir: Path) -> list[dict[str, Any]]:
    """Return all entries of the ledger."""
    return [json.loads(line) for line in (runs_dir / LEDGER).read_bytes().splitlines()]
