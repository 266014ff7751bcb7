"""The curriculum: generated where it is missing or stale, taken over where a person made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curricle.errors import ArtifactStaleError, CurriculumInvalidError, StageConflictError
from curricle.layout import (
    CONTEXT,
    CURRICULUM,
    GENERATION_NOTES,
    PREVIOUS_CURRICULUM,
    SCOPE,
    TOPIC_SPEC,
    Stage,
)
from curricle.runs.freshness import ORIGIN, SELECTION, Origin, State
from curricle.runs.objects import find_object
from curricle.schema import DocumentKind, check_document
from curricle.stages.reading import read_curriculum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.providers.provider import Provider
    from curricle.steps.work import Work


def make_curriculum(work: Work, provider: Provider, *, force: bool) -> None:
    """Generate the curriculum where it is missing or stale, or take over a person's edit.

    Raises:
        StageConflictError: it is stale, but a person made or changed it; or nothing is in scope.
        TopicSpecInvalidError: the topic spec names a file that is not there.
        ScopeInvalidError: the scope document or a context file cannot be read.
    """
    work.stage = Stage.GENERATED
    state = work.state(Stage.GENERATED)
    is_there = state.artifacts[CURRICULUM] is not State.MISSING
    origin = work.writer.freshness().origin
    if force or not is_there or not state.was_made:
        _generate(work, provider)
    elif state.is_stale and origin is Origin.PERSON:
        raise StageConflictError(
            f"curriculum.json was made or edited by a person and is stale: {work.reason(state)}",
            hint="`iterate` keeps it as it is for the new inputs, `run --force` regenerates it"
            " (the edit stays in objects/)",
            next_step=("iterate", work.run_id),
            details={"run_id": work.run_id, "artifact": CURRICULUM},
        )
    elif state.artifacts[CURRICULUM] is State.EDITED:
        accept(work)
    elif not state.is_current:
        _generate(work, provider)


def require_curriculum(work: Work) -> None:
    """Make sure there is a curriculum, and take over a person's edit of it.

    Raises:
        StageConflictError: there is none.
    """
    work.stage = Stage.GENERATED
    state = work.state(Stage.GENERATED)
    if state.artifacts[CURRICULUM] is State.MISSING:
        raise StageConflictError(
            f"{work.run_id} has no {CURRICULUM}",
            hint="generate it first",
            next_step=("run", work.run_id),
            details={"run_id": work.run_id, "artifact": CURRICULUM},
        )
    if state.artifacts[CURRICULUM] is State.EDITED:
        accept(work)


def require_fresh_curriculum(work: Work) -> None:
    """Make sure that the curriculum follows from the spec; a person's own is taken as it is.

    Raises:
        StageConflictError: there is none.
        ArtifactStaleError: it was generated from something else.
    """
    require_curriculum(work)
    state = work.state(Stage.GENERATED)
    if not state.is_stale:
        return
    if work.writer.freshness().origin is Origin.PROVIDER:
        raise ArtifactStaleError(work.run_id, "curriculum.json", work.reason(state))
    accept(work)


def accept(work: Work) -> None:
    """Take a person's curriculum over as the current revision; a broken one is left alone."""
    data = work.writer.read(CURRICULUM) or b""
    if _is_curriculum(data):
        replace_curriculum(work, data, Origin.PERSON, None)


def replace_curriculum(
    work: Work,
    data: bytes,
    origin: Origin,
    provider: Provider | None,
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Make a changed curriculum the current revision, and the recorded one the previous.

    `parameters` are recorded with it, beyond those that every curriculum has.
    """
    made = work.writer.record.stages.get(Stage.GENERATED)
    from curricle.stages.iterate import previous_beside

    recorded = made.outputs.get(CURRICULUM) if made else None
    before = find_object(work.writer.path, recorded) if recorded else None
    beside = {
        PREVIOUS_CURRICULUM: previous_beside(data, before, work.writer.read(PREVIOUS_CURRICULUM)),
        GENERATION_NOTES: work.writer.read(GENERATION_NOTES),
    }
    kept = {path: content for path, content in beside.items() if content is not None}
    work.read_all(Stage.GENERATED)
    work.commit(
        Stage.GENERATED,
        {CURRICULUM: data, **kept},
        {
            ORIGIN: origin.value,
            SELECTION: work.spec_parameters.get(SELECTION),
            **(parameters or {}),
        },
        provider=provider,
    )


def _generate(work: Work, provider: Provider) -> None:
    from curricle.stages.generate import generate, make_brief
    from curricle.stages.iterate import previous_beside

    context = {
        path.removeprefix(CONTEXT + "/"): work.writer.read(path) or b""
        for path in sorted(work.writer.digests)
        if path.startswith(CONTEXT + "/")
    }
    work.read_all(Stage.GENERATED)
    brief = make_brief(
        work.writer.read(TOPIC_SPEC), work.writer.read(SCOPE), context, work.selection, work.run_id
    )
    outputs = generate(brief, provider, work.run_id)
    previous = previous_beside(
        outputs[CURRICULUM], work.writer.read(CURRICULUM), work.writer.read(PREVIOUS_CURRICULUM)
    )
    if previous is not None:
        outputs[PREVIOUS_CURRICULUM] = previous
    work.commit(
        Stage.GENERATED,
        outputs,
        {
            ORIGIN: Origin.PROVIDER.value,
            SELECTION: work.spec_parameters.get(SELECTION),
        },
        provider=provider,
    )


def _is_curriculum(data: bytes) -> bool:
    try:
        return not check_document(DocumentKind.CURRICULUM, read_curriculum(data))
    except CurriculumInvalidError:
        return False
