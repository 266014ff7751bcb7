"""What follows from a curriculum: findings, plan, comparison with the revision before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.errors import StageConflictError, ValidationFailedError
from curricle.findings import Severity
from curricle.layout import CURRICULUM, PREVIOUS_CURRICULUM, VALIDATION_PAGE, Stage
from curricle.runs.freshness import START_DATE, VALID, State
from curricle.stages.reading import read_curriculum

if TYPE_CHECKING:
    from datetime import date

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.stages.validate import ValidationResult
    from curricle.steps.work import Work

COMMAND_OF: Final = {
    Stage.VALIDATED: "validate",
    Stage.PLANNED: "plan",
    Stage.ITERATED: "iterate",
}
"""The command that makes a stage alone."""


def check(work: Work, *, again: bool = False) -> ValidationResult | None:
    """Validate where the report is not current, or always; None when it is current and valid.

    Raises:
        CurriculumInvalidError: the curriculum is no JSON.
    """
    from curricle.stages.validate import validate

    work.stage = Stage.VALIDATED
    is_current = work.state(Stage.VALIDATED).is_current
    made = work.writer.record.stages.get(Stage.VALIDATED) if is_current else None
    if made and made.parameters[VALID] and not again:
        return None
    result = validate(work.read_all(Stage.VALIDATED))
    if made is None or again:
        work.commit(
            Stage.VALIDATED,
            result.outputs,
            {VALID: result.verdict.is_valid},
        )
    return result


def findings_error(work: Work, result: ValidationResult | None) -> ValidationFailedError | None:
    """Return what ends a command whose curriculum has errors, or None when it has none."""
    if result is None or result.verdict.is_valid:
        return None
    counts = result.verdict.counts
    return ValidationFailedError(
        work.run_id,
        errors=counts[Severity.ERROR.value],
        warnings=counts[Severity.WARNING.value],
        report=VALIDATION_PAGE,
        rules=sorted({f.rule for f in result.verdict.findings if f.severity is Severity.ERROR}),
    )


def refuse_findings(work: Work, result: ValidationResult | None) -> None:
    """Go on only when the curriculum has no errors.

    Raises:
        ValidationFailedError: it has.
    """
    if error := findings_error(work, result):
        raise error


def make_plan(work: Work, spec: TopicSpec, start_date: date | None = None) -> None:
    """Plan where the plan is not current, or another start date is asked for.

    Raises:
        InvalidArgumentError: with this start date, the plan outlasts the calendar.
        TopicSpecInvalidError: the budget is too small for the curriculum.
    """
    work.stage = Stage.PLANNED
    made = work.writer.record.stages.get(Stage.PLANNED)
    known = made.parameters.get(START_DATE) if made else None
    wanted = start_date.isoformat() if start_date else known
    if work.state(Stage.PLANNED).is_current and wanted == known:
        return
    from datetime import date as calendar_date

    from curricle.curriculum.values import Curriculum
    from curricle.stages.plan import plan

    curriculum = Curriculum.from_json(read_curriculum(work.writer.read(CURRICULUM) or b""))
    start = calendar_date.fromisoformat(wanted) if wanted else None
    work.read_all(Stage.PLANNED)
    work.commit(Stage.PLANNED, plan(curriculum, spec, start), {START_DATE: wanted})


def compare(work: Work, spec: TopicSpec) -> None:
    """Compare with the previous revision where the comparison is not current.

    Raises:
        CurriculumInvalidError: one of the two cannot be compared.
    """
    from curricle.stages.iterate import iterate

    work.stage = Stage.ITERATED
    if work.state(Stage.ITERATED).is_current:
        return
    inputs = work.read_all(Stage.ITERATED)
    outputs = iterate(inputs.get(PREVIOUS_CURRICULUM), inputs[CURRICULUM], spec)
    work.commit(Stage.ITERATED, outputs, {})


def refuse_stale_edit(work: Work, stage: Stage, *, force: bool) -> None:
    """Go on only when making a stage anew puts no person's edit aside, or by force.

    Raises:
        StageConflictError: a person edited one of its outputs, and its inputs changed too.
    """
    state = work.state(stage)
    edited = [path for path, found in state.artifacts.items() if found is State.EDITED]
    if edited and state.changed and not force:
        command = COMMAND_OF[stage]
        raise StageConflictError(
            f"{edited[0]} was edited by a person and is stale: {work.reason(state)}",
            hint=f"`{command}` makes it anew, and so does `run --force`;"
            " the edit stays in objects/",
            next_step=(command, work.run_id),
            details={"run_id": work.run_id, "artifact": edited[0]},
        )
