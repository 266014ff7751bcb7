"""`list`: many runs at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.runs import show_runs
from curricle.layout import STAGES
from curricle.runs.listing import list_runs

if TYPE_CHECKING:
    from curricle.cli.settings import Settings


@click.command("list")
@click.option(
    "--stage",
    type=click.Choice([stage.value for stage in STAGES]),
    help="Only runs recorded as having come to this stage.",
)
@click.option("--failed", is_flag=True, help="Only runs whose last command failed.")
@click.option("--code", metavar="CODE", help="Only runs whose last failure has this code.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most N runs.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    stage: str | None,
    failed: bool,
    code: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List runs, newest first."""
    found = list_runs(settings.runs_dir, stage=stage, failed=failed, code=code, limit=limit)
    show_runs(found, settings.runs_dir, as_json=as_json)
