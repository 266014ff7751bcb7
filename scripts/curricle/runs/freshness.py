"""Which artifacts of a run still follow from their inputs, by content and never by time.

Pure: digests of what is on disk and the recorded state in, verdict out. Touching, copying or
cloning a run changes no digest, so nothing here. Who reads the digests: `folder.py`; who puts a
reason into words with the old and new contents: `changes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from curricle.layout import (
    CURRICULUM,
    INPUTS_OF,
    OUTPUTS_OF,
    STAGE_VERSIONS,
    STAGES,
    TOPIC_SPEC,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from curricle.runs.record import RunRecord, StageRecord

ORIGIN: Final = "origin"
"""Parameter of the stage `generated`: who made the curriculum."""
SELECTION: Final = "selection"
"""Parameter of the stages `spec_ready` and `generated`: which part of the scope counts."""
MENDED: Final = "mended"
"""Parameter of the stage `generated`, only where a provider mended the curriculum that was there:
an object with `FEEDBACK`, `REPAIR` and `ROUNDS`."""
FEEDBACK: Final = "feedback"
"""Digest of what was asked for in words, or None."""
REPAIR: Final = "repair"
"""Whether findings were to be mended."""
ROUNDS: Final = "rounds"
"""How many rounds it took."""
VALID: Final = "valid"
"""Parameter of the stage `validated`: whether the curriculum has no errors."""
START_DATE: Final = "start_date"
"""Parameter of the stage `planned`: first day of week 1, or None."""


class Origin(StrEnum):
    """Who made the curriculum that a run holds."""

    PROVIDER = "provider"
    PERSON = "person"


class State(StrEnum):
    """How an artifact stands to its inputs."""

    FRESH = "fresh"
    STALE = "stale"
    EDITED = "edited"
    MISSING = "missing"
    INTERRUPTED = "interrupted"
    """Committed and not put in place; digests alone do not tell, `inspection.py` does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """An input that is not what a stage was made from."""

    path: str
    was: str | None
    """Digest, or None where the stage was made without it."""
    is_now: str | None
    """Digest, or None where it is gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StageState:
    """How a stage stands."""

    artifacts: Mapping[str, State]
    """Outputs to their state; an output that a person edited is `edited` even when stale."""
    was_made: bool
    """The stage has a record, or a curriculum was put there by hand."""
    changed: tuple[Changed, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it is stale, beyond changed inputs."""

    @property
    def is_stale(self) -> bool:
        """Tell whether it was made, but not from what is there now."""
        return self.was_made and bool(self.changed or self.reasons)

    @property
    def is_current(self) -> bool:
        """Tell whether it was made from what is there now and all its outputs are there."""
        return self.was_made and not self.is_stale and State.MISSING not in self.artifacts.values()


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """How a whole run stands."""

    stages: Mapping[Stage, StageState]
    reached: Stage
    origin: Origin
    """Who made the curriculum on disk."""


def assess(
    record: RunRecord,
    digests: Mapping[str, str],
    *,
    spec_is_ready: bool,
    unreadable: Collection[str] = (),
) -> Freshness:
    """Return how a run stands, from its record and the digests of the files it has now.

    `digests` has no entry for a file that is not there. `spec_is_ready` is what the topic spec on
    disk says of itself. `unreadable` are digests of reports that were changed into anything.
    """
    states = {stage: _state(stage, record, digests) for stage in STAGES[1:]}
    generated = states[Stage.GENERATED]
    if generated.is_stale:
        for stage in (Stage.VALIDATED, Stage.PLANNED, Stage.ITERATED):
            states[stage] = _stale_after(states[stage], "curriculum.json is stale")
    for stage in (Stage.VALIDATED, Stage.PLANNED, Stage.ITERATED):
        report = OUTPUTS_OF[stage][0]
        if digests.get(report) in unreadable:
            states[stage] = _stale_after(states[stage], "it can no longer be used")
    origin = _origin(record, generated)
    return Freshness(
        stages=states,
        reached=_reached(record, states, origin, spec_is_ready=spec_is_ready),
        origin=origin,
    )


