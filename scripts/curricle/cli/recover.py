"""`recover RUN`: finds out what is wrong with a run, and goes down the runbook's path."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from curricle.cli.book import book_option, load_book, shown_command
from curricle.cli.output import progress, styled, write_json, write_styled
from curricle.errors import EXIT_OK
from curricle.printable import one_line
from curricle.recovery.outcome import Outcome
from curricle.recovery.view import StepState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.cli.settings import Settings
    from curricle.recovery.view import CauseView, PathView, StepView
    from curricle.recovery.walk import Recovery

EXIT_STOPPED: Final = 8
_MARKS: Final = {True: "it is this", False: "it is not this", None: "cannot be told"}
_STYLES: Final = {
    StepState.DONE: "good",
    StepState.READY: "strong",
    StepState.NEEDS_YOU: "warning",
}
_OUTCOME_STYLES: Final = {
    Outcome.HEALTHY: "good",
    Outcome.READY: "strong",
    Outcome.RESOLVED: "good",
    Outcome.NEEDS_YOU: "error",
    Outcome.ESCALATE: "error",
}


@click.command("recover")
@click.argument("run")
@click.option(
    "--dry-run", is_flag=True, help="Show what would be done, and do nothing; the default."
)
@click.option("--apply", is_flag=True, help="Take the steps that are safe, one by one.")
@click.option("--yes", is_flag=True, help="Do not ask before, on a terminal.")
@book_option
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    run: str,
    dry_run: bool,
    apply: bool,
    yes: bool,
    runbook: str | None,
    as_json: bool,
) -> int:
    """Find out what is wrong with a run, and what helps.

    With --apply, take the safe steps. Exits with 8 when a person has to go on.
    """
    from curricle.recovery.walk import examine, recover

    book = load_book(runbook)
    run_dir = settings.find_run(run)
    found = examine(run_dir, os.environ, book)
    is_wanted = apply and not dry_run and found.outcome is not Outcome.HEALTHY
    if is_wanted and (yes or _is_agreed(settings, found)):
        with progress("recovering the run") as tell:
            found = recover(settings.session(tell), run_dir, book)
    if as_json:
        write_json(_json(settings, found))
    else:
        write_styled(list(_lines(settings, found)))
    is_stopped = found.outcome in {Outcome.NEEDS_YOU, Outcome.ESCALATE}
    return EXIT_STOPPED if is_stopped else EXIT_OK


def _is_agreed(settings: Settings, found: Recovery) -> bool:
    """Ask before anything is done, where somebody is there to answer."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        return True
    click.echo("\n".join(_lines(settings, found)), err=True)
    return click.confirm("take the steps that are ready?", err=True)


def _json(settings: Settings, found: Recovery) -> dict[str, object]:
    return {
        "run_id": found.run_id,
        "outcome": found.outcome.value,
        "reason": found.reason,
        "fresh_run": found.fresh_run,
        "paths": [path.to_json(lambda c: shown_command(settings, c)) for path in found.paths],
        "next": _next(settings, found),
    }


def _next(settings: Settings, found: Recovery) -> str | None:
    """Return the command to type next, where there is one."""
    run_id = found.fresh_run or found.run_id
    arguments = {
        Outcome.READY: ("recover", run_id, "--apply"),
        Outcome.RESOLVED: ("status", run_id),
        Outcome.ESCALATE: ("escalate", run_id),
        Outcome.NEEDS_YOU: ("recover", run_id, "--apply"),
    }.get(found.outcome)
    return settings.command_line(arguments) if arguments else None


def _lines(settings: Settings, found: Recovery) -> Iterator[str]:
    color = settings.use_color
    for path in found.paths:
        yield from _path_lines(settings, path)
        yield ""
    if found.fresh_run:
        yield f"{one_line(found.fresh_run)} takes the place of {one_line(found.run_id)}"
    word = styled(found.outcome.value, _OUTCOME_STYLES[found.outcome], use_color=color)
    yield f"{word}: {one_line(found.reason)}" if found.reason else word
    if next_command := _next(settings, found):
        word = "then" if found.outcome is Outcome.NEEDS_YOU else "next"
        yield f"{word}: {one_line(next_command)}"


def _path_lines(settings: Settings, path: PathView) -> Iterator[str]:
    color = settings.use_color
    letter = f" (path {path.letter})" if path.letter else ""
    yield styled(f"{path.code}: {path.path}{letter}", "strong", use_color=color)
    yield f"  {one_line(path.message)}"
    # Of a path that led to its end, what nobody had to do any more is not shown.
    is_over = path.outcome is Outcome.RESOLVED
    for cause in path.causes:
        yield f"  {_MARKS[cause.holds]}: {one_line(cause.text)}{_detail(cause)}"
        if cause.holds is not False:
            for step in cause.steps:
                if step.state is StepState.DONE or not is_over:
                    yield from _step_lines(settings, step)
    yield f"  undo: {one_line(path.undo)}"


def _detail(cause: CauseView) -> str:
    return f" ({one_line(cause.detail, 160)})" if cause.detail else ""


def _step_lines(settings: Settings, step: StepView) -> Iterator[str]:
    mark = styled(step.state.ljust(9), _STYLES[step.state], use_color=settings.use_color)
    yield f"    {mark} {one_line(step.text)}"
    if step.detail:
        yield f"              {one_line(step.detail, 300)}"
    for command_to_type in step.commands:
        yield f"              {one_line(shown_command(settings, command_to_type))}"
