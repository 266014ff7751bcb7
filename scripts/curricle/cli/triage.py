"""`triage`: what a failed CI job, or a failed run, falls into, and what is to be done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from curricle.cli.output import error_json, write_answer, write_message
from curricle.cli.rules_option import load_rulebook, rules_option
from curricle.cli.triage_cases import CASE_COMMANDS
from curricle.cli.triage_output import write_line, write_object, write_text
from curricle.cli.triage_rules import fingerprint_group, rules_group
from curricle.errors import EXIT_OK, CurricleError, InvalidArgumentError
from curricle.printable import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.cli.settings import Settings
    from curricle.triage.desk import Decided, Desk
    from curricle.triage.facts import JobFacts

LANE_EXITS: Final[Mapping[str, int]] = {"patch": 10, "rerun": 11, "cooldown": 12, "escalate": 8}
EXIT_UNREAD: Final = 4
_EVIDENCE_MAX: Final = 50
_ONE: Final = "one"
_JOB_FACTS: Final = ("workflow", "job", "sha", "run_id", "shard", "attempt", "repo")
_STEP_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
_STEP_OUTPUT: Final = "GITHUB_OUTPUT"


class _TriageGroup(click.Group):
    """Takes what names none of its commands for the failure to look at."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in {"-h", "--help"}):
            args = [_ONE, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in super().list_commands(ctx) if name != _ONE]


@click.group("triage", cls=_TriageGroup, subcommand_metavar="[RUN | --log FILE | COMMAND] ...")
def command() -> None:
    """Say what a failed job or run is, and what is to be done.

    With `triage one --help`: all options for one failure or a list of them.
    """


@command.command(_ONE)
@click.argument("run", required=False)
@click.option("--log", metavar="FILE|-", help="The log of the failed job.")
@click.option("--junit", metavar="FILE|-", help="Its JUnit report, in the log's place.")
@click.option("--list", "list_file", metavar="FILE", help="Many logs: a JSON object on each line.")
@click.option("--json-lines", is_flag=True, help="With --list: answer with one pack a line.")
@click.option("--pass-log", multiple=True, metavar="FILE", help="A log of the job when it passed.")
@click.option("--workflow", metavar="W", help="The workflow or pipeline.")
@click.option("--job", metavar="J", help="The job.")
@click.option("--sha", metavar="SHA", help="The commit.")
@click.option("--run-id", metavar="ID", help="The CI service's number of the run.")
@click.option("--shard", metavar="N/M", help="Which part of a job that is split.")
@click.option("--attempt", type=int, metavar="N", help="Which try, from 1 on.")
@click.option("--repo", metavar="R", help="The repository, as owner/name.")
@click.option("--record", is_flag=True, help="Put the pack and the decision on record.")
@rules_option
@click.option(
    "--evidence",
    type=click.IntRange(0, _EVIDENCE_MAX),
    default=5,
    metavar="N",
    help="How many rules a pack names [5]: more makes it thicker.",
)
@click.option(
    "--silence",
    type=click.FloatRange(1, 3_600),
    default=60,
    metavar="SECONDS",
    help="How long standard input may say nothing [60].",
)
@click.option("--github", is_flag=True, help="Write step summary, annotations and outputs.")
@click.option("--gitlab", is_flag=True, help="Write variables, a page and a quality report.")
@click.option("--exit-code", is_flag=True, help="Leave with 10 patch, 11 rerun, 12 cooldown, 8.")
@click.option("--json", "as_json", is_flag=True, help="Answer with the pack as one JSON object.")
@click.pass_obj
def one(settings: Settings, /, **options: Any) -> int:
    """Say what one failure is, or each of a list."""
    _verify_source(options)
    if options["list_file"] is not None:
        return _list(settings, options)
    return _single(settings, options)


for _command in (rules_group, fingerprint_group, *CASE_COMMANDS):
    command.add_command(_command)


def _verify_source(options: Mapping[str, Any]) -> None:
    named = [name for name in ("run", "log", "junit", "list_file") if options[name] is not None]
    hint = "name a run, --log FILE, --junit FILE, or --list FILE --json-lines; see --help"
    if len(named) != 1:
        raise InvalidArgumentError(
            "no failure is named" if not named else "more than one failure is named", hint=hint
        )
    if options["pass_log"] and options["log"] is None:
        raise InvalidArgumentError("--pass-log belongs to --log", hint=hint)
    if options["log"] is None and options["junit"] is None:
        given = [name for name in _JOB_FACTS if options[name] is not None]
        if given:
            raise InvalidArgumentError(
                f"--{given[0].replace('_', '-')} belongs to --log or --junit",
                hint="a run knows its own facts, and a list has them in its rows",
            )
    if (options["list_file"] is not None) != options["json_lines"]:
        raise InvalidArgumentError("--list and --json-lines belong together", hint=hint)
    _verify_answer(options, hint)


