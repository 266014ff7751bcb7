"""How many runs are shown at a glance: one table for every command that lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.cli.output import table, write_json, write_message, write_styled

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from curricle.runs.listing import Listed


def show_runs(found: Iterable[Listed], runs_dir: Path, *, as_json: bool) -> None:
    """Show runs as their records have them; that there is none is a message, no answer."""
    rows = list(found)
    if as_json:
        write_json({"runs": [row.to_json() for row in rows]})
    elif rows:
        write_styled(
            table(
                [
                    ("RUN", "STAGE", "LAST FAILURE", "NAME"),
                    *((r.run_id, r.stage or "?", r.failure, r.name or r.problem) for r in rows),
                ]
            )
        )
    else:
        write_message(f"no runs to show in {runs_dir}")
