"""`replay RUN`: makes a run's outputs again, offline, and compares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from curricle.cli.output import styled, write_json, write_styled
from curricle.errors import EXIT_FINDINGS, EXIT_OK
from curricle.printable import counted, one_line

if TYPE_CHECKING:
    from curricle.cli.settings import Settings
    from curricle.replay.comparison import Replay

_STYLES: Final = {"same": "good", "differs": "error", "given": "strong"}
_WIDTH: Final = 9


@click.command("replay")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, run: str, as_json: bool) -> int:
    """Make a run's outputs again, offline, and compare them."""
    from curricle.replay.comparison import replay_run

    run_dir = settings.find_run(run)
    replay = replay_run(run_dir)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "identical": replay.is_identical,
                "steps": [step.to_json() for step in replay.steps],
                "artifacts": [
                    {"path": path, "same": is_same} for path, is_same in replay.artifacts.items()
                ],
            }
        )
    else:
        write_styled(_lines(replay, use_color=settings.use_color))
    return EXIT_OK if replay.is_identical else EXIT_FINDINGS


def _lines(replay: Replay, *, use_color: bool) -> list[str]:
    lines = []
    for step in replay.steps:
        outcome = step.outcome.value
        mark = styled(outcome.ljust(_WIDTH), _STYLES[outcome], use_color=use_color)
        by = f" by {step.provider}" if step.provider else ""
        why = "; ".join(filter(None, [", ".join(step.differing), step.why]))
        lines.append(mark + one_line(f"#{step.seq} {step.stage.value}{by}{why and ': '}{why}"))
    changed = [path for path, is_same in replay.artifacts.items() if not is_same]
    for path in changed:
        mark = styled("differs".ljust(_WIDTH), "error", use_color=use_color)
        lines.append(f"{mark}{one_line(path)} is not what its step leads to")
    if not changed:
        lines.append(f"{counted(len(replay.artifacts), 'artifact')}: the same, byte for byte")
    return lines
