"""`status [RUN]`: how a run stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from curricle.cli.output import styled, write_json, write_styled
from curricle.cli.runs import show_runs
from curricle.cli.summary import ladder, next_json, next_lines
from curricle.inspection import Inspection, describe, inspect_run
from curricle.printable import one_line
from curricle.runs.freshness import State
from curricle.runs.listing import list_runs
from curricle.runs.spending import describe_spending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.cli.settings import Settings

_STYLES: Final[Mapping[State, str]] = {
    State.FRESH: "good",
    State.STALE: "warning",
    State.EDITED: "strong",
    State.MISSING: "warning",
    State.INTERRUPTED: "error",
}
_STATE_WIDTH: Final = 11


@click.command("status")
@click.argument("run", required=False)
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, run: str | None, as_json: bool) -> None:
    """Show how a run stands, or all runs."""
    if run is None:
        show_runs(list_runs(settings.runs_dir), settings.runs_dir, as_json=as_json)
        return
    run_dir = settings.find_run(run)
    inspection = inspect_run(run_dir)
    if as_json:
        write_json(
            {
                **describe(inspection),
                "run_dir": str(run_dir),
                "next": next_json(inspection, settings),
            }
        )
    else:
        write_styled(_lines(settings, inspection))


def _lines(settings: Settings, inspection: Inspection) -> list[str]:
    color = settings.use_color
    record = inspection.state.record
    rows = [(a.state, one_line(a.path), one_line(a.reason)) for a in inspection.artifacts]
    width = max(len(path) for _, path, _ in rows)
    lines = [
        styled(f"{record.run_id}  {one_line(record.name)}", "strong", use_color=color),
        ladder(inspection.stage, use_color=color),
        "",
        *(
            f"{styled(state.ljust(_STATE_WIDTH), _STYLES[state], use_color=color)}"
            f"{path.ljust(width) if reason else path}{'  ' if reason else ''}{reason}"
            for state, path, reason in rows
        ),
        "",
    ]
    if inspection.state.journal_problem:
        why = f"the journal is broken: {inspection.state.journal_problem[0]}"
        lines += [styled(why, "error", use_color=color), ""]
    if inspection.state.is_rebuilt:
        lines += [
            styled("run.json is missing", "warning", use_color=color)
            + ": this is what the journal says, and the next command that writes makes it anew",
            "",
        ]
    if inspection.spending:
        lines += [one_line(describe_spending(inspection.spending)), ""]
    if failure := record.last_failure:
        lines += [
            styled(f"last failure: {failure.code}", "error", use_color=color)
            + f" ({one_line(failure.at)}, `{one_line(failure.command)}`)",
            f"  {one_line(failure.message)}",
            "",
        ]
    return lines + next_lines(inspection, settings)
