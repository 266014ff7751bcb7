"""`next RUN`: the one command to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.output import write_answer, write_json, write_message
from curricle.inspection import inspect_run
from curricle.next_steps import next_steps

if TYPE_CHECKING:
    from curricle.cli.settings import Settings


@click.command("next")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, run: str, as_json: bool) -> None:
    """Show the one command to type next, and why."""
    inspection = inspect_run(settings.find_run(run))
    step = next_steps(inspection)[0]
    line = settings.command_line(step.arguments)
    if as_json:
        write_json({"run_id": inspection.state.record.run_id, "command": line, "why": step.why})
    else:
        write_answer(line)
        write_message(step.why)
