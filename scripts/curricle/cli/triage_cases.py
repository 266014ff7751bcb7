"""`triage record|correct|close|probe|history|flaky|quarantine`: the record of cases."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from curricle.cli.output import table, write_message
from curricle.cli.triage_output import write_object, write_text
from curricle.cli.triage_told import (
    case_json,
    history_json,
    history_lines,
    quarantine_json,
    quarantine_text,
    rate_text,
    reruns_json,
)
from curricle.errors import InvalidArgumentError
from curricle.failures.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from curricle.cli.settings import Settings

_json_option = click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")


def _job_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for name, metavar, text in reversed(
        (
            ("--workflow", "W", "The workflow or pipeline."),
            ("--job", "J", "The job."),
            ("--sha", "SHA", "The commit."),
            ("--run-id", "ID", "The CI service's number of the run."),
            ("--shard", "N/M", "Which part of a job that is split."),
            ("--repo", "R", "The repository, as owner/name."),
        )
    ):
        function = click.option(name, metavar=metavar, help=text)(function)
    return click.option("--attempt", type=int, metavar="N", help="Which try, from 1 on.")(function)


@click.command("record")
@click.option("--pass", "has_passed", is_flag=True, help="The job passed.")
@click.option("--fail", "has_failed", is_flag=True, help="The job failed; needs --log.")
@click.option("--log", metavar="FILE|-", help="With --fail: the log.")
@click.option(
    "--fingerprint", metavar="F", help="With --pass: the failure that this was a rerun of."
)
@_job_options
@_json_option
@click.pass_context
def record(
    ctx: click.Context,
    /,
    has_passed: bool,
    has_failed: bool,
    log: str | None,
    fingerprint: str | None,
    as_json: bool,
    **facts: Any,
) -> int:
    """Record that a job passed or failed, so that rates mean something."""
    if has_passed == has_failed:
        raise InvalidArgumentError("one of --pass and --fail is needed")
    if has_failed:
        if log is None:
            raise InvalidArgumentError(
                "--fail needs --log FILE", hint="or use triage --log --record"
            )
        from curricle.cli.triage import one

        if fingerprint is not None:
            raise InvalidArgumentError("--fingerprint belongs to --pass")
        # What is not named here has the default of its option.
        result: int = ctx.invoke(one, log=log, record=True, as_json=as_json, **facts)
        return result
    if log is not None:
        raise InvalidArgumentError("--log belongs to --fail")
    from curricle.cases.history import history
    from curricle.cases.recording import record_pass
    from curricle.triage.facts import JobFacts, verify_facts, with_environment
    from curricle.triage.keeping import job_of

    settings: Settings = ctx.obj
    session = settings.session(write_message)
    if fingerprint is not None:
        known = history(settings.runs_dir, fingerprint, now=session.clock())
        fingerprint = known.fingerprint
    job = job_of(with_environment(verify_facts(JobFacts(**facts)), os.environ))
    record_pass(
        settings.runs_dir,
        job,
        fingerprint=fingerprint,
        now=session.clock(),
        actor=session.actor,
        command=session.command,
    )
    if as_json:
        write_object({"recorded": "pass", **job.to_json(), "fingerprint": fingerprint})
    else:
        write_text("recorded: the job passed")
    return 0


@click.command("correct")
@click.argument("case")
@click.option("--bucket", type=click.Choice([bucket.value for bucket in Bucket]), required=True)
@click.option("--why", metavar="TEXT", required=True, help="What the rules did not see.")
@_json_option
@click.pass_obj
def correct(settings: Settings, case: str, bucket: str, why: str, as_json: bool) -> None:
    """Record the bucket that a case should have had.

    It is counted against the rules that decided, and changes none of them.
    """
    from curricle.cases.lookup import find_case
    from curricle.cases.recording import record_correction

    session = settings.session(write_message)
    case_id = record_correction(
        settings.runs_dir,
        case,
        Bucket(bucket),
        why,
        now=session.clock(),
        actor=session.actor,
        command=session.command,
    )
    found = find_case(settings.runs_dir, case_id)
    if as_json:
        write_object(case_json(found))
    else:
        write_text(f"{case_id}: {found.bucket} as recorded, {bucket} as {session.actor} says")


@click.command("probe")
@click.argument("case")
@click.option("--order", metavar="TEXT", help="The order that the tests were run in.")
@click.option("--passed", "has_passed", is_flag=True, help="The test passed in that order.")
@click.option("--failed", "has_failed", is_flag=True, help="The test failed in that order.")
@_json_option
@click.pass_obj
def probe(
    settings: Settings,
    case: str,
    order: str | None,
    has_passed: bool,
    has_failed: bool,
    as_json: bool,
) -> None:
    """Print how to find out whether tests depend on their order; record what came of it."""
    from curricle.cases.lookup import find_case, load_pack
    from curricle.triage.probe import probe_commands

    if order is None and not (has_passed or has_failed):
        found = find_case(settings.runs_dir, case)
        commands = probe_commands(load_pack(settings.runs_dir, found.case_id))
        if as_json:
            write_object({"case": found.case_id, "commands": list(commands)})
        else:
            write_text("\n".join(commands))
        return
    if order is None or has_passed == has_failed:
        raise InvalidArgumentError(
            "a probe's result needs --order TEXT and one of --passed and --failed"
        )
    from curricle.cases.recording import record_probe

    session = settings.session(write_message)
    case_id = record_probe(
        settings.runs_dir,
        case,
        order,
        has_passed=has_passed,
        now=session.clock(),
        actor=session.actor,
        command=session.command,
    )
    found = find_case(settings.runs_dir, case_id)
    if as_json:
        write_object(case_json(found))
    else:
        write_text(f"{case_id}: {'passed' if has_passed else 'failed'} in the order {order}")


@click.command("close")
@click.argument("case")
@click.option("--by", type=click.Choice(["person", "probe"]), default="person")
@click.option("--why", metavar="TEXT", required=True, help="Why the case is settled.")
@_json_option
@click.pass_obj
def close(settings: Settings, case: str, by: str, why: str, as_json: bool) -> None:
    """Close a case. That a rerun passed closes none."""
    from curricle.cases.lookup import find_case
    from curricle.cases.recording import record_closing

    found = find_case(settings.runs_dir, case)
    if by == "probe" and not any(probe.has_passed for probe in found.probes):
        raise InvalidArgumentError(
            f"no probe of {found.case_id} has passed", hint="record one with `triage probe`"
        )
    session = settings.session(write_message)
    recorded = record_closing(
        settings.runs_dir,
        found.case_id,
        by=by,
        why=why,
        now=session.clock(),
        actor=session.actor,
        command=session.command,
    )
    if as_json:
        write_object(case_json(find_case(settings.runs_dir, found.case_id)))
    else:
        write_text(f"{recorded.case_id}: {'closed' if recorded.is_new else 'was closed already'}")


@click.command("history")
@click.argument("fingerprint")
@_json_option
@click.pass_obj
def show_history(settings: Settings, fingerprint: str, as_json: bool) -> None:
    """Show what is on record of a fingerprint, or of all that begin so when it is one."""
    from curricle.cases.history import history

    session = settings.session(write_message)
    found = history(settings.runs_dir, fingerprint, now=session.clock())
    if as_json:
        write_object(history_json(found))
    else:
        write_text("\n".join(history_lines(found)))


@click.command("cases")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, help="How many [20].")
@_json_option
@click.pass_obj
def show_cases(settings: Settings, limit: int, as_json: bool) -> None:
    """List the cases on record, newest first."""
    from curricle.cases.lookup import latest_cases

    cases = latest_cases(settings.runs_dir, limit)
    if as_json:
        write_object({"cases": [case_json(case) for case in cases]})
        return
    rows = [["CASE", "AT", "STATE", "BUCKET", "ACTION", "FINGERPRINT"]]
    rows += [
        [
            case.case_id,
            case.at[:19],
            case.state.value,
            case.corrected_bucket or case.bucket,
            case.action,
            case.fingerprint,
        ]
        for case in cases
    ]
    write_text("\n".join(table(rows)) if cases else "no case is on record")


@click.command("flaky")
@_json_option
@click.pass_obj
def show_flaky(settings: Settings, as_json: bool) -> None:
    """List the failures that keep coming and pass when run again."""
    from curricle.cases.flakes import flaky

    session = settings.session(write_message)
    flakes = flaky(settings.runs_dir, now=session.clock())
    if as_json:
        write_object(
            {
                "flaky": [
                    {
                        "fingerprint": flake.fingerprint,
                        "cases": flake.cases,
                        "reruns": reruns_json(flake.reruns),
                        "quarantine": quarantine_json(flake.quarantine),
                    }
                    for flake in flakes
                ]
            }
        )
        return
    if not flakes:
        write_text("no failure on record came three times and passed when run again")
        return
    rows = [["CASES", "PASSED ON RERUN", "QUARANTINE", "FINGERPRINT"]]
    rows += [
        [
            str(flake.cases),
            rate_text(flake.reruns),
            quarantine_text(flake.quarantine),
            flake.fingerprint,
        ]
        for flake in flakes
    ]
    write_text("\n".join(table(rows)))


@click.command("quarantine")
@click.argument("fingerprint")
@click.option("--owner", metavar="O", required=True, help="Who answers for it.")
@click.option("--until", metavar="DATE", required=True, help="The last day, as YYYY-MM-DD.")
@click.option("--why", metavar="TEXT", help="What is being done meanwhile.")
@_json_option
@click.pass_obj
def quarantine(
    settings: Settings, fingerprint: str, owner: str, until: str, why: str | None, as_json: bool
) -> None:
    """Put a failure aside until a day; somebody answers for it."""
    from curricle.cases.history import history
    from curricle.cases.recording import record_quarantine

    session = settings.session(write_message)
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise InvalidArgumentError(
            f"--until {until!r:.60} is no date", hint="as 2030-01-31"
        ) from None
    now = session.clock()
    if day < now.date():
        raise InvalidArgumentError(f"--until {day} is over already")
    known = history(settings.runs_dir, fingerprint, now=now)
    record_quarantine(
        settings.runs_dir,
        known.fingerprint,
        owner=owner,
        until=day,
        why=why,
        now=now,
        actor=session.actor,
        command=session.command,
    )
    if as_json:
        write_object(
            {"fingerprint": known.fingerprint, "owner": owner, "until": str(day), "why": why}
        )
    else:
        write_text(f"{known.fingerprint}: quarantined until {day}, {owner} answers for it")


CASE_COMMANDS: Final = (
    record,
    show_cases,
    correct,
    probe,
    close,
    show_history,
    show_flaky,
    quarantine,
)
