"""The topic spec: filled from a scope document where nobody has, and found ready or not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.fsio import read_file
from curricle.layout import SCOPE, TOPIC_SPEC, Stage
from curricle.resources import template_path
from curricle.runs.freshness import SELECTION, Origin, spec_was_accepted
from curricle.stages.reading import ready_spec
from curricle.steps.curriculum import accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.generation.selection import Selection
    from curricle.steps.work import Work

FILLED: Final = "filled"
"""Parameter of the stage `spec_ready`: field to the value that a scope document filled it with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScopeChoice:
    """A scope document that a user names, with the part of it that counts."""

    data: bytes
    selection: Selection


def blank_spec() -> dict[str, Any]:
    """Return the topic spec that a fresh run starts with."""
    document: dict[str, Any] = json.loads(read_file(template_path("topic_spec.json")))
    return document


def take_scope(work: Work, choice: ScopeChoice | None) -> None:
    """Fill the topic spec from the scope document, where one is given or has changed.

    A person's curriculum that was current stays so: what was filled in is no request of theirs.

    Raises:
        TopicSpecInvalidError, ScopeInvalidError, InvalidArgumentError: as `stages.intake.take_in`.
    """
    from curricle.stages.intake import take_in

    work.stage = Stage.SPEC_READY
    taken_from = choice or _changed_scope(work)
    if taken_from is None:
        return
    blank = blank_spec()
    spec = work.writer.read(TOPIC_SPEC) or document_bytes(blank)
    taken = take_in(
        spec, blank, work.spec_parameters.get(FILLED), taken_from.data, taken_from.selection
    )
    inputs = {SCOPE: work.writer.keep(taken_from.data)}
    parameters = {SELECTION: taken_from.selection.to_json(), FILLED: dict(taken.filled)}
    if _is_recorded(work, inputs, parameters):
        return
    origin, generated = work.writer.freshness().origin, work.state(Stage.GENERATED)
    earlier_scope = work.writer.digests.get(SCOPE)
    outputs = {SCOPE: taken_from.data, TOPIC_SPEC: taken.spec}
    work.commit(Stage.SPEC_READY, outputs, parameters, inputs=inputs)
    if earlier_scope not in {None, inputs[SCOPE]}:
        work.tell(f"the earlier scope document is kept as objects/{earlier_scope}")
    if spec not in {taken.spec, document_bytes(blank)}:
        work.tell(f"the topic spec before is kept as objects/{sha256_hex(spec)}")
    if taken.filled:
        work.tell(f"filled from the scope document: {', '.join(taken.filled)}")
    for assumption in taken.assumptions:
        work.tell(assumption)
    if choice is None and origin is Origin.PERSON and not generated.is_stale:
        accept(work)


def _changed_scope(work: Work) -> ScopeChoice | None:
    """Return the run's scope document, unless the spec was filled from it as it is."""
    data = work.writer.read(SCOPE)
    was_made = Stage.SPEC_READY in work.writer.record.stages
    if data is None or (was_made and not work.state(Stage.SPEC_READY).is_stale):
        return None
    return ScopeChoice(data=data, selection=work.selection)


def _is_recorded(work: Work, inputs: Mapping[str, str], parameters: Mapping[str, Any]) -> bool:
    made = work.writer.record.stages.get(Stage.SPEC_READY)
    return (
        made is not None
        and made.inputs.get(SCOPE) == inputs[SCOPE] == work.writer.digests.get(SCOPE)
        and made.parameters == parameters
        and spec_was_accepted(work.writer.record, work.writer.digests)
    )


def require_spec(work: Work) -> TopicSpec:
    """Return the ready topic spec, noting that it was found ready.

    Raises:
        StageConflictError: "topic spec not ready", naming the fields.
        TopicSpecInvalidError: it is invalid.
    """
    work.stage = Stage.SPEC_READY
    spec = ready_spec(work.writer.read(TOPIC_SPEC), work.run_id)
    work.writer.spec_is_ready = True
    if not spec_was_accepted(work.writer.record, work.writer.digests):
        work.commit(Stage.SPEC_READY, {}, dict(work.spec_parameters))
    return spec
