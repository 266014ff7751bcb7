"""`journal verify|head RUN`: whether the record still is what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.output import write_answer, write_json
from curricle.printable import counted
from curricle.runs.proof import journal_head, verify_journal

if TYPE_CHECKING:
    from curricle.cli.settings import Settings


@click.group("journal")
def command() -> None:
    """Check a run's journal, or show its head."""


@command.command("verify")
@click.argument("run")
@click.option("--head", metavar="H", help="A head that was noted before: ENTRIES:SHA256.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def verify(settings: Settings, run: str, head: str | None, as_json: bool) -> None:
    """Check that no entry was changed, removed, reordered or cut.

    Exits with 7 when one was. Entries beyond a noted head are fine when they chain.
    """
    run_dir = settings.find_run(run)
    found = verify_journal(run_dir, head)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "verified": True,
                "entries": found.head.entries,
                "head": found.text,
                "unfinished_last_line": found.has_torn_line,
            }
        )
        return
    torn = "; an unfinished last line will be set aside" if found.has_torn_line else ""
    write_answer(
        f"the chain of {counted(found.head.entries, 'entry', 'entries')} holds{torn};"
        f" head {found.text}"
    )


@command.command("head")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def head(settings: Settings, run: str, as_json: bool) -> None:
    """Show the head, to be noted elsewhere and given to `verify` later."""
    run_dir = settings.find_run(run)
    found = journal_head(run_dir)
    if as_json:
        write_json({"run_id": run_dir.name, "head": found.text, **found.head.to_json()})
    else:
        write_answer(found.text)
