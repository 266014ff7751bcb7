"""Makes the artifact pack of a failure: compact, and without a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.evidence.pack import LINE_LENGTH_MAX, ArtifactPack
from curricle.failures.decide import DecisionPolicy, decide
from curricle.failures.identity import telling_line
from curricle.printable import counted, one_line
from curricle.triage.past import Past

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.extraction.failure import Failure
    from curricle.failures.rules import RuleBook
    from curricle.triage.facts import JobFacts
    from curricle.triage.judge import Judged

EVIDENCE: Final = 5
"""So many rules a pack names, unless the caller wants it thinner or thicker."""
FAT_LINES: Final = 400
"""More lines than these say less, not more."""
BLOCKS_MAX: Final = 100
"""So many places of a failure a pack names; blocks without a line between them are one place."""
NO_LINE: Final = "no line of the log tells why the job failed"
_NAME_LENGTH_MAX: Final = 300
_EARLIER: Final = Past()


def pack_failure(
    judged: Judged,
    facts: JobFacts,
    book: RuleBook,
    *,
    past: Past = _EARLIER,
    evidence_max: int = EVIDENCE,
    notes: tuple[str, ...] = (),
) -> ArtifactPack:
    """Return the pack of a failure, with the decision on it."""
    failure, verdict = judged.failure, judged.verdict
    allowed = book.policy_of(verdict.bucket)
    attempts = facts.attempt - 1 if facts.attempt is not None else past.retries
    decision = decide(
        verdict.bucket,
        attempts,
        allowed.max_auto_retries,
        past.seen + 1,
        DecisionPolicy(lane=allowed.lane, is_outage=past.is_outage),
    )
    first = telling_line(failure.blocks[0]) if failure.blocks else None
    resting_on = [hit for hit in verdict.hits if hit.rule.bucket is verdict.bucket]
    return ArtifactPack(
        run_id=facts.run_id,
        commit_sha=facts.sha,
        workflow=facts.workflow,
        failed_job=facts.job,
        bucket=verdict.bucket,
        fingerprint=one_line(judged.identity.fingerprint, LINE_LENGTH_MAX),
        first_failure_line=one_line(first.text, LINE_LENGTH_MAX) if first else "",
        first_failure_line_number=first.number if first else None,
        failure_lines=_places(failure)[:BLOCKS_MAX],
        suspect_files=tuple(one_line(file, _NAME_LENGTH_MAX) for file in failure.files),
        failing_tests=tuple(one_line(test, _NAME_LENGTH_MAX) for test in failure.tests),
        run_link=facts.run_link,
        evidence=tuple(
            {
                "rule": hit.rule.id,
                "line": hit.line.number,
                "text": one_line(hit.line.text, LINE_LENGTH_MAX),
            }
            for hit in resting_on[:evidence_max]
        ),
        rules=tuple(hit.rule.id for hit in resting_on[:EVIDENCE]),
        decision=decision,
        notes=(*_notes(judged, evidence_max), *past.notes, *notes),
    )


def _places(failure: Failure) -> tuple[tuple[int, int], ...]:
    places: list[tuple[int, int]] = []
    for block in failure.blocks:
        if places and places[-1][1] + 1 == block.first:
            places[-1] = (places[-1][0], block.last)
        else:
            places.append((block.first, block.last))
    return tuple(places)


def _notes(judged: Judged, evidence_max: int) -> Iterator[str]:
    failure, verdict = judged.failure, judged.verdict
    yield f"bucket: {verdict.why}"
    if verdict.is_fork_boundary:
        yield "a pull request from a fork is denied this on purpose; a maintainer can run it"
    others = [block for block in failure.blocks if not block.is_main]
    if others:
        shown = ", ".join(str(block.key.number) for block in others)
        yield f"{counted(len(others), 'other place')} of the log may matter: line {shown}"
    if failure.step_command:
        yield f"failed step: {one_line(failure.step_command, _NAME_LENGTH_MAX)}"
    if failure.exit_code is not None:
        yield f"exit status {failure.exit_code}"
    lines = sum(block.last - block.first + 1 for block in failure.blocks)
    if not failure.blocks:
        yield f"thin pack: {NO_LINE}"
    elif not verdict.hits and not failure.tests and not failure.files:
        yield "thin pack: no rule, no test and no file is named"
    elif not evidence_max:
        yield "thin pack: the rules that hold were left out"
    elif lines > FAT_LINES:
        yield f"fat pack: {lines} lines are called the failure"


def as_stored(pack: ArtifactPack, link: str) -> Mapping[str, object]:
    """Return a pack as it is told once it is on record: with the place where it is kept."""
    document = pack.to_json()
    document["links"]["artifacts"] = link
    return document