def spec_was_accepted(record: RunRecord, digests: Mapping[str, str]) -> bool:
    """Tell whether the topic spec on disk is the one that was last found ready."""
    made = record.stages.get(Stage.SPEC_READY)
    if made is None or TOPIC_SPEC not in digests:
        return False
    return {**made.inputs, **made.outputs}.get(TOPIC_SPEC) == digests[TOPIC_SPEC]


def expand(paths: tuple[str, ...], digests: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of the paths that are there; a folder stands for the files below it."""
    found = {}
    for path in paths:
        if path in digests:
            found[path] = digests[path]
        found |= {file: sha for file, sha in digests.items() if file.startswith(path + "/")}
    return found


def _state(stage: Stage, record: RunRecord, digests: Mapping[str, str]) -> StageState:
    made = record.stages.get(stage)
    outputs = dict.fromkeys(OUTPUTS_OF[stage][:1]) | (dict(made.outputs) if made else {})
    artifacts = {path: _artifact(sha, digests.get(path)) for path, sha in outputs.items()}
    if made is None:
        by_hand = State.EDITED in artifacts.values()
        return StageState(artifacts=artifacts, was_made=by_hand and stage is Stage.GENERATED)
    changed = _changed_inputs(stage, made, digests)
    reasons = list(_changed_settings(stage, made, record))
    if changed or reasons:
        artifacts = {
            path: State.STALE if state is State.FRESH else state
            for path, state in artifacts.items()
        }
    return StageState(artifacts=artifacts, was_made=True, changed=changed, reasons=tuple(reasons))


def _artifact(recorded: str | None, found: str | None) -> State:
    if found is None:
        return State.MISSING
    return State.FRESH if found == recorded else State.EDITED


def _changed_inputs(
    stage: Stage, made: StageRecord, digests: Mapping[str, str]
) -> tuple[Changed, ...]:
    was, now = dict(made.inputs), expand(INPUTS_OF[stage], digests)
    if stage is Stage.SPEC_READY:
        # The spec is both read and filled here. Whoever changes it afterwards changes a request,
        # which is checked again, and does not make the filling stale.
        was.pop(TOPIC_SPEC, None)
        now.pop(TOPIC_SPEC, None)
    return tuple(
        Changed(path=path, was=was.get(path), is_now=now.get(path))
        for path in sorted(was.keys() | now.keys())
        if was.get(path) != now.get(path)
    )


def _changed_settings(stage: Stage, made: StageRecord, record: RunRecord) -> Iterator[str]:
    if made.version != STAGE_VERSIONS[stage]:
        yield f"made by version {made.version} of this stage, now {STAGE_VERSIONS[stage]}"
    filled = record.stages.get(Stage.SPEC_READY)
    if stage is Stage.GENERATED and filled:
        was, now = made.parameters.get(SELECTION), filled.parameters.get(SELECTION)
        if was != now:
            yield "another part of scope.md was selected"


def _stale_after(state: StageState, reason: str) -> StageState:
    if not state.was_made:
        return state
    artifacts = {
        path: State.STALE if found is State.FRESH else found
        for path, found in state.artifacts.items()
    }
    return replace(state, artifacts=artifacts, reasons=(*state.reasons, reason))


def _origin(record: RunRecord, generated: StageState) -> Origin:
    made = record.stages.get(Stage.GENERATED)
    if generated.artifacts[CURRICULUM] is State.EDITED:
        return Origin.PERSON
    return Origin(made.parameters[ORIGIN]) if made else Origin.PROVIDER


def _reached(
    record: RunRecord,
    states: Mapping[Stage, StageState],
    origin: Origin,
    *,
    spec_is_ready: bool,
) -> Stage:
    reached = Stage.SPEC_READY if spec_is_ready else Stage.INITIALIZED
    generated = states[Stage.GENERATED]
    has_curriculum = generated.artifacts[CURRICULUM] is not State.MISSING
    is_asked_for = spec_is_ready or origin is Origin.PERSON
    if not (has_curriculum and is_asked_for) or generated.is_stale:
        return reached
    reached = Stage.GENERATED
    for stage in (Stage.VALIDATED, Stage.PLANNED, Stage.ITERATED):
        if not states[stage].is_current:
            break
        if stage is Stage.VALIDATED and not record.stages[stage].parameters[VALID]:
            break
        reached = stage
    return reached
