"""`restore ARCHIVE`: unpacks an archive into a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curricle.cli.output import write_answer, write_json, write_message

if TYPE_CHECKING:
    from curricle.cli.settings import Settings


@click.command("restore")
@click.argument("archive")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, archive: str, as_json: bool) -> None:
    """Unpack an archive into a run.

    Nothing is ever overwritten, and an archive that is not exactly what its manifest says is
    refused whole.
    """
    from curricle.runs.restore import restore_run

    run_dir = restore_run(Path(archive), settings.runs_dir)
    line = settings.command_line(("status", run_dir.name))
    if as_json:
        write_json({"run_id": run_dir.name, "run_dir": str(run_dir), "next": line})
    else:
        write_answer(run_dir.name)
        write_message(f"next: {line}")
