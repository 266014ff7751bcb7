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
    from collections.abc import Iterator, Mapping

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.findings import Finding
    from curricle.providers.provider import Provider
    from curricle.stages.validate import ValidationResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Improvement:
    """A curriculum after so many rounds, each of which helped."""

    curriculum: bytes
    result: ValidationResult
    rounds: int
    is_feedback_met: bool
    changes: tuple[str, ...] = ()
    """What the last round did, a sentence each."""

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
) -> Iterator[Improvement]:
    """Yield the curriculum as it is, then each better one; `inputs` are those of `validated`.

    Rounds of repair go on while findings lessen. What is valid then is revised for the feedback, in
    one round, which is kept if it is valid too.

    Raises:
        CurriculumInvalidError: the curriculum is no JSON.
        StopRuleHitError: the revision for the feedback is not valid.
        ProviderError: the provider failed.
    """
    best = Improvement(
        curriculum=inputs[CURRICULUM],
        result=validate(inputs),
        rounds=0,
        is_feedback_met=not feedback,
    )
    yield best
    if best.result.verdict.curriculum is None:
        return
    bench = _Bench(inputs=inputs, provider=provider, spec=spec, documents=_documents(inputs))
    while repair and best.findings:
        better = bench.revise(best, best.findings)
        if not _is_better(better, best):
            break
        best = better
        yield best
    if feedback and not best.errors:
        revision = bench.revise(best, (), feedback)
        if revision.errors or revision.result.verdict.curriculum is None:
            raise _unkept(revision)
        yield revision


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bench:
    """What every round has to work with."""

    inputs: Mapping[str, bytes]
    provider: Provider
    spec: TopicSpec | None
    documents: Mapping[str, str]

    def revise(
        self, best: Improvement, findings: tuple[Finding, ...], feedback: str = ""
    ) -> Improvement:
        """Return what a round makes of the best so far, better or not."""
        mended = self.provider.mend(
            MendRequest(
                document=parse_json(best.curriculum),
                findings=findings,
                spec=self.spec,
                feedback=feedback,
                documents=self.documents,
            )
        )
        curriculum = document_bytes(mended.document)
        return Improvement(
            curriculum=curriculum,
            result=validate({**self.inputs, CURRICULUM: curriculum}),
            rounds=best.rounds + 1,
            is_feedback_met=mended.is_feedback_met if feedback else best.is_feedback_met,
            changes=mended.changes,
        )


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
