"""Repair: a provider mends findings as long as that helps, and a rule says when it stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.canonical import document_bytes
from curricle.errors import CurriculumInvalidError, StopRuleHitError
from curricle.findings import Severity
from curricle.jsontext import parse_json
from curricle.layout import CURRICULUM, VALIDATION_PAGE, Stage
from curricle.printable import counted
from curricle.steps.curriculum import replace_curriculum
from curricle.steps.review import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.providers.provider import Provider
    from curricle.stages.validate import ValidationResult
    from curricle.steps.work import Work

REPAIR_ROUNDS_MAX: Final = 5


def mend(work: Work, provider: Provider, spec: TopicSpec | None, feedback: str) -> None:
    """Ask the provider to mend the findings and to act on feedback, as long as that helps.

    What is kept has fewer findings than before, or the feedback in it and no new errors; the
    report is of what was kept.

    Raises:
        CurriculumInvalidError: the curriculum breaks its schema.
        StopRuleHitError: errors are left, or the feedback could only be noted.
    """
    inputs = work.read_all(Stage.VALIDATED)
    outcome = _improve(work, provider, inputs, spec, feedback)
    if outcome.curriculum != inputs[CURRICULUM]:
        replace_curriculum(work, outcome.curriculum, work.writer.freshness().origin, provider)
    check(work)
    _stop_unless_done(work, outcome, provider)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    curriculum: bytes
    result: ValidationResult
    is_feedback_met: bool = True


def _improve(
    work: Work,
    provider: Provider,
    inputs: Mapping[str, bytes],
    spec: TopicSpec | None,
    feedback: str,
) -> _Outcome:
    """Return the best curriculum that a few rounds lead to."""
    from curricle.providers.provider import MendRequest
    from curricle.stages.validate import validate

    best = _Outcome(curriculum=inputs[CURRICULUM], result=validate(inputs))
    for _ in range(REPAIR_ROUNDS_MAX):
        if best.result.verdict.curriculum is None:
            break
        mended = provider.mend(
            MendRequest(
                document=parse_json(best.curriculum),
                findings=best.result.verdict.findings,
                spec=spec,
                feedback=feedback,
            )
        )
        curriculum = document_bytes(mended.document)
        result = validate({**inputs, CURRICULUM: curriculum})
        # With feedback, being as good as before is enough.
        is_better = _weight(result) < _weight(best.result)
        if not is_better and not (feedback and _weight(result) == _weight(best.result)):
            break
        for change in mended.changes:
            work.tell(change)
        is_met = best.is_feedback_met and mended.is_feedback_met
        best = _Outcome(curriculum=curriculum, result=result, is_feedback_met=is_met)
        feedback = ""
        if not result.verdict.findings:
            break
    return best


def _stop_unless_done(work: Work, outcome: _Outcome, provider: Provider) -> None:
    verdict = outcome.result.verdict
    if verdict.curriculum is None:
        raise CurriculumInvalidError(
            f"{CURRICULUM} breaks its schema, so nothing in it can be mended by rule",
            hint=f"mend what {VALIDATION_PAGE} lists",
            next_step=("validate", work.run_id),
        )
    errors = verdict.counts[Severity.ERROR.value]
    if errors:
        rules = sorted({f.rule for f in verdict.findings if f.severity == "error"})
        raise StopRuleHitError(
            f"repair makes no further progress: {counted(errors, 'error')} left ({', '.join(rules)})",
            hint=f"mend what {VALIDATION_PAGE} lists; what was mended so far is kept",
            next_step=("validate", work.run_id),
            details={"run_id": work.run_id, "errors": errors, "rules": rules},
        )
    if not outcome.is_feedback_met:
        raise StopRuleHitError(
            f"the {provider.name} provider cannot act on free text: the feedback is noted as an"
            " open question",
            hint=f"act on it in {CURRICULUM} by hand, then iterate",
            next_step=("iterate", work.run_id),
            details={"run_id": work.run_id},
        )


def _weight(result: ValidationResult) -> tuple[int, int]:
    """Return errors and all findings: what mending has to lessen."""
    return result.verdict.counts[Severity.ERROR.value], len(result.verdict.findings)
