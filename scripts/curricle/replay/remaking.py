"""Makes the outputs of one committed step again, from the inputs that its entry names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, assert_never

from curricle.canonical import document_bytes
from curricle.curriculum.values import Curriculum
from curricle.generation.selection import Selection
from curricle.layout import (
    CONTEXT,
    CURRICULUM,
    GENERATION_NOTES,
    PREVIOUS_CURRICULUM,
    SCOPE,
    TOPIC_SPEC,
    Stage,
)
from curricle.runs.freshness import FEEDBACK, MENDED, REPAIR, ROUNDS, SELECTION, START_DATE
from curricle.stages.generate import generate, make_brief
from curricle.stages.intake import take_in
from curricle.stages.iterate import iterate, previous_beside
from curricle.stages.plan import plan
from curricle.stages.reading import read_curriculum, ready_spec
from curricle.stages.repair import improve
from curricle.stages.validate import validate
from curricle.steps.spec import FILLED, blank_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.providers.provider import Provider
    from curricle.runs.journal import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A committed step, and what there is to make it again."""

    entry: Entry
    earlier: Mapping[Stage, Entry]
    """The last entry of each stage before this one."""
    provider: Provider
    load: Callable[[str], bytes]
    """Returns an object by its digest."""
    run_id: str

    @property
    def stage(self) -> Stage:
        """Return the stage that was made."""
        return Stage(self.entry.data["stage"])

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return what it was made with, beyond its inputs."""
        parameters: Mapping[str, Any] = self.entry.data["parameters"]
        return parameters

    def inputs(self) -> dict[str, bytes]:
        """Return path to bytes of what it was made from."""
        return {path: self.load(sha) for path, sha in self.entry.data["inputs"].items()}

    def replaced(self, path: str) -> bytes | None:
        """Return what stood in the place of an output, or None where nothing did."""
        digest = self.entry.data["replaced"].get(path)
        return None if digest is None else self.load(digest)


def remake(step: Step) -> Mapping[str, bytes]:
    """Return path to bytes of a step's outputs.

    Raises:
        CurricleError: it cannot be made again.
    """
    inputs = step.inputs()
    match step.stage:
        case Stage.INITIALIZED:
            return {}
        case Stage.SPEC_READY:
            return _fill(step, inputs)
        case Stage.GENERATED:
            return _mend(step, inputs) if MENDED in step.parameters else _generate(step, inputs)
        case Stage.VALIDATED:
            return validate(inputs).outputs
        case Stage.PLANNED:
            start = step.parameters.get(START_DATE)
            curriculum = Curriculum.from_json(read_curriculum(inputs[CURRICULUM]))
            spec = ready_spec(inputs.get(TOPIC_SPEC), step.run_id)
            return plan(curriculum, spec, date.fromisoformat(start) if start else None)
        case Stage.ITERATED:
            spec = ready_spec(inputs.get(TOPIC_SPEC), step.run_id)
            return iterate(inputs.get(PREVIOUS_CURRICULUM), inputs[CURRICULUM], spec)
    assert_never(step.stage)


def _fill(step: Step, inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    blank = blank_spec()
    before = step.earlier.get(Stage.SPEC_READY)
    filled = before.data["parameters"].get(FILLED) if before else None
    selection = Selection.from_json(step.parameters[SELECTION])
    spec = step.replaced(TOPIC_SPEC) or document_bytes(blank)
    taken = take_in(spec, blank, filled, inputs[SCOPE], selection)
    return {SCOPE: inputs[SCOPE], TOPIC_SPEC: taken.spec}


def _generate(step: Step, inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    below = CONTEXT + "/"
    context = {p.removeprefix(below): data for p, data in inputs.items() if p.startswith(below)}
    recorded = step.parameters.get(SELECTION)
    selection = Selection.from_json(recorded) if recorded else Selection()
    brief = make_brief(inputs.get(TOPIC_SPEC), inputs.get(SCOPE), context, selection, step.run_id)
    outputs = generate(brief, step.provider, step.run_id)
    previous = previous_beside(
        outputs[CURRICULUM], step.replaced(CURRICULUM), step.replaced(PREVIOUS_CURRICULUM)
    )
    if previous is not None:
        outputs[PREVIOUS_CURRICULUM] = previous
    return outputs


def _mend(step: Step, inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    notes = step.replaced(GENERATION_NOTES)
    there = {CURRICULUM: step.replaced(CURRICULUM) or b"", **inputs}
    if notes is not None:
        there[GENERATION_NOTES] = notes
    mended = step.parameters[MENDED]
    feedback = mended[FEEDBACK]
    *_, best = islice(
        improve(
            there,
            step.provider,
            ready_spec(inputs.get(TOPIC_SPEC), step.run_id),
            repair=mended[REPAIR],
            feedback=step.load(feedback).decode() if feedback else "",
        ),
        mended[ROUNDS] + 1,
    )
    made = step.earlier.get(Stage.GENERATED)
    recorded = made.data["outputs"].get(CURRICULUM) if made else None
    beside = {
        PREVIOUS_CURRICULUM: previous_beside(
            best.curriculum,
            step.load(recorded) if recorded else None,
            step.replaced(PREVIOUS_CURRICULUM),
        ),
        GENERATION_NOTES: notes,
    }
    return {CURRICULUM: best.curriculum, **{p: c for p, c in beside.items() if c is not None}}
