"""`runbook list|show|render|stats`: what is done about each error, and how that fares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from curricle.cli.book import book_option, load_book, shown_command
from curricle.cli.output import table, write_answer, write_json, write_message, write_raw
from curricle.errors import InvalidArgumentError, RunbookInvalidError
from curricle.runbook.catalogue import CATALOGUE
from curricle.runbook.entry import PLACES, Safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curricle.cli.settings import Settings
    from curricle.recovery.stats import PathStats
    from curricle.runbook.entry import Cause, Command, Entry, Step


@click.group("runbook")
def command() -> None:
    """Show what is done about each error, and how that fares."""


@command.command("list")
@book_option
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def list_(settings: Settings, runbook: str | None, as_json: bool) -> None:
    """List every code with its recovery path."""
    book = load_book(runbook)
    if as_json:
        write_json({"entries": [_head(entry) for entry in book.values()]})
        return
    rows = [("CODE", "PATH", "", "MEANING")]
    rows += [(e.code, e.path, e.letter, e.meaning) for e in book.values()]
    write_answer("\n".join(table(rows)))
    write_message(f"one of them in full: {settings.command_line(('runbook', 'show', 'CODE'))}")


@command.command("show")
@click.argument("code")
@book_option
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def show(settings: Settings, code: str, runbook: str | None, as_json: bool) -> None:
    """Show what is done about a code or path: its causes, how they are told, and their steps.

    `recover RUN` shows the same for one run, with its id and paths filled in.
    """
    # Who looks this one up has a book that cannot be read.
    book = CATALOGUE if code == RunbookInvalidError.code else load_book(runbook)
    code = {entry.path: entry.code for entry in book.values()}.get(code, code)
    if code not in book:
        raise InvalidArgumentError(
            f"the runbook has no code {code!r}",
            hint="`runbook list` shows them all",
            next_step=("runbook", "list"),
        )
    entry = book[code]
    if as_json:
        write_json(_json(entry, lambda c: shown_command(settings, c)))
    else:
        write_answer("\n".join(_lines(entry, lambda c: shown_command(settings, c))))


@command.command("render")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
def render(as_json: bool) -> None:
    """Print the whole runbook as a page, as it stands in docs/incident-runbook.md."""
    from curricle.export.runbook_page import render_page

    if as_json:
        write_json({"page": render_page()})
    else:
        write_raw(render_page())


@command.command("stats")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def stats(settings: Settings, as_json: bool) -> None:
    """Show how often each path was gone, and how that ended, from the journals of all runs."""
    from curricle.recovery.stats import count_paths

    found = count_paths(settings.runs_dir, load_book(None))
    if as_json:
        write_json({"paths": [row.to_json() for row in found]})
        return
    if not found:
        write_message(f"no path of the runbook was gone yet in {settings.runs_dir}")
        return
    heads = ("CODE", "TRIED", "RESOLVED", "NEEDED YOU", "ESCALATED", "DIED", "MEDIAN SECONDS")
    write_answer("\n".join(table([heads, *map(_row, found)])))


def _row(stats: PathStats) -> tuple[str, ...]:
    counts = (stats.tried, stats.resolved, stats.needs_you, stats.escalated, stats.died)
    seconds = "-" if stats.median_seconds is None else f"{stats.median_seconds:.1f}"
    return (stats.code, *map(str, counts), seconds)


def _head(entry: Entry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "path": entry.path,
        "letter": entry.letter or None,
        "meaning": entry.meaning,
    }


def _json(entry: Entry, typed: Callable[[Command], str]) -> dict[str, Any]:
    return {
        **_head(entry),
        "causes": [
            {
                "name": cause.name,
                "text": cause.text.format_map(PLACES),
                "probe": cause.probe.value,
                "steps": [_step_json(step, typed) for step in cause.steps],
            }
            for cause in entry.causes
        ],
        "post_condition": entry.condition.value,
        "undo": entry.undo.format_map(PLACES),
        "escalate_when": [rule.value for rule in entry.rules],
    }


def _step_json(step: Step, typed: Callable[[Command], str]) -> dict[str, Any]:
    if isinstance(step, Safe):
        return {
            "kind": "safe",
            "text": step.text.format_map(PLACES),
            "action": step.action.value,
            "commands": [],
            "undo": step.undo.format_map(PLACES),
        }
    return {
        "kind": "needs you",
        "text": step.text.format_map(PLACES),
        "action": None,
        "commands": [typed(command.filled(PLACES)) for command in step.commands],
        "undo": None,
    }


def _lines(entry: Entry, typed: Callable[[Command], str]) -> Iterator[str]:
    letter = f" (path {entry.letter})" if entry.letter else ""
    yield f"{entry.code}: {entry.path}{letter}"
    yield f"  {entry.meaning}"
    for number, cause in enumerate(entry.causes, 1):
        yield from _cause_lines(number, cause, typed)
    yield f"  at its end: {entry.condition.value.replace('_', ' ')}"
    yield f"  undo: {entry.undo.format_map(PLACES)}"
    if entry.rules:
        rules = ", ".join(rule.value.replace("_", " ") for rule in entry.rules)
        yield f"  escalate when: {rules}"


def _cause_lines(number: int, cause: Cause, typed: Callable[[Command], str]) -> Iterator[str]:
    yield f"  {number}. {cause.text.format_map(PLACES)} [{cause.probe.value}]"
    for step in cause.steps:
        document = _step_json(step, typed)
        yield f"     {document['kind']}: {document['text']}"
        for line in document["commands"]:
            yield f"       {line}"
