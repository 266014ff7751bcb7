"""Which command to type next for a run as it stands, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.layout import TOPIC_SPEC, Stage
from curricle.runs.freshness import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.inspection import Inspection

_WHY_RUN: Final[Mapping[Stage, str]] = {
    Stage.SPEC_READY: "the topic spec is ready and the curriculum is missing or stale",
    Stage.GENERATED: "the curriculum is there and not validated as it is",
    Stage.VALIDATED: "the curriculum is valid and not planned as it is",
    Stage.PLANNED: "the plan is current, the comparison is not",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NextStep:
    """A command to type, as arguments, and why."""

    arguments: tuple[str, ...]
    why: str


def next_steps(inspection: Inspection) -> tuple[NextStep, ...]:
    """Return the commands to type next, the best one first; there always is one."""
    run_id = inspection.state.record.run_id
    for group in (_for_what_broke, _for_the_spec, _for_the_curriculum):
        if steps := tuple(group(inspection, run_id)):
            return (*steps, *_for_the_failure(inspection, run_id))
    again = ("run", run_id, *_provider_that_failed(inspection))
    step = NextStep(arguments=again, why=_WHY_RUN[inspection.stage])
    return (step, *_for_the_failure(inspection, run_id))


def _for_the_failure(inspection: Inspection, run_id: str) -> Iterator[NextStep]:
    if inspection.state.record.last_failure is not None:
        yield NextStep(
            arguments=("recover", run_id), why="or have the runbook looked up for what failed"
        )


def _provider_that_failed(inspection: Inspection) -> tuple[str, ...]:
    """Return the option that asks the same provider again, where one failed to generate."""
    failure = inspection.state.record.last_failure
    if failure is None or failure.stage != Stage.GENERATED:
        return ()
    provider = failure.details.get("provider")
    return ("--provider", provider) if isinstance(provider, str) else ()


def _for_what_broke(inspection: Inspection, run_id: str) -> Iterator[NextStep]:
    if broken := inspection.state.journal_problem:
        yield NextStep(
            arguments=("archive", run_id),
            why=f"the journal is broken ({broken[0]}): keep the evidence first",
        )
    elif inspection.is_interrupted:
        yield NextStep(
            arguments=("run", run_id), why="a command died half-way: the next one completes it"
        )
    elif problem := inspection.curriculum_problem:
        yield NextStep(arguments=("validate", run_id), why=f"{problem}: mend it, then check it")
        if not inspection.spec_problem:
            yield NextStep(
                arguments=("run", run_id, "--force"),
                why="or generate it anew; what is there stays in objects/",
            )


def _for_the_spec(inspection: Inspection, run_id: str) -> Iterator[NextStep]:
    problem = inspection.spec_problem
    if not problem:
        return
    if inspection.freshness.origin is Origin.PERSON:
        yield NextStep(
            arguments=("validate", run_id),
            why=f"{problem}; a curriculum can be validated without one",
        )
    elif inspection.has_scope:
        yield NextStep(
            arguments=("run", run_id), why="inputs/scope.md can fill what the topic spec lacks"
        )
    else:
        yield NextStep(
            arguments=("run", run_id, "--scope-file", "FILE"),
            why=f"{problem}; or fill {TOPIC_SPEC} by hand, then `run`",
        )


def _for_the_curriculum(inspection: Inspection, run_id: str) -> Iterator[NextStep]:
    is_stale = inspection.freshness.stages[Stage.GENERATED].is_stale
    failure = inspection.state.record.last_failure
    if is_stale and inspection.freshness.origin is Origin.PERSON:
        yield NextStep(
            arguments=("iterate", run_id),
            why="a person's curriculum is older than the spec: iterate keeps it as it is",
        )
    elif inspection.stage is Stage.ITERATED:
        if inspection.state.is_rebuilt:
            yield NextStep(
                arguments=("run", run_id), why="everything is current, and run.json is made anew"
            )
        yield NextStep(
            arguments=("export", run_id, "--format", "html"),
            why="everything is current: hand it out",
        )
        yield NextStep(arguments=("archive", run_id), why="or keep it for good")
    elif failure is not None and failure.code == "validation_failed" and not is_stale:
        yield NextStep(
            arguments=("iterate", run_id, "--repair"),
            why="the curriculum has errors: mend what rules can mend",
        )
        yield NextStep(
            arguments=("validate", run_id), why="or mend curriculum.json by hand, then check it"
        )
