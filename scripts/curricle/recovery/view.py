"""What a path of the runbook looks like for one run: its causes probed, its steps with their state.

Pure values, made here before any step is taken; what comes of the steps, `walk.py` fills in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from curricle.recovery.outcome import Outcome
from curricle.recovery.places import places_of
from curricle.recovery.probes import probe
from curricle.runbook.entry import Safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.situation import Situation
    from curricle.runbook.entry import Cause, Command, Entry, Step


class StepState(StrEnum):
    """How a step stands."""

    DONE = "done"
    READY = "ready"
    NEEDS_YOU = "needs you"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepView:
    """A step to take."""

    name: str
    text: str
    state: StepState
    commands: tuple[Command, ...]
    undo: str
    detail: str = ""
    """What came of taking it; empty before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseView:
    """A cause that was looked for."""

    name: str
    text: str
    holds: bool | None
    detail: str
    steps: tuple[StepView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PathView:
    """A path, as far as it was gone."""

    run_id: str
    code: str
    path: str
    letter: str
    meaning: str
    message: str
    causes: tuple[CauseView, ...]
    outcome: Outcome
    reason: str
    undo: str

    def to_json(self, command_line: Callable[[Command], str]) -> dict[str, Any]:
        """Return the path as it stands in JSON answers, with commands as they are to be typed."""
        return {
            "run_id": self.run_id,
            "code": self.code,
            "path": self.path,
            "letter": self.letter or None,
            "meaning": self.meaning,
            "message": self.message,
            "causes": [
                {
                    "name": cause.name,
                    "text": cause.text,
                    "holds": cause.holds,
                    "detail": cause.detail,
                    "steps": [
                        {
                            "name": step.name,
                            "text": step.text,
                            "state": step.state.value,
                            "commands": [command_line(command) for command in step.commands],
                            "undo": step.undo or None,
                            "detail": step.detail or None,
                        }
                        for step in cause.steps
                    ],
                }
                for cause in self.causes
            ],
            "outcome": self.outcome.value,
            "reason": self.reason,
            "undo": self.undo,
        }


def view_cause(cause: Cause, situation: Situation, diagnosis: Diagnosis) -> CauseView:
    """Return a cause with its probe's answer, and its steps, none of them taken yet."""
    probed = probe(cause.probe, situation, diagnosis)
    places = places_of(situation, diagnosis)
    return CauseView(
        name=cause.name,
        text=cause.text.format_map(places),
        holds=probed.holds,
        detail=probed.detail,
        steps=tuple(view_step(step, number, places) for number, step in enumerate(cause.steps, 1)),
    )


def view_step(step: Step, number: int, places: Mapping[str, str]) -> StepView:
    """Return a step with its places filled."""
    if isinstance(step, Safe):
        state, undo = StepState.READY, step.undo.format_map(places)
        commands: tuple[Command, ...] = ()
    else:
        state, undo = StepState.NEEDS_YOU, ""
        commands = tuple(command.filled(places) for command in step.commands)
    return StepView(
        name=step_name(step, number),
        text=step.text.format_map(places),
        state=state,
        commands=commands,
        undo=undo,
    )


def step_name(step: Step, number: int) -> str:
    """Return how the journal calls a step."""
    return step.action.value if isinstance(step, Safe) else f"by_hand_{number}"


def foresee(entry: Entry, situation: Situation, diagnosis: Diagnosis) -> PathView:
    """Return a path as it would be gone from here; takes no step."""
    causes = tuple(view_cause(cause, situation, diagnosis) for cause in entry.causes)
    is_ready = any(step.state is StepState.READY for step in _before_a_person(causes))
    return path_view(
        entry,
        situation,
        diagnosis,
        causes,
        outcome=Outcome.READY if is_ready else Outcome.NEEDS_YOU,
        reason="`recover --apply` takes the steps that are ready" if is_ready else "",
    )


def is_for_a_person(cause: CauseView) -> bool:
    """Tell whether a cause is certain and somebody has to act: nothing after it gets round that."""
    waits = any(step.state is StepState.NEEDS_YOU for step in cause.steps)
    return cause.holds is True and waits


def _before_a_person(causes: tuple[CauseView, ...]) -> Iterator[StepView]:
    for cause in causes:
        if cause.holds is not False:
            yield from cause.steps
        if is_for_a_person(cause):
            return


def path_view(
    entry: Entry,
    situation: Situation,
    diagnosis: Diagnosis,
    causes: tuple[CauseView, ...],
    *,
    outcome: Outcome,
    reason: str,
) -> PathView:
    """Return a path with what came of it."""
    return PathView(
        run_id=situation.run_dir.name,
        code=entry.code,
        path=entry.path,
        letter=entry.letter,
        meaning=entry.meaning,
        message=diagnosis.message,
        causes=causes,
        outcome=outcome,
        reason=reason,
        undo=entry.undo.format_map(places_of(situation, diagnosis)),
    )
