"""What was tried to recover a run: entries of its journal, and what they add up to.

`recovery_begun` has `attempt`, `run_id`, `code`, `path`, `message`, `fingerprint`;
`recovery_step` has
`attempt`, `cause`, `step`, `outcome` (`done` or `failed`) and `detail`; `recovery_ended` has
`attempt`, `outcome` (`resolved`, `needs you` or `escalate`), `reason`, `seconds`, `fresh_run`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeGuard

from curricle.errors import CurricleError
from curricle.pipeline import working
from curricle.recovery.outcome import Outcome
from curricle.runs.record import (
    EVENT_RECOVERY_BEGUN,
    EVENT_RECOVERY_ENDED,
    EVENT_RECOVERY_STEP,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from curricle.runs.journal import Entry
    from curricle.session import Session

_SECONDS_MAX: Final = 1e9


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """A step that was taken."""

    cause: str
    step: str
    is_done: bool
    detail: str
    at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One walk down a path."""

    number: int
    code: str
    path: str
    begun_at: str
    fingerprint: str = ""
    steps: tuple[Tried, ...] = ()
    outcome: Outcome | None = None
    """None while it is going on, or where its command died."""
    reason: str = ""
    seconds: float = 0.0


def read_attempts(entries: Iterable[Entry]) -> tuple[Attempt, ...]:
    """Return what was tried, in order; entries that make no sense are passed over."""
    attempts: dict[int, Attempt] = {}
    for entry in entries:
        number = entry.data.get("attempt")
        if not isinstance(number, int):
            continue
        if entry.event == EVENT_RECOVERY_BEGUN:
            attempts[number] = _begun(number, entry)
        elif entry.event == EVENT_RECOVERY_STEP and number in attempts:
            known = attempts[number]
            attempts[number] = replace(known, steps=(*known.steps, _tried(entry)))
        elif entry.event == EVENT_RECOVERY_ENDED and number in attempts:
            attempts[number] = _ended(attempts[number], entry)
    return tuple(attempts.values())


def _begun(number: int, entry: Entry) -> Attempt:
    return Attempt(
        number=number,
        code=str(entry.data.get("code")),
        path=str(entry.data.get("path")),
        begun_at=entry.at,
        fingerprint=str(entry.data.get("fingerprint") or ""),
    )


def _tried(entry: Entry) -> Tried:
    return Tried(
        cause=str(entry.data.get("cause")),
        step=str(entry.data.get("step")),
        is_done=entry.data.get("outcome") == "done",
        detail=str(entry.data.get("detail") or ""),
        at=entry.at,
    )


def _ended(attempt: Attempt, entry: Entry) -> Attempt:
    seconds = entry.data.get("seconds")
    return replace(
        attempt,
        outcome=_outcome_of(entry.data.get("outcome")),
        reason=str(entry.data.get("reason") or ""),
        seconds=float(seconds) if _is_time(seconds) else 0.0,
    )


def _outcome_of(value: object) -> Outcome | None:
    return next((outcome for outcome in Outcome if outcome == value), None)


def _is_time(value: object) -> TypeGuard[float]:
    """Tell whether a value can be seconds: a forged entry may say anything."""
    return isinstance(value, (int, float)) and 0 <= value < _SECONDS_MAX


@dataclass(kw_only=True, slots=True)
class Notebook:
    """Writes what is tried into a run's journal, as soon as that can be written to.

    A run whose record is broken, or whose disk is full, takes no entry; what is noted meanwhile
    waits until it can be, or goes to the fresh run that takes its place.
    """

    session: Session
    waiting: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def note(self, event: str, **data: object) -> None:
        """Take down one event, to be recorded by `record`."""
        self.waiting.append((event, data))

    def record(self, run_dir: Path, *, is_locked: bool) -> None:
        """Record in a run what waits, as far as it can be written to now."""
        if not self.waiting:
            return
        try:
            with working(self.session, run_dir, is_locked=is_locked) as work:
                while self.waiting:
                    work.writer.record_event(*self.waiting[0])
                    del self.waiting[0]
        except CurricleError:
            return
