"""`diff RUN`: what changed between two versions of the curriculum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.output import write_answer, write_json
from curricle.errors import EXIT_FINDINGS, EXIT_OK, CurricleError

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.cli.settings import Settings
    from curricle.curriculum.topic_spec import TopicSpec


@click.command("diff")
@click.argument("run")
@click.option("--from", "from_", metavar="REV", default="previous", help="The earlier version.")
@click.option("--to", metavar="REV", default="current", help="The later version.")
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
    """Show what changed between two versions.

    A version is `current`, `previous`, or the first digits of a digest that `log` shows.
    """
    from curricle.inspection import find_revision
    from curricle.stages.diff_page import render_diff_page
    from curricle.stages.iterate import compare

    run_dir = settings.find_run(run)
    before, after = find_revision(run_dir, from_), find_revision(run_dir, to)
    diff, report = compare(before, after, _spec(run_dir))
    if as_json:
        write_json({key: value for key, value in report.items() if key != "schema_version"})
    else:
        write_answer(render_diff_page(diff, is_first=False))
    return EXIT_FINDINGS if exit_code and not diff.is_empty else EXIT_OK


def _spec(run_dir: Path) -> TopicSpec | None:
    """Return the spec, whose budget tells the weeks; None when it is not ready."""
    from curricle.fsio import find_file, path_within
    from curricle.layout import TOPIC_SPEC
    from curricle.stages.reading import ready_spec

    try:
        return ready_spec(find_file(path_within(run_dir, TOPIC_SPEC)), run_dir.name)
    except CurricleError:
        return None
