"""Puts a pack and the decision on it on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.cases.places import pack_path
from curricle.cases.recording import Failure, Job, Recorded, record_failure

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from curricle.evidence.pack import ArtifactPack
    from curricle.triage.facts import JobFacts


def job_of(facts: JobFacts) -> Job:
    """Return the facts as the ledger records them."""
    return Job(
        repo=facts.repo,
        workflow=facts.workflow,
        job=facts.job,
        shard=facts.shard,
        attempt=facts.attempt,
        run_id=facts.run_id,
        commit_sha=facts.sha,
    )


def keep(
    runs_dir: Path, pack: ArtifactPack, facts: JobFacts, *, now: datetime, actor: str, command: str
) -> tuple[Recorded, str]:
    """Record a pack; return what became of it, and where the pack lies in the runs folder."""
    document = pack.to_json()
    recorded = record_failure(
        runs_dir,
        document,
        Failure(
            job=job_of(facts),
            fingerprint=pack.fingerprint,
            fingerprint_version=document["fingerprint_version"],
            bucket=pack.bucket,
            lane=pack.decision.lane,
            action=pack.decision.action,
            reason=pack.decision.reason,
            retries_used=pack.decision.retries_used,
            max_retries=pack.decision.max_retries,
            rules=pack.rules,
        ),
        now=now,
        actor=actor,
        command=command,
    )
    return recorded, str(pack_path(runs_dir, recorded.case_id).relative_to(runs_dir))
