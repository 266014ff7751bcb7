"""`doctor`: checks the installation and a provider's settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from curricle.cli.output import styled, write_json, write_styled
from curricle.errors import EXIT_FINDINGS, EXIT_OK
from curricle.printable import printable
from curricle.recovery.check import Outcome
from curricle.recovery.doctor import examine

if TYPE_CHECKING:
    from curricle.cli.settings import Settings

_STYLES: Final = {Outcome.OK: "good", Outcome.WARNING: "warning", Outcome.FAILED: "error"}


@click.command("doctor")
@click.option("--provider", metavar="NAME", help="Which provider to check [$AGENT_PROVIDER].")
@click.option("--probe", is_flag=True, help="Ask the model one short question.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, provider: str | None, probe: bool, as_json: bool) -> int:
    """Check the installation and a provider's settings.

    Exits with 1 when a check failed.
    """
    checks = examine(settings.runs_dir, provider, os.environ, probe=probe)
    failed = any(check.outcome is Outcome.FAILED for check in checks)
    if as_json:
        write_json(
            {
                "healthy": not failed,
                "checks": [
                    {
                        "name": check.name,
                        "outcome": check.outcome.value,
                        "detail": check.detail,
                        "hint": check.hint,
                    }
                    for check in checks
                ],
            }
        )
    else:
        lines = []
        for check in checks:
            outcome = check.outcome.value.ljust(8)
            mark = styled(outcome, _STYLES[check.outcome], use_color=settings.use_color)
            lines.append(f"{mark} {printable(check.name)}: {printable(check.detail)}")
            if check.hint:
                lines.append(f"         hint: {printable(check.hint)}")
        write_styled(lines)
    return EXIT_FINDINGS if failed else EXIT_OK
