"""`diff RUN`: what changed between two revisions of the curriculum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.output import write_answer, write_json
from curricle.errors import EXIT_FINDINGS, EXIT_OK

if TYPE_CHECKING:
    from curricle.cli.settings import Settings


@click.command("diff")
@click.argument("run")
@click.option("--from", "from_", metavar="REV", default="previous", help="The earlier revision.")
@click.option("--to", metavar="REV", default="current", help="The later revision.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there are differences.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    run: str,
    from_: str,
    to: str,
    exit_code: bool,
    as_json: bool,
) -> int:
    """Show what changed between two revisions.

    A revision is `current`, `previous`, or the first digits of a digest that `log` shows.
    """
    from curricle.revisions import compare_revisions
    from curricle.stages.diff_page import render_diff_page

    diff, report = compare_revisions(settings.find_run(run), from_, to)
    if as_json:
        write_json({key: value for key, value in report.items() if key != "schema_version"})
    else:
        write_answer(render_diff_page(diff, is_first=False))
    return EXIT_FINDINGS if exit_code and not diff.is_empty else EXIT_OK
