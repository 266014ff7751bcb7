"""`plan RUN`: lays a curriculum out over weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.output import progress, write_json, write_styled
from curricle.cli.summary import next_json, next_lines
from curricle.errors import InvalidArgumentError
from curricle.fsio import read_file
from curricle.layout import PLAN, PLAN_PAGE
from curricle.printable import amount, counted, one_line

if TYPE_CHECKING:
    from datetime import date

    from curricle.cli.settings import Settings


@click.command("plan")
@click.argument("run")
@click.option("--start", metavar="DATE", help="First day of week 1, as YYYY-MM-DD.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, run: str, start: str | None, as_json: bool) -> None:
    """Validate, then lay the curriculum out over weeks."""
    import json

    from curricle.inspection import inspect_run
    from curricle.pipeline import plan_run

    run_dir = settings.find_run(run)
    start_date = _date(start)
    with progress("planning") as tell:
        plan_run(settings.session(tell), run_dir, start_date)
    plan = json.loads(read_file(run_dir / PLAN))
    inspection = inspect_run(run_dir)
    if as_json:
        answer = {key: value for key, value in plan.items() if key != "schema_version"}
        write_json({"run_id": run_dir.name, **answer, "next": next_json(inspection, settings)})
        return
    hours, budget = plan["total_minutes"] / 60, plan["budget_minutes_per_week"] / 60
    path = plan["critical_path"]
    write_styled(
        [
            (
                f"{hours:.1f} hours in {counted(len(plan['weeks']), 'week')}"
                f" of at most {amount(budget)} hours"
            ),
            (
                f"critical path of {counted(len(path['nodes']), 'node')},"
                f" {path['minutes'] / 60:.1f} hours"
            ),
            *map(one_line, plan["warnings"]),
            f"plan: {run_dir / PLAN_PAGE}",
            *next_lines(inspection, settings),
        ]
    )


def _date(text: str | None) -> date | None:
    from datetime import date as calendar_date

    if text is None:
        return None
    try:
        return calendar_date.fromisoformat(text)
    except ValueError as error:
        raise InvalidArgumentError(
            f"--start {text!r} is no date: {error}", hint="write it as YYYY-MM-DD"
        ) from error
