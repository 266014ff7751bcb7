"""`archive RUN`: keeps a run as one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curricle.cli.output import write_answer, write_json, write_message
from curricle.layout import ARCHIVES

if TYPE_CHECKING:
    from curricle.cli.settings import Settings


@click.command("archive")
@click.argument("run")
@click.option("-o", "--output", metavar="DIR", help="A folder [<runs-dir>/archives].")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, run: str, output: str | None, as_json: bool) -> None:
    """Keep a run as one file.

    The run stays as it is, and a broken one can be archived like any other. The archive holds
    everything, also what your documents hold of secrets.
    """
    from curricle.runs.archive import archive_run

    run_dir = settings.find_run(run)
    folder = Path(output) if output else settings.runs_dir / ARCHIVES
    archive = archive_run(run_dir, folder)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "archive": str(archive.path),
                "sha256": archive.sha256,
                "files": archive.file_count,
                "left_out": [{"path": p, "reason": r} for p, r in archive.left_out],
            }
        )
        return
    write_answer(str(archive.path))
    write_message("it holds the run whole, with what its documents hold of secrets")
    for path, reason in archive.left_out:
        write_message(f"left out: {path} {reason}")
