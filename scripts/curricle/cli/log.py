"""`log RUN`: what happened to a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import click

from curricle.cli.output import write_answer, write_json, write_message
from curricle.errors import InvalidArgumentError
from curricle.runs.journal import load_journal
from curricle.runs.telling import tell_entry

if TYPE_CHECKING:
    from curricle.cli.settings import Settings

_POLL_SECONDS: Final = 0.3


@click.command("log")
@click.argument("run")
@click.option("--follow", is_flag=True, help="Go on showing what happens until interrupted.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, run: str, follow: bool, as_json: bool) -> None:
    """Show what happened to a run."""
    if follow and as_json:
        raise InvalidArgumentError("--follow never ends and --json is one object: choose one")
    run_dir = settings.find_run(run)
    chain = load_journal(run_dir)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "entries": [entry.to_json() for entry in chain.entries],
                "unfinished_last_line": bool(chain.torn),
            }
        )
        return
    for entry in chain.entries:
        write_answer(tell_entry(entry))
    if chain.torn:
        write_message("the last line was never finished: its command died before its commit")
    while follow:
        time.sleep(_POLL_SECONDS)
        known = chain.head.entries
        chain = load_journal(run_dir)
        for entry in chain.entries[known:]:
            write_answer(tell_entry(entry))
