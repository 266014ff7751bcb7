"""Repair: a provider mends findings as long as that helps, and a rule says when it stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from curricle.errors import (
    BudgetExhaustedError,
    CurricleError,
    CurriculumInvalidError,
    ProviderError,
    StopRuleHitError,
)
from curricle.findings import Severity
from curricle.layout import CURRICULUM, VALIDATION_PAGE, Stage
from curricle.printable import counted
from curricle.runs.freshness import FEEDBACK, MENDED, REPAIR, ROUNDS
from curricle.steps.curriculum import replace_curriculum
from curricle.steps.review import check, refuse_findings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.providers.provider import Provider
    from curricle.stages.repair import Improvement
    from curricle.steps.work import Work

REPAIR_ROUNDS_MAX: Final = 5
REPAIR_SECONDS_MAX: Final = 1800
"""No round begins later than this after the first; how long one takes, the provider bounds."""
REPAIR_TOKENS_MAX: Final = 300_000
"""No round begins when those before it took as many: several times what five rounds take."""


def mend(
    work: Work, provider: Provider, spec: TopicSpec | None, *, repair: bool, feedback: str = ""
) -> None:
    """Ask the provider to mend the findings, or to act on feedback, as long as that helps.

    What is kept has fewer findings than before, or the feedback in it and no errors; the report is
    of what was kept, also where the provider fails half-way.

    Raises:
        CurriculumInvalidError: the curriculum breaks its schema.
        ValidationFailedError: feedback alone was given for a curriculum with errors.
        StopRuleHitError: errors are left and a round mended none, or feedback could not be kept.
        BudgetExhaustedError: errors are left when the rounds, seconds or tokens are spent.
        ProviderError: the provider failed, and errors are left or feedback is not acted on.
    """
    if not repair:
        refuse_findings(work, check(work))
    work.stage = Stage.VALIDATED
    inputs = work.read_all(Stage.VALIDATED)
    best, failure = _find_best(work, inputs, provider, spec, repair=repair, feedback=feedback)
    if best.rounds:
        origin = work.writer.freshness().origin
        asked = work.writer.keep(feedback.encode()) if feedback else None
        mended = {FEEDBACK: asked, REPAIR: repair, ROUNDS: best.rounds}
        replace_curriculum(work, best.curriculum, origin, provider, {MENDED: mended})
    # A report made anew ends the record of this repair: asked for again, it is another try.
    is_over = not isinstance(failure, ProviderError) and bool(best.findings or feedback)
    check(work, again=is_over)
    _stop_unless_done(work, best, failure, provider)


def _find_best(
    work: Work,
    inputs: Mapping[str, bytes],
    provider: Provider,
    spec: TopicSpec | None,
    *,
    repair: bool,
    feedback: str,
) -> tuple[Improvement, CurricleError | None]:
    """Return the best that a few rounds lead to, and what ended them before their time."""
    from curricle.stages.repair import improve

    budget = _Budget(
        ends_at=work.writer.clock() + timedelta(seconds=REPAIR_SECONDS_MAX),
        tokens_max=provider.tokens_used + REPAIR_TOKENS_MAX,
    )
    rounds = improve(inputs, provider, spec, repair=repair, feedback=feedback)
    best = next(rounds)
    try:
        for best in rounds:
            for change in best.changes:
                work.tell(change)
            spent = budget.find_spent(best.rounds, work.writer.clock(), provider.tokens_used)
            if spent and best.findings and repair:
                return best, _spent(work.run_id, best, spent)
    except CurricleError as error:
        return best, error
    return best, None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Budget:
    """Beyond what no further round begins."""

    ends_at: datetime
    tokens_max: int

    def find_spent(self, rounds: int, now: datetime, tokens: int) -> str:
        """Return what of it is spent; empty while all is left."""
        if rounds >= REPAIR_ROUNDS_MAX:
            return f"{REPAIR_ROUNDS_MAX} rounds"
        if now >= self.ends_at:
            return f"{REPAIR_SECONDS_MAX} seconds"
        return f"{REPAIR_TOKENS_MAX} tokens" if tokens >= self.tokens_max else ""


def _stop_unless_done(
    work: Work, best: Improvement, failure: CurricleError | None, provider: Provider
) -> None:
    if best.result.verdict.curriculum is None:
        raise CurriculumInvalidError(
            f"{CURRICULUM} breaks its schema, so nothing in it can be mended by rule",
            hint=f"mend what {VALIDATION_PAGE} lists",
            next_step=("validate", work.run_id),
        )
    if failure is not None:
        if best.errors or not best.is_feedback_met:
            raise failure
        work.tell(f"no errors are left; mending the warnings ended early: {failure}")
        return
    if best.errors:
        rules = _rules_left(best)
        raise StopRuleHitError(
            f"repair makes no further progress: {counted(best.errors, 'error')} left"
            f" ({', '.join(rules)})",
            hint=f"mend what {VALIDATION_PAGE} lists; what was mended so far is kept",
            next_step=("validate", work.run_id),
            details={"run_id": work.run_id, "errors": best.errors, "rules": rules},
        )
    if not best.is_feedback_met:
        raise StopRuleHitError(
            f"the {provider.name} provider cannot act on this feedback: it is noted as an open"
            " question",
            hint=f"act on it in {CURRICULUM} by hand, then iterate",
            next_step=("iterate", work.run_id),
            details={"run_id": work.run_id, "feedback": "noted"},
        )


def _spent(run_id: str, best: Improvement, budget: str) -> BudgetExhaustedError:
    rules = _rules_left(best)
    return BudgetExhaustedError(
        f"{budget} of repair are spent: {counted(best.errors, 'error')} left",
        hint="what was mended so far is kept; type the command again to go on from there",
        next_step=("validate", run_id),
        details={"run_id": run_id, "errors": best.errors, "rules": rules},
    )


def _rules_left(best: Improvement) -> list[str]:
    return sorted({f.rule for f in best.findings if f.severity is Severity.ERROR})
