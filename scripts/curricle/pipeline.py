"""What each command that writes does to a run: the steps, in order.

The steps themselves are `steps/`; how a commit survives a crash is `runs/commit.py`. A failure
is recorded with the run and raised again. Each docstring names what the inputs can lead to; beyond
that, a run can be locked or broken, and a disk full (`runs/commit.writing`).
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import (
    CurricleError,
    CurriculumInvalidError,
    JournalBrokenError,
    RunLockedError,
)
from curricle.evidence.environment import describe_environment
from curricle.layout import CURRICULUM, SCOPE, STAGE_VERSIONS, TOPIC_SPEC, Stage
from curricle.providers.choice import choose_provider
from curricle.runs.begin import begin_run
from curricle.runs.commit import writing
from curricle.runs.freshness import ORIGIN, SELECTION, Origin
from curricle.runs.record import stage_data
from curricle.stages.reading import read_curriculum, read_scope, read_spec
from curricle.steps.calls import open_provider
from curricle.steps.curriculum import (
    make_curriculum,
    require_curriculum,
    require_fresh_curriculum,
)
from curricle.steps.repair import mend
from curricle.steps.review import (
    check,
    compare,
    findings_error,
    make_plan,
    refuse_findings,
    refuse_stale_edit,
)
from curricle.steps.spec import blank_spec, require_spec, take_scope
from curricle.steps.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from curricle.errors import ValidationFailedError
    from curricle.providers.choice import Choice
    from curricle.session import Session
    from curricle.stages.validate import ValidationResult
    from curricle.steps.spec import ScopeChoice


FEEDBACK_SHOWN_MAX: Final = 500
_UNRECORDED: Final = (RunLockedError, JournalBrokenError)
"""Failures of a run that another command or nobody may write to."""


def init_run(
    session: Session,
    name: str,
    *,
    spec: bytes | None,
    scope: bytes | None,
    curriculum: bytes | None,
    context: Mapping[str, bytes],
    names: Mapping[str, str] | None = None,
    origin: Mapping[str, str | None] | None = None,
    recovered_from: Mapping[str, str] | None = None,
) -> Path:
    """Make a run from what is given and return its folder; what is not given starts blank.

    `context` maps paths inside the run to bytes, `names` such paths to what messages call them;
    `origin` says what the run came out of, as far as that is known; `recovered_from` names the
    broken run whose place it takes, and the archive of that one.

    Raises:
        InvalidArgumentError: the name is none that a run can have.
        TopicSpecInvalidError, ScopeInvalidError, CurriculumInvalidError: an input is unusable.
    """
    is_ready = False
    name_of = {path: path for path in (TOPIC_SPEC, SCOPE, CURRICULUM)} | dict(names or {})
    files = {TOPIC_SPEC: document_bytes(blank_spec()), **context}
    made = []
    if spec is not None:
        is_ready = not read_spec(spec, name_of[TOPIC_SPEC]).lacking
        files[TOPIC_SPEC] = spec
    if scope is not None:
        read_scope(scope, name_of[SCOPE])
        files[SCOPE] = scope
    if curriculum is not None:
        read_curriculum(curriculum, name_of[CURRICULUM])
        made.append(
            stage_data(
                Stage.GENERATED,
                inputs={path: sha256_hex(data) for path, data in files.items()},
                outputs={CURRICULUM: sha256_hex(curriculum)},
                replaced={},
                version=STAGE_VERSIONS[Stage.GENERATED],
                parameters={ORIGIN: Origin.PERSON.value, SELECTION: None},
            )
        )
        files[CURRICULUM] = curriculum
    reached = Stage.SPEC_READY if is_ready else Stage.INITIALIZED
    return begin_run(
        session.runs_dir,
        name,
        files,
        now=session.clock(),
        actor=session.actor,
        command=session.command,
        stage=Stage.GENERATED if curriculum is not None else reached,
        made=made,
        origin=origin,
        recovered_from=recovered_from,
    )


def bring_up_to_date(
    session: Session,
    run_dir: Path,
    choice: Choice,
    *,
    scope: ScopeChoice | None = None,
    repair: bool = False,
    force: bool = False,
) -> None:
    """Bring a run to `iterated`, doing only what is not current.

    Raises:
        InvalidArgumentError: the scope's selection names a heading that is not there.
        TopicSpecInvalidError: the topic spec cannot be used, or names a file that is not there.
        ScopeInvalidError: the scope document cannot be read, or names nothing to learn.
        StageConflictError: the topic spec is not ready or excludes all, or what a person edited
            is stale.
        CurriculumInvalidError: a person's curriculum is no JSON, or breaks its schema where it is
            to be mended or compared with.
        ValidationFailedError: the curriculum has errors; it is kept and can be inspected.
        StopRuleHitError: repair stopped with errors left.
        ProviderError: a model gave no answer to use; what was answered is not asked again.
    """
    with working(session, run_dir) as work:
        carry_through(work, choice, scope=scope, repair=repair, force=force)


def carry_through(
    work: Work,
    choice: Choice,
    *,
    scope: ScopeChoice | None = None,
    repair: bool = False,
    force: bool = False,
) -> None:
    """Do what `bring_up_to_date` does, for a run whose lock is held."""
    options = (*(("--repair",) if repair else ()), *(("--force",) if force else ()))
    again = ("run", work.run_id, *options)
    provider = open_provider(work, choice, again=again, is_anew=force)
    take_scope(work, scope)
    spec = require_spec(work)
    make_curriculum(work, provider, force=force)
    refuse_stale_edit(work, Stage.VALIDATED, force=force)
    result = check(work)
    if repair and result is not None and not result.verdict.is_valid:
        mend(work, provider, spec, repair=True)
    else:
        refuse_findings(work, result)
    refuse_stale_edit(work, Stage.PLANNED, force=force)
    make_plan(work, spec)
    refuse_stale_edit(work, Stage.ITERATED, force=force)
    compare(work, spec)


def validate_run(
    session: Session, run_dir: Path
) -> tuple[ValidationResult, ValidationFailedError | None]:
    """Validate the curriculum as it is, and write the report.

    Returns the findings also when there are errors, together with the failure that was recorded,
    so that a command can show both.

    Raises:
        StageConflictError: there is no curriculum.
        CurriculumInvalidError: it is no JSON.
    """
    with working(session, run_dir) as work:
        require_curriculum(work)
        result = check(work, again=True)
        assert result is not None  # noqa: S101 - checked again, so there is one
        error = findings_error(work, result)
        if error:
            _record(session, work, error)
    return result, error


def plan_run(session: Session, run_dir: Path, start_date: date | None) -> None:
    """Validate and plan; `plan.json` is the answer, made now or before.

    Raises:
        InvalidArgumentError: with this start date, the plan outlasts the calendar.
        TopicSpecInvalidError: the topic spec cannot be used.
        StageConflictError: the topic spec is not ready, or there is no curriculum.
        ArtifactStaleError: the curriculum no longer follows from its inputs.
        CurriculumInvalidError: the curriculum is no JSON.
        ValidationFailedError: the curriculum has errors.
    """
    with working(session, run_dir) as work:
        spec = require_spec(work)
        require_fresh_curriculum(work)
        refuse_findings(work, check(work))
        make_plan(work, spec, start_date)


def iterate_run(
    session: Session, run_dir: Path, choice: Choice, *, repair: bool, feedback: str
) -> None:
    """Validate, plan, and compare with the previous revision; `diff_report.json` is the answer.

    The provider is asked only for repair or feedback.

    Raises:
        TopicSpecInvalidError: the topic spec cannot be used.
        StageConflictError: the topic spec is not ready, or there is no curriculum.
        ArtifactStaleError: the curriculum no longer follows from its inputs.
        CurriculumInvalidError: the curriculum is no JSON, or breaks its schema where it is to be
            mended, or the previous one does.
        ValidationFailedError: the curriculum has errors.
        StopRuleHitError: repair stopped with errors left, or feedback was only noted.
        ProviderError: a model gave no answer to use.
    """
    with working(session, run_dir) as work:
        go_round(work, choice, repair=repair, feedback=feedback)


def go_round(work: Work, choice: Choice, *, repair: bool, feedback: str) -> None:
    """Do what `iterate_run` does, for a run whose lock is held."""
    spec = require_spec(work)
    require_fresh_curriculum(work)
    if repair or feedback:
        options = (*(("--repair",) if repair else ()), *_feedback_option(feedback))
        provider = open_provider(work, choice, again=("iterate", work.run_id, *options))
        mend(work, provider, spec, repair=repair, feedback=feedback)
    refuse_findings(work, check(work))
    make_plan(work, spec)
    compare(work, spec)


def choose_for(
    session: Session,
    run_dir: Path,
    option: str | None,
    *,
    again: Sequence[str],
    is_locked: bool = False,
) -> Choice:
    """Return the provider for a run; that its settings cannot be used is recorded with the run.

    `again` is the command to type once they can.

    Raises:
        ProviderUnknownError: there is none of that name.
        ProviderConfigInvalidError, ProviderKeyMissingError, ProviderBaseUrlInvalidError,
        ProviderCommandMissingError: its settings cannot be used.
    """
    try:
        return choose_provider(option, session.environment)
    except CurricleError as error:
        failure = error
    if option is not None:
        again = (*again, "--provider", option)
        failure.details.setdefault("provider", option)
    failure.next_step = failure.next_step or tuple(again)
    with working(session, run_dir, is_locked=is_locked) as work:
        work.stage = Stage.GENERATED
        raise failure


def _feedback_option(feedback: str) -> tuple[str, ...]:
    """Return feedback as it can be typed again; a long one came from a file that we do not know."""
    if len(feedback) > FEEDBACK_SHOWN_MAX:
        return ("--feedback-file", "FILE")
    return ("--feedback", feedback) if feedback else ()


@contextmanager
def working(session: Session, run_dir: Path, *, is_locked: bool = False) -> Iterator[Work]:
    """Hold the run's lock, unless the caller does, and record what fails inside."""
    with writing(
        run_dir,
        clock=session.clock,
        actor=session.actor,
        command=session.command,
        is_locked=is_locked,
    ) as writer:
        work = Work(writer, session.tell)
        try:
            yield work
        except CurricleError as error:
            if isinstance(error, CurriculumInvalidError):
                error.hint += f", or regenerate it with `run {work.run_id} --force`"
                error.next_step = ("validate", work.run_id)
            error.next_step = error.next_step or ("recover", work.run_id)
            _record(session, work, error)
            raise


def _record(session: Session, work: Work, error: CurricleError) -> None:
    if not isinstance(error, _UNRECORDED):
        surroundings = describe_environment(session.environment, work.writer.path)
        # A full disk takes no record of its being full; the error itself still reaches the user.
        with suppress(CurricleError):
            work.writer.record_failure(error, work.stage, surroundings)
