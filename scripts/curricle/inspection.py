"""How a run stands, for commands that only look; what to do with it next is `next_steps.py`.

Reads, never writes, never waits: also while another command is at work on the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from curricle.errors import CurriculumInvalidError, StageConflictError, TopicSpecInvalidError
from curricle.fsio import find_file, path_within
from curricle.layout import CURRICULUM, SCOPE, STAGES, TOPIC_SPEC, Stage
from curricle.runs.changes import describe_stale
from curricle.runs.folder import take_snapshot
from curricle.runs.freshness import (
    Freshness,
    State,
    assess,
    spec_was_accepted,
)
from curricle.runs.journal import lines_of
from curricle.runs.objects import find_object
from curricle.runs.record import EVENT_CALL
from curricle.runs.reports import find_unreadable
from curricle.runs.state import RunState, load_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from curricle.runs.spending import Spending


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtifactState:
    """How one file of a run stands."""

    path: str
    state: State
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """A run as it stands."""

    state: RunState
    freshness: Freshness
    artifacts: tuple[ArtifactState, ...]
    is_interrupted: bool
    spec_problem: str
    """Why the topic spec is not ready; empty when it is."""
    spending: Spending | None
    """What models were asked; None where none was."""
    curriculum_problem: str
    """Why a curriculum that a person changed cannot be read; empty when it can."""

    @property
    def stage(self) -> Stage:
        """Return how far the run has come."""
        return self.freshness.reached

    @property
    def has_scope(self) -> bool:
        """Tell whether the run has a scope document."""
        return any(artifact.path == SCOPE for artifact in self.artifacts)


def inspect_run(run_dir: Path) -> Inspection:
    """Return how a run stands.

    Raises:
        RunMetadataInvalidError, RunSchemaUnsupportedError: `run.json` cannot be used.
    """
    state = load_run(run_dir)
    digests = take_snapshot(run_dir).digests
    problem = _spec_problem(run_dir, state, digests)
    freshness = assess(
        state.record,
        digests,
        spec_is_ready=not problem,
        unreadable=find_unreadable(run_dir, state.record, digests),
    )
    unplaced = {
        path
        for path, placement in state.pending.items()
        if path not in digests or digests[path] in placement.before - {placement.digest}
    }
    artifacts = {a.path: a for a in _artifacts(run_dir, digests, freshness, problem)}
    artifacts |= {path: _unplaced(path) for path in sorted(unplaced)}
    return Inspection(
        state=state,
        freshness=freshness,
        artifacts=tuple(artifacts.values()),
        is_interrupted=bool(unplaced or state.torn or state.is_ahead),
        spec_problem=problem,
        spending=_spending(run_dir),
        curriculum_problem=_curriculum_problem(run_dir, freshness),
    )


def describe(inspection: Inspection) -> dict[str, Any]:
    """Return what `status --json` says of a run."""
    record = inspection.state.record
    problem = inspection.state.journal_problem
    return {
        "run_id": record.run_id,
        "name": record.name,
        "created_at": record.created_at,
        "stage": inspection.stage.value,
        "stages": [stage.value for stage in STAGES],
        "has_scope": inspection.has_scope,
        "interrupted": inspection.is_interrupted,
        "rebuilt": inspection.state.is_rebuilt,
        "artifacts": [
            {"path": a.path, "state": a.state.value, "reason": a.reason}
            for a in inspection.artifacts
        ],
        "calls": inspection.spending.to_json() if inspection.spending else None,
        "last_failure": record.last_failure.to_json() if record.last_failure else None,
        "journal": {
            **record.head.to_json(),
            "problem": problem[0] if problem else None,
        },
    }


def _spending(run_dir: Path) -> Spending | None:
    lines = lines_of(run_dir, EVENT_CALL)
    if not lines:
        return None
    # Reading calls and prices takes as long as all else here, and most runs asked nobody.
    from curricle.providers.prices import load_prices
    from curricle.runs.calls import parse_calls
    from curricle.runs.spending import add_up

    return add_up(parse_calls(lines), load_prices())


def _spec_problem(run_dir: Path, state: RunState, digests: Mapping[str, str]) -> str:
    if spec_was_accepted(state.record, digests):
        return ""
    data = _read(run_dir, TOPIC_SPEC)
    # Reading a spec takes a third of a light command's time, so only where it is not known.
    from curricle.stages.reading import ready_spec

    try:
        ready_spec(data, run_dir.name)
    except (TopicSpecInvalidError, StageConflictError) as error:
        return str(error)
    return ""


def _curriculum_problem(run_dir: Path, freshness: Freshness) -> str:
    if freshness.stages[Stage.GENERATED].artifacts[CURRICULUM] is not State.EDITED:
        return ""
    from curricle.stages.reading import read_curriculum

    try:
        read_curriculum(_read(run_dir, CURRICULUM) or b"")
    except CurriculumInvalidError as error:
        return str(error)
    return ""


def _artifacts(
    run_dir: Path,
    digests: Mapping[str, str],
    freshness: Freshness,
    spec_problem: str,
) -> Iterator[ArtifactState]:
    spec_state = State.MISSING if TOPIC_SPEC not in digests else State.FRESH
    yield ArtifactState(path=TOPIC_SPEC, state=spec_state, reason=spec_problem)
    for path in sorted(digests):
        if path.startswith("inputs/") and path != TOPIC_SPEC:
            yield ArtifactState(path=path, state=State.FRESH, reason="")
    kept, read = partial(find_object, run_dir), partial(_read, run_dir)
    for stage in STAGES[2:]:
        state = freshness.stages[stage]
        reason = describe_stale(state, kept, read) if state.is_stale else ""
        for path, found in state.artifacts.items():
            yield ArtifactState(
                path=path, state=found, reason=_why(stage, found, reason, freshness)
            )


def _unplaced(path: str) -> ArtifactState:
    return ArtifactState(
        path=path,
        state=State.INTERRUPTED,
        reason="a command died before putting it in place; the next one will",
    )


def _why(stage: Stage, state: State, reason: str, freshness: Freshness) -> str:
    if state is State.EDITED and stage is Stage.GENERATED:
        return "; ".join(filter(None, ["changed by a person: kept and used", reason]))
    if state is State.EDITED:
        return "; ".join(filter(None, ["changed by a person", reason]))
    if state is State.MISSING and not freshness.stages[stage].was_made:
        return "not made yet"
    return reason


def _read(run_dir: Path, path: str) -> bytes | None:
    return find_file(path_within(run_dir, path))
