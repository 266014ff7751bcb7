"""`init NAME`: makes a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from curricle.cli.files import read_context, read_given
from curricle.cli.origin import find_origin
from curricle.cli.output import write_answer, write_json, write_message
from curricle.layout import CURRICULUM, SCOPE, TOPIC_SPEC

if TYPE_CHECKING:
    from curricle.cli.settings import Settings


@click.command("init")
@click.argument("name")
@click.option("--topic-spec", metavar="FILE", help="The request, as JSON.")
@click.option("--scope-file", metavar="FILE", help="A document that says what to teach.")
@click.option("--curriculum", metavar="FILE", help="A curriculum made elsewhere, as JSON.")
@click.option("--context", metavar="DIR", help="Files to draw on, copied into the run.")
@click.option("--source", metavar="REF", help="The ticket or issue that asks for the run.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    name: str,
    topic_spec: str | None,
    scope_file: str | None,
    curriculum: str | None,
    context: str | None,
    source: str | None,
    as_json: bool,
) -> None:
    """Make a run."""
    from curricle.inspection import inspect_run
    from curricle.next_steps import next_steps
    from curricle.pipeline import init_run

    given = {TOPIC_SPEC: topic_spec, SCOPE: scope_file, CURRICULUM: curriculum}
    run_dir = init_run(
        settings.session(write_message),
        name,
        spec=read_given("--topic-spec", topic_spec),
        scope=read_given("--scope-file", scope_file),
        curriculum=read_given("--curriculum", curriculum),
        context=read_context(context),
        names={path: name for path, name in given.items() if name},
        origin=find_origin(source, os.environ).to_json(),
    )
    inspection = inspect_run(run_dir)
    step = next_steps(inspection)[0]
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "run_dir": str(run_dir),
                "stage": inspection.stage.value,
                "next": settings.command_line(step.arguments),
            }
        )
    else:
        write_answer(run_dir.name)
        write_message(f"next: {settings.command_line(step.arguments)}\n      {step.why}")
