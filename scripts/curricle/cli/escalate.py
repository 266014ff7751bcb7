"""`escalate RUN|CASE`: writes a bundle of evidence for whoever takes over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curricle.cases.identity import PREFIX
from curricle.cli.book import book_option, load_book
from curricle.cli.output import write_answer, write_json, write_message
from curricle.errors import InvalidArgumentError
from curricle.printable import counted, has_control_characters, is_utf_8

if TYPE_CHECKING:
    from curricle.cli.settings import Settings

OWNER_LENGTH_MAX = 200


@click.command("escalate")
@click.argument("name", metavar="RUN|CASE")
@click.option("-o", "--output", metavar="FILE", help="The bundle [<runs-dir>/escalations/...].")
@click.option("--to", "owner", metavar="OWNER", help="Who takes over; put on record.")
@book_option
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    name: str,
    output: str | None,
    owner: str | None,
    runbook: str | None,
    as_json: bool,
) -> None:
    """Write a bundle of evidence for whoever takes over.

    It holds what was run, the exact error, what was tried, and what is to be decided; every secret
    in it is masked. What begins with `case-` is a failed CI job on record.
    """
    _verify_owner(owner)
    if output is not None and not output.strip():
        raise InvalidArgumentError("-o names no file", hint="name a new file with -o")
    is_case = name.startswith(PREFIX)
    if is_case and runbook is not None:
        raise InvalidArgumentError("--runbook belongs to a run, and this is a case")
    target = Path(output) if output else None
    session = settings.session(write_message)
    if is_case:
        from curricle.recovery.job_bundle import escalate_case

        bundle = escalate_case(session, name, output=target, owner=owner)
    else:
        from curricle.recovery.bundle import escalate

        run_dir = settings.find_run(name)
        bundle = escalate(session, run_dir, load_book(runbook), output=target, owner=owner)
    if as_json:
        write_json(
            {
                "run_id": None if is_case else bundle.subject,
                "case": bundle.subject if is_case else None,
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
