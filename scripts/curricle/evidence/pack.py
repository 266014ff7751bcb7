"""The artifact pack: the compact evidence of one failure, for people and programs.

What is not known is null, never absent. Texts are redacted by whoever writes a pack somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from curricle.failures.bucket import BUCKET_OF, RETRIES_OF, Bucket, Lane
from curricle.failures.decide import Decision, decide, policy_of
from curricle.failures.fingerprint import FINGERPRINT_VERSION, fingerprint_of
from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA_VERSION: Final = "1.0"
LINE_LENGTH_MAX: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtifactPack:
    """The evidence of one failure."""

    bucket: Bucket
    fingerprint: str
    first_failure_line: str
    decision: Decision
    run_id: str | None = None
    commit_sha: str | None = None
    workflow: str | None = None
    failed_job: str | None = None
    first_failure_line_number: int | None = None
    failure_lines: tuple[tuple[int, int], ...] = ()
    """First and last line of each block, the most telling first."""
    suspect_files: tuple[str, ...] = ()
    failing_tests: tuple[str, ...] = ()
    run_link: str | None = None
    artifacts_link: str | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()
    """`rule`, `line` and `text` of what the bucket rests on."""
    rules: tuple[str, ...] = ()
    """All rules that the bucket rests on, for the record; a pack may name fewer."""
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the pack as it is written."""
        return {
            "schema_version": SCHEMA_VERSION,
            "run_id": self.run_id,
            "commit_sha": self.commit_sha,
            "workflow": self.workflow,
            "failed_job": self.failed_job,
            "bucket": self.bucket.value,
            "fingerprint": self.fingerprint,
            "fingerprint_version": FINGERPRINT_VERSION,
            "first_failure_line": one_line(self.first_failure_line, LINE_LENGTH_MAX),
            "first_failure_line_number": self.first_failure_line_number,
            "failure_lines": [list(block) for block in self.failure_lines],
            "suspect_files": list(self.suspect_files),
            "failing_tests": list(self.failing_tests),
            "rerun_eligible": self.decision.lane in {Lane.RERUN, Lane.COOLDOWN},
            "links": {"run": self.run_link, "artifacts": self.artifacts_link},
            "evidence": [dict(one) for one in self.evidence],
            "decision": self.decision.to_json(),
            "notes": list(self.notes),
        }


def pack_of_error(
    code: str,
    message: str,
    details: Mapping[str, Any],
    *,
    run_id: str | None,
    line: int | None,
    suspect_files: tuple[str, ...],
    run_link: str | None,
    artifacts_link: str | None,
    environment: Mapping[str, Any],
    decision: Decision | None = None,
    notes: tuple[str, ...] = (),
) -> ArtifactPack:
    """Return the pack of a typed error of our own: its code decides, nothing is guessed.

    `line` is the journal's line that records it; `environment` what `environment.py` described.
    Without a `decision`, the one for a failure that was not retried yet.
    """
    bucket = BUCKET_OF.get(code, Bucket.UNKNOWN)
    text = f"error[{code}]: {message}"
    settings = environment.get("settings") or {}
    return ArtifactPack(
        run_id=run_id,
        commit_sha=settings.get("GITHUB_SHA") or settings.get("CI_COMMIT_SHA"),
        workflow=settings.get("GITHUB_WORKFLOW"),
        failed_job=settings.get("GITHUB_JOB") or settings.get("CI_JOB_NAME"),
        bucket=bucket,
        fingerprint=fingerprint_of(code, message, details),
        first_failure_line=text,
        first_failure_line_number=line,
        failure_lines=() if line is None else ((line, line),),
        suspect_files=suspect_files,
        run_link=run_link,
        artifacts_link=artifacts_link,
        rules=(f"code:{code}",),
        evidence=({"rule": f"code:{code}", "line": line, "text": one_line(text, LINE_LENGTH_MAX)},),
        decision=decision or decide(bucket, 0, RETRIES_OF[bucket], 1, policy_of(bucket)),
        notes=notes,
    )