def _verify_answer(options: Mapping[str, Any], hint: str) -> None:
    if options["list_file"] is not None:
        for name in ("github", "gitlab", "exit_code", "as_json"):
            if options[name]:
                raise InvalidArgumentError("--list only answers with one pack a line", hint=hint)
    if options["github"]:
        for variable in (_STEP_SUMMARY, _STEP_OUTPUT):
            if not os.environ.get(variable):
                raise InvalidArgumentError(
                    f"--github needs {variable}", hint="GitHub Actions sets it in every step"
                )


def _single(settings: Settings, options: Mapping[str, Any]) -> int:
    desk = _desk(settings, options)
    decided = _decide(settings, desk, options)
    if decided.case_id and not decided.is_new:
        write_message(f"{decided.case_id} was on record already, nothing was added")
    _answer(decided.document, decided.case_id, options)
    return LANE_EXITS[decided.lane.value] if options["exit_code"] else EXIT_OK


def _desk(settings: Settings, options: Mapping[str, Any]) -> Desk:
    from curricle.evidence.environment import credentials_in
    from curricle.triage.desk import Desk

    return Desk(
        session=settings.session(write_message),
        book=load_rulebook(options["rules"]),
        credentials=credentials_in(os.environ),
        is_recording=options["record"],
        evidence_max=options["evidence"],
    )


def _decide(settings: Settings, desk: Desk, options: Mapping[str, Any]) -> Decided:
    if options["run"] is not None:
        return desk.decide_on_run(settings.find_run(options["run"]))
    from curricle.triage.judge import Judge

    facts = _facts(options)
    judge = Judge(desk.book, desk.credentials)
    if options["junit"] is not None:
        from curricle.triage.junit import failure_of_report

        return desk.decide_on(
            judge.of_failure(failure_of_report(options["junit"], options["silence"])), facts
        )
    from curricle.triage.log import judge_log

    judged, notes = judge_log(
        judge, options["log"], options["pass_log"], silence_seconds=options["silence"]
    )
    return desk.decide_on(judged, facts, notes)


def _facts(options: Mapping[str, Any]) -> JobFacts:
    from curricle.triage.facts import JobFacts, verify_facts, with_environment

    facts = verify_facts(JobFacts(**{name: options[name] for name in _JOB_FACTS}))
    if options["github"] or options["gitlab"] or options["record"]:
        facts = with_environment(facts, os.environ)
    return facts


def _answer(document: Mapping[str, Any], case_id: str | None, options: Mapping[str, Any]) -> None:
    from curricle.triage.page import render_summary

    if options["github"]:
        _write_github(document, case_id, annotate=not options["as_json"])
    if options["gitlab"]:
        _write_gitlab(document, case_id)
    if options["as_json"]:
        write_object(document)
    else:
        write_text(render_summary(document, case_id))


def _write_github(document: Mapping[str, Any], case_id: str | None, *, annotate: bool) -> None:
    from curricle.fsio import append_to_file
    from curricle.triage.github import (
        render_annotations,
        render_outputs,
        render_step_summary,
    )

    pages = {
        _STEP_SUMMARY: render_step_summary(document, case_id),
        _STEP_OUTPUT: render_outputs(document, case_id),
    }
    for variable, text in pages.items():
        append_to_file(Path(os.environ[variable]), text.encode(errors="backslashreplace"))
    if annotate:
        for line in render_annotations(document):
            write_answer(line)


def _write_gitlab(document: Mapping[str, Any], case_id: str | None) -> None:
    from curricle.fsio import write_file
    from curricle.triage.gitlab import render_files

    folder = Path(os.environ.get("CI_PROJECT_DIR") or ".")
    for name, data in render_files(document, case_id).items():
        write_file(folder / name, data)


def _list(settings: Settings, options: Mapping[str, Any]) -> int:
    from curricle.triage.batch import judge_list
    from curricle.triage.judge import Judge

    desk = _desk(settings, options)
    judge = Judge(desk.book, desk.credentials)
    unread = 0
    for row_id, found in judge_list(judge, Path(options["list_file"]), desk.decide_on):
        if isinstance(found, CurricleError):
            unread += 1
            write_line({"id": row_id, "error": error_json(found)})
        else:
            write_line({"id": row_id, **found.document})
    if unread:
        write_message(f"{counted(unread, 'log')} could not be read; the lines above say why")
    return EXIT_UNREAD if unread else EXIT_OK
