"""Goes down the runbook's paths for one run, until it is well or a person has to take over.

Each path under the run's lock; each step a journal entry; after each, the run is looked at again,
so that what a step led to decides what comes next. A walk whose command died is taken up where it
ended: what was done is on record, and every action can be done twice.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from curricle.errors import CurricleError
from curricle.recovery.actions import ACTIONS, Bench
from curricle.recovery.conditions import CONDITIONS
from curricle.recovery.diagnosis import diagnose
from curricle.recovery.escalation import why_escalate
from curricle.recovery.ledger import Notebook, read_attempts
from curricle.recovery.outcome import Outcome
from curricle.recovery.situation import look_at, successor_of
from curricle.recovery.view import (
    CauseView,
    PathView,
    StepState,
    foresee,
    is_for_a_person,
    path_view,
    view_cause,
)
from curricle.runbook.entry import Action, EscalationRule, Safe
from curricle.runs.begin import timestamp
from curricle.runs.lock import locked
from curricle.runs.record import EVENT_RECOVERY_BEGUN, EVENT_RECOVERY_ENDED, EVENT_RECOVERY_STEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.situation import Situation
    from curricle.recovery.view import StepView
    from curricle.runbook.entry import Cause, Entry
    from curricle.session import Session

_NOT_TO_BE_WRITTEN_TO: Final = {"journal_broken"}
_TIMES_MAX: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovery:
    """What came of recovering a run."""

    run_id: str
    outcome: Outcome
    reason: str
    paths: tuple[PathView, ...]
    fresh_run: str | None
    """The run that took the place of this one; None where it is still itself."""


def examine(run_dir: Path, environment: Mapping[str, str], book: Mapping[str, Entry]) -> Recovery:
    """Return what would be done about a run, and do nothing."""
    situation = look_at_current(run_dir, environment)
    diagnosis = diagnose(situation, book)
    if diagnosis is None:
        return _recovery(run_dir, situation, Outcome.HEALTHY, "nothing is left to do", ())
    entry = book[diagnosis.code]
    path = foresee(entry, situation, diagnosis)
    if EscalationRule.RECORD_WAS_CHANGED in entry.rules:
        # What the program can do about this comes before the end, and does not change it.
        why = why_escalate(entry, situation, diagnosis)
        path = replace(path, outcome=Outcome.ESCALATE, reason=why)
    return _recovery(run_dir, situation, path.outcome, path.reason, (path,))


def recover(session: Session, run_dir: Path, book: Mapping[str, Entry]) -> Recovery:
    """Take every step that the program may take, and return how far that led."""
    notebook = Notebook(session=session)
    found = _go_down(session, run_dir, book, notebook)
    situation = look_at_current(run_dir, session.environment)
    if situation.error is None:
        notebook.record(situation.run_dir, is_locked=False)
    return found


def _go_down(
    session: Session, run_dir: Path, book: Mapping[str, Entry], notebook: Notebook
) -> Recovery:
    """Go down one path after the other; none twice in a row, and none more than twice."""
    paths: list[PathView] = []
    while True:
        situation = look_at_current(run_dir, session.environment)
        diagnosis = diagnose(situation, book)
        if diagnosis is None:
            outcome = Outcome.RESOLVED if paths else Outcome.HEALTHY
            return _recovery(run_dir, situation, outcome, "nothing is left to do", paths)
        place = (situation.run_dir.name, diagnosis.code)
        gone = [(path.run_id, path.code) for path in paths]
        if gone[-1:] == [place] or gone.count(place) >= _TIMES_MAX:
            outcome, reason = paths[-1].outcome, paths[-1].reason
            if outcome is Outcome.RESOLVED:
                outcome, reason = Outcome.ESCALATE, f"{diagnosis.code} came back"
            return _recovery(run_dir, situation, outcome, reason, paths)
        walk = _Walk(session, situation.run_dir, notebook, book)
        path = walk.go(book[diagnosis.code], diagnosis)
        paths.append(path)
        if path.outcome is Outcome.ESCALATE:
            return _recovery(run_dir, situation, path.outcome, path.reason, paths)


def look_at_current(run_dir: Path, environment: Mapping[str, str]) -> Situation:
    """Return how a run is, or where it cannot be read, the fresh run that took its place."""
    situation = look_at(run_dir, environment)
    seen = {run_dir}
    while (fresh := successor_of(situation)) is not None and fresh not in seen:
        seen.add(fresh)
        situation = look_at(fresh, environment)
    return situation


def _recovery(
    run_dir: Path,
    situation: Situation,
    outcome: Outcome,
    reason: str,
    paths: Sequence[PathView],
) -> Recovery:
    current = situation.run_dir.name
    return Recovery(
        run_id=run_dir.name,
        outcome=outcome,
        reason=reason,
        paths=tuple(paths),
        fresh_run=None if current == run_dir.name else current,
    )


class _Walk:
    """One walk down one path."""

    def __init__(
        self, session: Session, run_dir: Path, notebook: Notebook, book: Mapping[str, Entry]
    ) -> None:
        self._session = session
        self._book = book
        self._run_dir = run_dir
        self._notebook = notebook
        self._lock_error: CurricleError | None = None
        self._number = 1
        self._is_for_a_person = False
        self._code = ""

    def go(self, entry: Entry, diagnosis: Diagnosis) -> PathView:
        """Go down the path as far as it leads."""
        self._code = entry.code
        begun_at = self._session.clock()
        with ExitStack() as stack:
            self._take_lock(stack, begun_at)
            self._record()
            self._begin(entry, diagnosis, self._look())
            causes = tuple(self._follow(entry, diagnosis))
            path = self._judge(entry, diagnosis, causes)
            fresh = successor_of(self._look())
            self._note(
                EVENT_RECOVERY_ENDED,
                outcome=path.outcome.value,
                reason=path.reason,
                seconds=round((self._session.clock() - begun_at).total_seconds(), 3),
                fresh_run=fresh.name if fresh else None,
            )
        if fresh is not None:
            self._notebook.record(fresh, is_locked=False)
        return path

    def _take_lock(self, stack: ExitStack, now: datetime) -> None:
        try:
            stack.enter_context(
                locked(self._run_dir, command=self._session.command, at=timestamp(now))
            )
        except CurricleError as error:
            self._lock_error = error

    def _look(self) -> Situation:
        is_ours = self._lock_error is None
        return look_at(self._run_dir, self._session.environment, is_locked=is_ours)

    def _begin(self, entry: Entry, diagnosis: Diagnosis, situation: Situation) -> None:
        """Note the begin of a walk, or take up the one whose command died."""
        attempts = read_attempts(situation.chain.entries)
        self._number = max((attempt.number for attempt in attempts), default=0) + 1
        last = attempts[-1] if attempts else None
        if last and not last.outcome and last.code == entry.code:
            self._number = last.number
            return
        self._note(
            EVENT_RECOVERY_BEGUN,
            run_id=self._run_dir.name,
            code=entry.code,
            path=entry.path,
            message=diagnosis.message,
            fingerprint=diagnosis.fingerprint,
        )

    def _follow(self, entry: Entry, diagnosis: Diagnosis) -> Iterator[CauseView]:
        for cause in entry.causes:
            situation = self._look()
            if CONDITIONS[entry.condition](situation, entry.code):
                return
            view = view_cause(cause, situation, diagnosis)
            if view.holds is not False and not self._is_for_a_person:
                view = self._take_steps(cause, view, diagnosis)
            yield view
            self._is_for_a_person |= is_for_a_person(view)

    def _take_steps(self, cause: Cause, view: CauseView, diagnosis: Diagnosis) -> CauseView:
        """Take the safe steps of a cause in order; the rest waits where one fails."""
        taken: list[StepView] = []
        is_stopped = False
        for step, shown in zip(cause.steps, view.steps, strict=True):
            if isinstance(step, Safe) and shown.state is StepState.READY and not is_stopped:
                shown = self._take(step.action, shown, cause, diagnosis)  # noqa: PLW2901
                is_stopped = shown.state is not StepState.DONE
            taken.append(shown)
        return replace(view, steps=tuple(taken))

    def _take(
        self, action: Action, shown: StepView, cause: Cause, diagnosis: Diagnosis
    ) -> StepView:
        self._session.tell(f"{cause.name}: {shown.text}")
        try:
            if self._lock_error is not None and action is not Action.WAIT_FOR_LOCK:
                raise self._lock_error
            bench = Bench(session=self._session, situation=self._look(), diagnosis=diagnosis)
            detail, state = ACTIONS[action](bench), StepState.DONE
        except CurricleError as error:
            detail, state = f"failed: {error.code}: {error}", StepState.READY
        self._note(
            EVENT_RECOVERY_STEP,
            cause=cause.name,
            step=shown.name,
            outcome="done" if state is StepState.DONE else "failed",
            detail=detail,
        )
        return replace(shown, state=state, detail=detail)

    def _judge(self, entry: Entry, diagnosis: Diagnosis, causes: tuple[CauseView, ...]) -> PathView:
        """Return the path with what it came to."""
        situation = self._look()
        outcome, reason = self._outcome(entry, diagnosis, causes, situation)
        return path_view(entry, situation, diagnosis, causes, outcome=outcome, reason=reason)

    def _outcome(
        self,
        entry: Entry,
        diagnosis: Diagnosis,
        causes: tuple[CauseView, ...],
        situation: Situation,
    ) -> tuple[Outcome, str]:
        if CONDITIONS[entry.condition](situation, entry.code):
            return Outcome.RESOLVED, "what was wrong is right now"
        if reason := why_escalate(entry, situation, diagnosis):
            return Outcome.ESCALATE, reason
        now = diagnose(situation, self._book)
        if now is not None and now.code != entry.code:
            return Outcome.NEEDS_YOU, f"it led to {now.code}"
        steps = [step for cause in causes if cause.holds is not False for step in cause.steps]
        if any(step.state is StepState.NEEDS_YOU for step in steps):
            return Outcome.NEEDS_YOU, "some steps need you"
        return Outcome.ESCALATE, "no step of this path is left to take"

    def _note(self, event: str, **data: object) -> None:
        self._notebook.note(event, attempt=self._number, **data)
        self._record()

    def _record(self) -> None:
        # To a record that was changed nothing is added, also where its end still fits.
        if self._lock_error is None and self._code not in _NOT_TO_BE_WRITTEN_TO:
            self._notebook.record(self._run_dir, is_locked=True)
