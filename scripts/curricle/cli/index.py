"""`index rebuild|export|merge`: the derived index, and cases that move between machines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curricle.cli.output import progress, write_answer, write_json, write_message
from curricle.printable import counted

if TYPE_CHECKING:
    from curricle.cli.settings import Settings

_json_option = click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")


@click.group("index")
def command() -> None:
    """Rebuild the index of cases, or move cases between machines."""


@command.command("rebuild")
@_json_option
@click.pass_obj
def rebuild(settings: Settings, as_json: bool) -> None:
    """Check the ledger from its first line to its last, and make the index anew from it."""
    from curricle.cases.index import rebuild_index
    from curricle.cases.ledger import verify_ledger

    with progress("reading the ledger"):
        head = verify_ledger(settings.runs_dir)
        rebuild_index(settings.runs_dir)
    if as_json:
        write_json({"entries": head.entries, "head": head.sha256})
    else:
        entries = counted(head.entries, "entry", "entries")
        write_answer(f"the chain of {entries} holds; the index was made anew")


@command.command("export")
@click.argument("file")
@_json_option
@click.pass_obj
def export(settings: Settings, file: str, as_json: bool) -> None:
    """Write all recorded cases and passes, with their packs, into a new file."""
    from curricle.cases.exporting import export_cases

    entries = export_cases(settings.runs_dir, Path(file))
    if as_json:
        write_json({"file": file, "entries": entries})
    else:
        write_answer(f"{file}: {counted(entries, 'entry', 'entries')}")


@command.command("merge")
@click.argument("file")
@_json_option
@click.pass_obj
def merge(settings: Settings, file: str, as_json: bool) -> None:
    """Add what another machine exported; what is here already is not added again."""
    from curricle.cases.merging import merge_cases

    session = settings.session(write_message)
    with progress("merging"):
        merged = merge_cases(
            settings.runs_dir,
            Path(file),
            now=session.clock(),
            actor=session.actor,
            command=session.command,
        )
    if as_json:
        write_json({"added": merged.added, "known": merged.known})
    else:
        write_answer(
            f"{counted(merged.added, 'entry', 'entries')} added, {merged.known} were here already"
        )
