"""What a decision about the next failure has to know of the last ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.cases.index import ask
from curricle.cases.indexing import place_name
from curricle.cases.moments import microseconds_of, moment_of
from curricle.failures.bucket import Lane

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from curricle.cases.index import Index

_RETRY_LANES: Final = (Lane.RERUN.value, Lane.COOLDOWN.value)
_SAME: Final = """
SELECT number, run, attempt FROM outcomes
WHERE number >= 0 AND fingerprint = (SELECT id FROM fingerprints WHERE name = ?) AND at >= ?
"""
_RETRIES: Final = """
SELECT number, run, attempt FROM outcomes
WHERE number >= 0 AND fingerprint = (SELECT id FROM fingerprints WHERE name = ?)
    AND place = (SELECT id FROM places WHERE name = ?)
    AND commit_id = IFNULL((SELECT id FROM commits WHERE name = ?), ?) AND lane IN (?, ?)
"""
_RECENT: Final = """
SELECT f.name, o.bucket, p.name, o.run, o.number, o.at
FROM outcomes o JOIN fingerprints f ON f.id = o.fingerprint JOIN places p ON p.id = o.place
WHERE o.number >= 0 ORDER BY o.at DESC, o.tie DESC LIMIT ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecentFailure:
    """As much of a case as tells an outage from bad luck."""

    fingerprint: str
    bucket: str
    repo: str | None
    run: str
    """What failed in the same run of the same workflow has the same; attempts and shards do."""
    at: datetime


def same_fingerprint_count(
    runs_dir: Path,
    fingerprint: str,
    *,
    since: datetime,
    run_id: str | None = None,
    attempt: int | None = None,
) -> int:
    """Return in how many attempts of runs a failure came from a moment on.

    All jobs and shards that failed so in one attempt count once; the attempt that is judged now,
    `run_id` and `attempt`, does not count.
    """
    values = (fingerprint, microseconds_of(since))

    def question(index: Index) -> int:
        seen = {
            (run, number_of_attempt) if run else number
            for number, run, number_of_attempt in index.rows.execute(_SAME, values)
        }
        return len(seen - ({(run_id, attempt)} if run_id else set()))

    return ask(runs_dir, question)


def retries_used(
    runs_dir: Path,
    fingerprint: str,
    *,
    commit_sha: str | None,
    repo: str | None,
    workflow: str | None,
    job: str | None,
    run_id: str | None = None,
    attempt: int | None = None,
) -> int:
    """Return how many reruns were decided for a fingerprint of a job on a commit.

    All shards that failed in one attempt lead to one rerun. The attempt that is judged now,
    `run_id` and `attempt`, does not count: neither do its other shards, nor the same failure
    judged twice.
    Where the commit is not known, all cases of the job whose commit is not known count.
    """
    unknown = 0 if commit_sha is None else -1
    values = (
        fingerprint,
        place_name((repo, workflow, job)),
        commit_sha,
        unknown,
        *_RETRY_LANES,
    )

    def question(index: Index) -> int:
        decided = {
            (run, number_of_attempt) if run or number_of_attempt else number
            for number, run, number_of_attempt in index.rows.execute(_RETRIES, values)
        }
        is_known = run_id is not None or attempt is not None
        return len(decided - ({(run_id or "", attempt)} if is_known else set()))

    return ask(runs_dir, question)


def recent_failures(runs_dir: Path, limit: int) -> tuple[RecentFailure, ...]:
    """Return the newest failures, newest first."""

    def question(index: Index) -> tuple[RecentFailure, ...]:
        return tuple(
            RecentFailure(
                fingerprint=name,
                bucket=bucket,
                repo=json.loads(place)[0],
                run=f"{place}#{run or number}",
                at=moment_of(at),
            )
            for name, bucket, place, run, number, at in index.rows.execute(_RECENT, (limit,))
        )

    return ask(runs_dir, question)
