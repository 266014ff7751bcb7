"""What was repaired in a run: curricula mended, journals mended, paths of the runbook gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from curricle.audit.told import Told, count_of, object_of, text_of, told
from curricle.errors import BudgetExhaustedError, StopRuleHitError
from curricle.layout import CURRICULUM
from curricle.runs.freshness import FEEDBACK, MENDED, REPAIR, ROUNDS
from curricle.runs.record import (
    EVENT_FAILURE,
    EVENT_MENDED,
    EVENT_RECOVERY_BEGUN,
    EVENT_RECOVERY_ENDED,
    EVENT_RECOVERY_STEP,
    EVENT_STAGE,
)

if TYPE_CHECKING:
    from curricle.audit.kept import Kept
    from curricle.audit.told import Sorted
    from curricle.runs.journal import Entry

_STOPS = frozenset({StopRuleHitError.code, BudgetExhaustedError.code})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mend(Told):
    """A curriculum that a provider mended."""

    provider: str | None
    model: str | None
    rounds: int | None
    repair: bool
    """Whether findings were to be mended."""
    feedback: str | None
    """Digest of what was asked for in words, or None."""
    feedback_text: str | None
    after: str | None
    """Digest of the curriculum that came of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopped(Told):
    """A repair that a rule stopped before all was mended."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalMend(Told):
    """An unfinished last line of the journal that was set aside."""

    torn_line: str
    """Digest of its bytes."""
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryStep(Told):
    """One step of a path of the runbook."""

    cause: str | None
    step: str
    outcome: str
    detail: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovery(Told):
    """One attempt to recover, from its beginning as far as it went."""

    attempt: int
    code: str | None
    path: str | None
    message: str | None
    of_run: str | None
    """The run that was to be recovered, where this one stands in for it."""
    fingerprint: str | None
    steps: tuple[RecoveryStep, ...] = ()
    outcome: str | None = None
    """None where its end is not on record."""
    reason: str | None = None
    fresh_run: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaired:
    """All repairs of a run."""

    curricula: tuple[Mend, ...]
    stopped: tuple[Stopped, ...]
    journal: tuple[JournalMend, ...]
    recoveries: tuple[Recovery, ...]


def find_repairs(entries: Sorted, kept: Kept) -> Repaired:
    """Return the repairs of a journal, each kind in its order."""
    return Repaired(
        curricula=tuple(
            _mend(entry, kept)
            for entry in entries.of(EVENT_STAGE)
            if isinstance(entry.data["parameters"].get(MENDED), dict)
        ),
        stopped=tuple(
            Stopped(**told(entry), code=entry.data["code"], message=entry.data["message"])
            for entry in entries.of(EVENT_FAILURE)
            if entry.data["code"] in _STOPS
        ),
        journal=tuple(
            JournalMend(
                **told(entry),
                torn_line=entry.data["torn_line"],
                size_bytes=entry.data["size_bytes"],
            )
            for entry in entries.of(EVENT_MENDED)
        ),
        recoveries=_recoveries(entries),
    )


def _mend(entry: Entry, kept: Kept) -> Mend:
    mended = object_of(entry.data["parameters"], MENDED)
    feedback = text_of(mended, FEEDBACK)
    return Mend(
        **told(entry),
        provider=text_of(entry.data, "provider"),
        model=text_of(entry.data, "model"),
        rounds=count_of(mended, ROUNDS),
        repair=mended.get(REPAIR) is True,
        feedback=feedback,
        feedback_text=kept.text(feedback),
        after=text_of(entry.data["outputs"], CURRICULUM),
    )


def _recoveries(entries: Sorted) -> tuple[Recovery, ...]:
    """Return attempts with their steps; what has no beginning on record begins where it is seen."""
    attempts: list[Recovery] = []
    for entry in entries.of(EVENT_RECOVERY_BEGUN, EVENT_RECOVERY_STEP, EVENT_RECOVERY_ENDED):
        number = entry.data["attempt"]
        is_going_on = bool(attempts) and attempts[-1].attempt == number
        if entry.event == EVENT_RECOVERY_BEGUN or not is_going_on:
            attempts.append(_begun(entry))
        attempts[-1] = _followed(attempts[-1], entry)
    return tuple(attempts)


def _begun(entry: Entry) -> Recovery:
    is_first = entry.event == EVENT_RECOVERY_BEGUN
    return Recovery(
        **told(entry),
        attempt=entry.data["attempt"],
        code=text_of(entry.data, "code") if is_first else None,
        path=text_of(entry.data, "path") if is_first else None,
        message=text_of(entry.data, "message") if is_first else None,
        of_run=text_of(entry.data, "run_id") if is_first else None,
        fingerprint=(text_of(entry.data, "fingerprint") or None) if is_first else None,
    )


def _followed(recovery: Recovery, entry: Entry) -> Recovery:
    if entry.event == EVENT_RECOVERY_STEP:
        step = RecoveryStep(
            **told(entry),
            cause=text_of(entry.data, "cause"),
            step=entry.data["step"],
            outcome=entry.data["outcome"],
            detail=text_of(entry.data, "detail"),
        )
        return replace(recovery, steps=(*recovery.steps, step))
    if entry.event == EVENT_RECOVERY_ENDED:
        return replace(
            recovery,
            outcome=entry.data["outcome"],
            reason=text_of(entry.data, "reason"),
            fresh_run=text_of(entry.data, "fresh_run"),
        )
    return recovery
