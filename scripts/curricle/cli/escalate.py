"""`escalate RUN`: writes a bundle of evidence for whoever takes over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curricle.cli.book import book_option, load_book
from curricle.cli.output import write_answer, write_json, write_message
from curricle.errors import InvalidArgumentError
from curricle.printable import counted, has_control_characters, is_utf_8

if TYPE_CHECKING:
    from curricle.cli.settings import Settings

OWNER_LENGTH_MAX = 200


@click.command("escalate")
@click.argument("run")
@click.option("-o", "--output", metavar="FILE", help="The bundle [<runs-dir>/escalations/...].")
@click.option("--to", "owner", metavar="OWNER", help="Who takes over; recorded with the run.")
@book_option
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    run: str,
    output: str | None,
    owner: str | None,
    runbook: str | None,
    as_json: bool,
) -> None:
    """Write a bundle of evidence for whoever takes over.

    It holds what was run, the exact error, what was tried, and what is to be decided; every secret
    in it is masked.
    """
    from curricle.recovery.bundle import escalate

    _verify_owner(owner)
    if output is not None and not output.strip():
        raise InvalidArgumentError("-o names no file", hint="name a new file with -o")
    run_dir = settings.find_run(run)
    bundle = escalate(
        settings.session(write_message),
        run_dir,
        load_book(runbook),
        output=Path(output) if output else None,
        owner=owner,
    )
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "bundle": str(bundle.path),
                "sha256": bundle.sha256,
                "code": bundle.code,
                "to": bundle.owner,
                "members": list(bundle.members),
                "redacted": bundle.redacted,
            }
        )
        return
    write_answer(str(bundle.path))
    if bundle.redacted:
        write_message(f"{counted(bundle.redacted, 'secret')} masked")


def _verify_owner(owner: str | None) -> None:
    if owner is None:
        return
    is_text = is_utf_8(owner) and not has_control_characters(owner) and "\n" not in owner
    if not owner.strip() or not is_text or len(owner) > OWNER_LENGTH_MAX:
        raise InvalidArgumentError(
            f"--to takes a name of 1 to {OWNER_LENGTH_MAX} characters on one line"
        )
