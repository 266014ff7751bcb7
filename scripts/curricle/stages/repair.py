"""Improves a curriculum round by round: a provider mends findings, then acts on feedback.

Which rounds are worth their price, and what becomes of the best, is `steps/repair.py`'s to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curricle.canonical import document_bytes
from curricle.errors import StopRuleHitError
from curricle.findings import Severity
from curricle.jsontext import parse_json
from curricle.layout import CONTEXT, CURRICULUM, SCOPE, TOPIC_SPEC
from curricle.printable import counted
from curricle.providers.provider import MendRequest
from curricle.stages.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.findings import Finding
    from curricle.providers.provider import Mended, Provider
    from curricle.stages.validate import ValidationResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Improvement:
    """A curriculum after so many rounds, each of which helped."""

    curriculum: bytes
    result: ValidationResult
    rounds: int
    is_feedback_met: bool

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what a check finds in it."""
        return self.result.verdict.findings

    @property
    def errors(self) -> int:
        """Return how many of the findings are errors."""
        return self.result.verdict.counts[Severity.ERROR.value]


def improve(
    inputs: Mapping[str, bytes],
    provider: Provider,
    spec: TopicSpec | None,
    *,
    repair: bool,
    feedback: str,
    tell: Callable[[str], None],
) -> Iterator[Improvement]:
    """Yield the curriculum as it is, then each better one; `inputs` are those of `validated`.

    Rounds of repair go on while findings lessen. What is valid then is revised for the feedback, in
    one round, which is kept if it is valid too.

    Raises:
        CurriculumInvalidError: the curriculum is no JSON.
        StopRuleHitError: the revision for the feedback is not valid.
        ProviderError: the provider failed.
    """
    documents = _documents(inputs)
    best = Improvement(
        curriculum=inputs[CURRICULUM],
        result=validate(inputs),
        rounds=0,
        is_feedback_met=not feedback,
    )
    yield best
    if best.result.verdict.curriculum is None:
        return

    def revised(findings: tuple[Finding, ...], wish: str) -> tuple[Mended, Improvement]:
        mended = provider.mend(
            MendRequest(
                document=parse_json(best.curriculum),
                findings=findings,
                spec=spec,
                feedback=wish,
                documents=documents,
            )
        )
        curriculum = document_bytes(mended.document)
        return mended, Improvement(
            curriculum=curriculum,
            result=validate({**inputs, CURRICULUM: curriculum}),
            rounds=best.rounds + 1,
            is_feedback_met=mended.is_feedback_met if wish else best.is_feedback_met,
        )

    while repair and best.findings:
        mended, better = revised(best.findings, "")
        if not _is_better(better, best):
            break
        best = better
        for change in mended.changes:
            tell(change)
        yield best
    if feedback and not best.errors:
        mended, better = revised((), feedback)
        if better.errors or better.result.verdict.curriculum is None:
            raise _unkept(better)
        for change in mended.changes:
            tell(change)
        yield better


def _is_better(after: Improvement, before: Improvement) -> bool:
    if after.result.verdict.curriculum is None:
        return False
    return (after.errors, len(after.findings)) < (before.errors, len(before.findings))


def _unkept(revision: Improvement) -> StopRuleHitError:
    return StopRuleHitError(
        f"the revision made for the feedback has {counted(revision.errors, 'error')}: it is not"
        " kept",
        hint="say more narrowly what to change, or change it by hand",
        details={"errors": revision.errors},
    )


def _documents(inputs: Mapping[str, bytes]) -> dict[str, str]:
    """Return what nodes may cite, as text with one kind of line end."""
    return {
        path: data.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        for path, data in inputs.items()
        if path in {SCOPE, TOPIC_SPEC} or path.startswith(CONTEXT + "/")
    }
