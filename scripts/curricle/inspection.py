"""What a run is and what to do with it next, for commands that only look.

Reads, never writes, never waits: also while another command is at work on the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from curricle.errors import RevisionNotFoundError, StageConflictError, TopicSpecInvalidError
from curricle.fsio import find_file, path_within
from curricle.layout import CURRICULUM, PREVIOUS_CURRICULUM, SCOPE, STAGES, TOPIC_SPEC, Stage
from curricle.runs.changes import describe_stale
from curricle.runs.folder import take_snapshot
from curricle.runs.freshness import (
    Freshness,
    Origin,
    State,
    assess,
    spec_was_accepted,
)
from curricle.runs.objects import digests_with_prefix, find_object
from curricle.runs.reports import find_unreadable
from curricle.runs.state import RunState, load_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MISSING_SPEC = "there is no topic spec"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtifactState:
    """How one file of a run stands."""

    path: str
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NextStep:
    """A command to type, as arguments, and why."""

    arguments: tuple[str, ...]
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """A run as it stands."""

    state: RunState
    freshness: Freshness
    artifacts: tuple[ArtifactState, ...]
    is_interrupted: bool
    spec_problem: str
    """Why the topic spec is not ready; empty when it is."""
    next_steps: tuple[NextStep, ...]

    @property
    def stage(self) -> Stage:
        """Return how far the run has come."""
        return self.freshness.reached


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
    is_interrupted = bool(unplaced or state.torn or state.is_ahead)
    artifacts = {a.path: a for a in _artifacts(run_dir, digests, freshness, problem)}
    artifacts |= {path: _unplaced(path) for path in sorted(unplaced)}
    return Inspection(
        state=state,
        freshness=freshness,
        artifacts=tuple(artifacts.values()),
        is_interrupted=is_interrupted,
        spec_problem=problem,
        next_steps=tuple(
            _next_steps(
                state,
                freshness,
                problem,
                is_interrupted=is_interrupted,
                has_scope=SCOPE in digests,
            )
        ),
    )


def require_artifact(run_dir: Path, inspection: Inspection, path: str) -> bytes:
    """Return the bytes of an output that is to be handed out.

    Raises:
        StageConflictError: it is not there.
    """
    data = _read(run_dir, path)
    if data is None:
        raise StageConflictError(
            f"{run_dir.name} has no {path}",
            hint="bring the run up to date first",
            next_step=inspection.next_steps[0].arguments,
            details={"run_id": run_dir.name, "artifact": path},
        )
    return data


def find_revision(run_dir: Path, revision: str) -> bytes:
    """Return a version of the curriculum: `current`, `previous`, or the first digits of a digest.

    Raises:
        RevisionNotFoundError: the run does not hold it.
    """
    name = run_dir.name
    paths = {"current": CURRICULUM, "previous": PREVIOUS_CURRICULUM}
    if revision in paths:
        data = _read(run_dir, paths[revision])
        if data is None:
            raise RevisionNotFoundError(name, revision, f"there is no {paths[revision]}")
        return data
    digests = digests_with_prefix(run_dir, revision.lower()) if revision else ()
    if len(digests) != 1:
        why = f"{len(digests)} objects begin so" if digests else "no object begins so"
        raise RevisionNotFoundError(name, revision, why)
    data = find_object(run_dir, digests[0])
    if data is None:
        raise RevisionNotFoundError(name, revision, "its object was damaged")
    return data


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


def _artifacts(
    run_dir: Path,
    digests: Mapping[str, str],
    freshness: Freshness,
    spec_problem: str,
) -> Iterator[ArtifactState]:
    spec_state = State.MISSING if TOPIC_SPEC not in digests else State.FRESH
    yield ArtifactState(path=TOPIC_SPEC, state=spec_state.value, reason=spec_problem)
    for path in sorted(digests):
        if path.startswith("inputs/") and path != TOPIC_SPEC:
            yield ArtifactState(path=path, state=State.FRESH.value, reason="")
    kept, read = partial(find_object, run_dir), partial(_read, run_dir)
    for stage in STAGES[2:]:
        state = freshness.stages[stage]
        reason = describe_stale(state, kept, read) if state.is_stale else ""
        for path, found in state.artifacts.items():
            yield ArtifactState(
                path=path, state=found.value, reason=_why(stage, found, reason, freshness)
            )


def _unplaced(path: str) -> ArtifactState:
    return ArtifactState(
        path=path,
        state="interrupted",
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


def _next_steps(
    state: RunState,
    freshness: Freshness,
    spec_problem: str,
    *,
    is_interrupted: bool,
    has_scope: bool,
) -> Iterator[NextStep]:
    run_id = state.record.run_id
    generated = freshness.stages[Stage.GENERATED]
    failure = state.record.last_failure
    if state.journal_problem:
        yield NextStep(
            arguments=("archive", run_id),
            why=f"the journal is broken ({state.journal_problem[0]}): keep the evidence first",
        )
    elif is_interrupted:
        yield NextStep(
            arguments=("run", run_id), why="a command died half-way: the next one completes it"
        )
    elif spec_problem and freshness.origin is Origin.PROVIDER and has_scope:
        yield NextStep(
            arguments=("run", run_id), why="inputs/scope.md can fill what the topic spec lacks"
        )
    elif spec_problem and freshness.origin is Origin.PROVIDER:
        yield NextStep(
            arguments=("run", run_id, "--scope-file", "FILE"),
            why=f"{spec_problem}; or fill {TOPIC_SPEC} by hand, then `run`",
        )
    elif spec_problem:
        yield NextStep(
            arguments=("validate", run_id),
            why=f"{spec_problem}; a curriculum can be validated without one",
        )
    elif generated.is_stale and freshness.origin is Origin.PERSON:
        yield NextStep(
            arguments=("iterate", run_id),
            why="a person's curriculum is older than the spec: iterate keeps it as it is",
        )
    elif freshness.reached is Stage.ITERATED:
        yield NextStep(
            arguments=("export", run_id, "--format", "html"),
            why="everything is current: hand it out",
        )
        yield NextStep(arguments=("archive", run_id), why="or keep it for good")
    elif failure is not None and failure.code == "validation_failed" and not generated.is_stale:
        yield NextStep(
            arguments=("iterate", run_id, "--repair"),
            why="the curriculum has errors: mend what rules can mend",
        )
        yield NextStep(
            arguments=("validate", run_id), why="or mend curriculum.json by hand, then check it"
        )
    else:
        yield NextStep(arguments=("run", run_id), why=_what_is_next(freshness.reached))


def _what_is_next(reached: Stage) -> str:
    return {
        Stage.INITIALIZED: "the run has only begun",
        Stage.SPEC_READY: "the topic spec is ready and the curriculum is missing or stale",
        Stage.GENERATED: "the curriculum is there and not validated as it is",
        Stage.VALIDATED: "the curriculum is valid and not planned as it is",
        Stage.PLANNED: "the plan is current, the comparison is not",
        Stage.ITERATED: "everything is current",
    }[reached]


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
        "has_scope": any(a.path == SCOPE for a in inspection.artifacts),
        "interrupted": inspection.is_interrupted,
        "artifacts": [
            {"path": a.path, "state": a.state, "reason": a.reason} for a in inspection.artifacts
        ],
        "last_failure": record.last_failure.to_json() if record.last_failure else None,
        "journal": {
            **record.head.to_json(),
            "problem": problem[0] if problem else None,
        },
    }
