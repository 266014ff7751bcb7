"""What is wrong with a run: as it is now first, then what was recorded, then what is left to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from curricle.failures.fingerprint import fingerprint_of
from curricle.layout import TOPIC_SPEC, Stage
from curricle.recovery.conditions import CONDITIONS, is_readable
from curricle.runbook.catalogue import FIRST_TRIAGE
from curricle.stages.reading import read_spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.inspection import Inspection
    from curricle.recovery.situation import Situation
    from curricle.runbook.entry import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """What a path of the runbook is chosen by."""

    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    next_step: tuple[str, ...] = ()
    """The command that failed, as it is to be typed again; empty where none is known."""

    @property
    def fingerprint(self) -> str:
        """Return its identity across runs."""
        return fingerprint_of(self.code, self.message, self.details)


def diagnose(situation: Situation, catalogue: Mapping[str, Entry]) -> Diagnosis | None:
    """Return what is wrong with a run, or None where all is done and well."""
    return next(_found(situation, catalogue), None)


def _found(situation: Situation, catalogue: Mapping[str, Entry]) -> Iterator[Diagnosis]:
    if error := situation.error:
        yield Diagnosis(code=error.code, message=str(error), details=error.details)
    inspection = situation.inspection
    if inspection is None:
        return
    if (failure := situation.failure) is not None:
        entry = catalogue.get(failure.code)
        # A code of another version says nothing here; what is left to do shows without it.
        if entry is not None and not CONDITIONS[entry.condition](situation, failure.code):
            yield Diagnosis(
                code=failure.code,
                message=failure.message,
                details=failure.details,
                next_step=failure.next_step,
            )
    yield from _unfinished(situation, inspection)
    if not CONDITIONS[catalogue["archive_invalid"].condition](situation, "archive_invalid"):
        yield Diagnosis(code="archive_invalid", message="an archive of this run is damaged")


def _unfinished(situation: Situation, inspection: Inspection) -> Iterator[Diagnosis]:
    """Yield what keeps a run in which nothing failed from being finished."""
    if inspection.is_interrupted:
        yield Diagnosis(code="interrupted", message="a command died half-way")
    if inspection.curriculum_problem:
        yield Diagnosis(code="curriculum_invalid", message=inspection.curriculum_problem)
    if inspection.spec_problem and not inspection.has_scope:
        can_be_read = is_readable(situation, TOPIC_SPEC, read_spec)
        code = "stage_conflict" if can_be_read else "topic_spec_invalid"
        yield Diagnosis(code=code, message=inspection.spec_problem)
    stale = next((state for state in inspection.freshness.stages.values() if state.is_stale), None)
    if stale is not None:
        reasons = [a.reason for a in inspection.artifacts if a.path in stale.artifacts and a.reason]
        yield Diagnosis(code="artifact_stale", message=next(iter(reasons), "an input changed"))
    if inspection.stage is not Stage.ITERATED or inspection.state.is_rebuilt:
        yield Diagnosis(
            code=FIRST_TRIAGE.code, message=f"the run has come to {inspection.stage.value}"
        )
