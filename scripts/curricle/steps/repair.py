"""Repair: a provider mends findings as long as that helps, and a rule says when it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.canonical import document_bytes
from curricle.errors import CurriculumInvalidError, StopRuleHitError
from curricle.findings import Severity
from curricle.jsontext import parse_json
from curricle.layout import CURRICULUM, VALIDATION_PAGE, Stage
from curricle.steps.curriculum import replace_curriculum

if TYPE_CHECKING:
    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.providers.provider import Provider
    from curricle.stages.validate import ValidationResult
    from curricle.steps.work import Work

REPAIR_ROUNDS_MAX: Final = 5


def mend(work: Work, provider: Provider, spec: TopicSpec | None, feedback: str) -> None:
    """Ask the provider to mend the findings and to act on feedback, as long as that helps.

    What is kept has fewer findings than before, or the feedback in it and no new errors.

    Raises:
        CurriculumInvalidError: the curriculum breaks its schema.
        StopRuleHitError: errors are left, or the feedback could only be noted.
    """
    from curricle.providers.provider import MendRequest
    from curricle.stages.validate import validate

    work.stage = Stage.GENERATED
    inputs = dict(work.read_all(Stage.VALIDATED))
    best = validate(inputs)
    if best.verdict.curriculum is None:
        raise CurriculumInvalidError(
            f"{CURRICULUM} breaks its schema, so nothing in it can be mended by rule",
            hint=f"mend what {VALIDATION_PAGE} lists",
            next_step=("validate", work.run_id),
        )
    first = inputs[CURRICULUM]
    is_met = True
    for _ in range(REPAIR_ROUNDS_MAX):
        mended = provider.mend(
            MendRequest(
                document=parse_json(inputs[CURRICULUM]),
                findings=best.verdict.findings,
                spec=spec,
                feedback=feedback,
            )
        )
        candidate = {**inputs, CURRICULUM: document_bytes(mended.document)}
        result = validate(candidate)
        is_better = _weight(result) < _weight(best) or (
            bool(feedback) and _weight(result) <= _weight(best)
        )
        if not is_better:
            break
        for change in mended.changes:
            work.tell(change)
        is_met = is_met and mended.is_feedback_met
        inputs, best, feedback = candidate, result, ""
        if not best.verdict.findings:
            break
    if inputs[CURRICULUM] != first:
        replace_curriculum(work, inputs[CURRICULUM], work.writer.freshness().origin, provider)
    _stop_unless_done(work, best, provider, is_feedback_met=is_met)


def _stop_unless_done(
    work: Work, result: ValidationResult, provider: Provider, *, is_feedback_met: bool
) -> None:
    errors = result.verdict.counts[Severity.ERROR.value]
    if errors:
        rules = sorted({f.rule for f in result.verdict.findings if f.severity == "error"})
        raise StopRuleHitError(
            f"repair makes no further progress: {errors} errors are left ({', '.join(rules)})",
            hint=f"mend what {VALIDATION_PAGE} lists; what was mended so far is kept",
            next_step=("validate", work.run_id),
            details={"run_id": work.run_id, "errors": errors, "rules": rules},
        )
    if not is_feedback_met:
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
