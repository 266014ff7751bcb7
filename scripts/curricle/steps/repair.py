"""Repair: a provider mends findings as long as that helps, and a rule says when it stops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from curricle.canonical import document_bytes
from curricle.errors import (
    BudgetExhaustedError,
    CurricleError,
    CurriculumInvalidError,
    ProviderError,
    StopRuleHitError,
)
from curricle.findings import Severity
from curricle.jsontext import parse_json
from curricle.layout import (
    CONTEXT,
    CURRICULUM,
    SCOPE,
    TOPIC_SPEC,
    VALIDATION_PAGE,
    Stage,
)
from curricle.printable import counted
from curricle.runs.freshness import FEEDBACK, MENDED
from curricle.steps.curriculum import replace_curriculum
from curricle.steps.review import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.providers.provider import Provider
    from curricle.stages.validate import ValidationResult
    from curricle.steps.work import Work

REPAIR_ROUNDS_MAX: Final = 5
REPAIR_SECONDS_MAX: Final = 1800
"""No round begins later than this after the first; how long one takes is the provider's to bound."""
REPAIR_TOKENS_MAX: Final = 300_000
"""No round begins when the rounds before it took as many: several times what five rounds take."""


def mend(work: Work, provider: Provider, spec: TopicSpec | None, feedback: str) -> None:
    """Ask the provider to mend the findings and to act on feedback, as long as that helps.

    What is kept has fewer findings than before, or the feedback in it and no new errors; the
    report is of what was kept, also where the provider fails half-way.

    Raises:
        CurriculumInvalidError: the curriculum breaks its schema.
        StopRuleHitError: errors are left and a round mended none, or feedback could not be kept.
        BudgetExhaustedError: errors are left when the rounds, seconds or tokens are spent.
        ProviderError: the provider failed, and errors are left or feedback is not acted on.
    """
    work.stage = Stage.VALIDATED
    inputs = work.read_all(Stage.VALIDATED)
    outcome = improve(
        inputs,
        provider,
        spec,
        feedback,
        run_id=work.run_id,
        clock=work.writer.clock,
        tell=work.tell,
    )
    if outcome.curriculum != inputs[CURRICULUM]:
        origin = work.writer.freshness().origin
        mended = {MENDED: {FEEDBACK: work.writer.keep(feedback.encode()) if feedback else None}}
        replace_curriculum(work, outcome.curriculum, origin, provider, mended)
    check(work)
    _stop_unless_done(work, outcome, provider)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The best curriculum so far."""

    curriculum: bytes
    result: ValidationResult
    is_feedback_met: bool
    failure: CurricleError | None = None
    """What ended the work, where it was not a round that mended nothing."""

    @property
    def errors(self) -> int:
        """Return how many errors are left."""
        return self.result.verdict.counts[Severity.ERROR.value]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Budget:
    """Beyond what no further round begins."""

    ends_at: datetime
    tokens_max: int

    def find_spent(self, now: datetime, tokens: int) -> str:
        """Return what of it is spent; empty while all is left."""
        if now >= self.ends_at:
            return f"{REPAIR_SECONDS_MAX} seconds"
        return f"{REPAIR_TOKENS_MAX} tokens" if tokens >= self.tokens_max else ""


def improve(
    inputs: Mapping[str, bytes],
    provider: Provider,
    spec: TopicSpec | None,
    feedback: str,
    *,
    run_id: str,
    clock: Callable[[], datetime],
    tell: Callable[[str], None],
) -> Outcome:
    """Return the best curriculum that a few rounds lead to; `inputs` are those of `validated`.

    A round without progress is the last. As findings only lessen, none come back a second time.
    """
    from curricle.providers.provider import MendRequest
    from curricle.stages.validate import validate

    first = validate(inputs)
    best = Outcome(curriculum=inputs[CURRICULUM], result=first, is_feedback_met=not feedback)
    budget = _Budget(
        ends_at=clock() + timedelta(seconds=REPAIR_SECONDS_MAX),
        tokens_max=provider.tokens_used + REPAIR_TOKENS_MAX,
    )
    for _ in range(REPAIR_ROUNDS_MAX):
        if best.result.verdict.curriculum is None:
            return best
        if spent := budget.find_spent(clock(), provider.tokens_used):
            return replace(best, failure=_spent(run_id, best, spent))
        try:
            mended = provider.mend(
                MendRequest(
                    document=parse_json(best.curriculum),
                    findings=best.result.verdict.findings,
                    spec=spec,
                    feedback=feedback,
                    documents=_documents(inputs),
                )
            )
        except ProviderError as error:
            return replace(best, failure=error)
        curriculum = document_bytes(mended.document)
        result = validate({**inputs, CURRICULUM: curriculum})
        if not _is_kept(best.result, result, has_feedback=bool(feedback)):
            return replace(best, failure=_unkept(run_id, result)) if feedback else best
        for change in mended.changes:
            tell(change)
        is_met = mended.is_feedback_met if feedback else best.is_feedback_met
        best = Outcome(curriculum=curriculum, result=result, is_feedback_met=is_met)
        feedback = ""
        if not result.verdict.findings:
            return best
    return replace(best, failure=_spent(run_id, best, f"{REPAIR_ROUNDS_MAX} rounds"))


def _is_kept(before: ValidationResult, after: ValidationResult, *, has_feedback: bool) -> bool:
    """Tell whether a round helped: fewer findings; with feedback, no more errors is enough."""
    if after.verdict.curriculum is None:
        return False
    if has_feedback:
        return _weight(after)[0] <= _weight(before)[0]
    return _weight(after) < _weight(before)


def _documents(inputs: Mapping[str, bytes]) -> dict[str, str]:
    """Return what nodes may cite, as text with one kind of line end."""
    return {
        path: data.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        for path, data in inputs.items()
        if path in {SCOPE, TOPIC_SPEC} or path.startswith(CONTEXT + "/")
    }


def _stop_unless_done(work: Work, outcome: Outcome, provider: Provider) -> None:
    verdict = outcome.result.verdict
    if verdict.curriculum is None:
        raise CurriculumInvalidError(
            f"{CURRICULUM} breaks its schema, so nothing in it can be mended by rule",
            hint=f"mend what {VALIDATION_PAGE} lists",
            next_step=("validate", work.run_id),
        )
    if outcome.failure is not None:
        if outcome.errors or not outcome.is_feedback_met:
            raise outcome.failure
        work.tell(f"no errors are left; mending the warnings ended early: {outcome.failure}")
        return
    if outcome.errors:
        rules = _rules_left(outcome)
        raise StopRuleHitError(
            f"repair makes no further progress: {counted(outcome.errors, 'error')} left"
            f" ({', '.join(rules)})",
            hint=f"mend what {VALIDATION_PAGE} lists; what was mended so far is kept",
            next_step=("validate", work.run_id),
            details={"run_id": work.run_id, "errors": outcome.errors, "rules": rules},
        )
    if not outcome.is_feedback_met:
        raise StopRuleHitError(
            f"the {provider.name} provider cannot act on this feedback: it is noted as an open"
            " question",
            hint=f"act on it in {CURRICULUM} by hand, then iterate",
            next_step=("iterate", work.run_id),
            details={"run_id": work.run_id},
        )


def _spent(run_id: str, outcome: Outcome, budget: str) -> BudgetExhaustedError:
    rules = _rules_left(outcome)
    return BudgetExhaustedError(
        f"{budget} of repair are spent: {counted(outcome.errors, 'error')} left",
        hint="what was mended so far is kept; type the command again to go on from there",
        next_step=("validate", run_id),
        details={"run_id": run_id, "errors": outcome.errors, "rules": rules},
    )


def _unkept(run_id: str, result: ValidationResult) -> StopRuleHitError:
    errors = _weight(result)[0]
    return StopRuleHitError(
        f"the revision made for the feedback has {counted(errors, 'error')}, more than before: it"
        " is not kept",
        hint="say more narrowly what to change, or change it by hand",
        next_step=("iterate", run_id),
        details={"run_id": run_id, "errors": errors},
    )


def _rules_left(outcome: Outcome) -> list[str]:
    findings = outcome.result.verdict.findings
    return sorted({f.rule for f in findings if f.severity is Severity.ERROR})


def _weight(result: ValidationResult) -> tuple[int, int]:
    """Return errors and all findings: what mending has to lessen."""
    return result.verdict.counts[Severity.ERROR.value], len(result.verdict.findings)
