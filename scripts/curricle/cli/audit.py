"""`audit reconstruct|verify|decide`: what the record says, whether it holds, a person's word."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from curricle.cli.output import write_answer, write_json, write_message, write_styled
from curricle.printable import counted

if TYPE_CHECKING:
    from curricle.audit.verification import Verified
    from curricle.cli.settings import Settings

_ARCHIVE_SUFFIX: Final = ".tar.gz"
_STATE_WIDTH: Final = 11
_VERDICTS: Final = {
    "accept": "accepted",
    "reject": "rejected",
    "request-changes": "changes_requested",
}


@click.group("audit")
def command() -> None:
    """Tell what the record says of a run, check it, or add a decision."""


@command.command("reconstruct")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def reconstruct(settings: Settings, run: str, as_json: bool) -> None:
    """Answer from the record: what started, changed, was checked, failed, was repaired, decided.

    Says what the record cannot answer, and how complete it is.
    """
    from curricle.audit.page import render_page
    from curricle.audit.reconstruction import reconstruct_run

    found = reconstruct_run(settings.find_run(run))
    if as_json:
        write_json(found.to_json())
    else:
        write_styled(render_page(found))


@command.command("verify")
@click.argument("run", metavar="RUN|ARCHIVE")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def verify(settings: Settings, run: str, as_json: bool) -> None:
    """Check that journal, objects and outputs are what was recorded.

    Exits with 7 when something was changed, removed or cut; an output that a person edited is
    listed and is no failure. An archive is read without being unpacked.
    """
    from curricle.audit.verification import Standing

    found = _verify(settings, run)
    if as_json:
        write_json(found.to_json())
        return
    head = f"{found.head.entries}:{found.head.sha256}"
    torn = "; an unfinished last line will be set aside" if found.has_torn_line else ""
    write_answer(
        f"{found.run_id}: the chain of {counted(found.head.entries, 'entry', 'entries')} holds,"
        f" and so do {counted(found.objects, 'object')}{torn}; head {head}"
    )
    other = [one for one in found.artifacts if one.state is not Standing.RECORDED]
    as_recorded = len(found.artifacts) - len(other)
    write_answer(f"{as_recorded} of {counted(len(found.artifacts), 'output')} as recorded")
    for artifact in other:
        write_answer(f"{artifact.state.value.ljust(_STATE_WIDTH)} {artifact.path}")
    for note in found.notes:
        write_message(note)


@command.command("decide")
@click.argument("run")
@click.argument("decision", type=click.Choice([*_VERDICTS]))
@click.option("--why", metavar="TEXT", required=True, help="The reason, for whoever reads it.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def decide(settings: Settings, run: str, decision: str, why: str, as_json: bool) -> None:
    """Record a person's decision on the outputs that a run has now."""
    from curricle.audit.decision import Verdict
    from curricle.audit.decision import decide as record_decision

    run_dir = settings.find_run(run)
    session = settings.session(write_message)
    recorded = record_decision(session, run_dir, Verdict(_VERDICTS[decision]), why)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "entry": recorded.seq,
                "actor": session.actor,
                **recorded.decision.to_json(),
            }
        )
        return
    verdict = recorded.decision.decision.value.replace("_", " ")
    outputs = counted(len(recorded.decision.outputs), "output")
    write_answer(f"{verdict} by {session.actor}: {outputs} of {run_dir.name}, entry {recorded.seq}")


def _verify(settings: Settings, name: str) -> Verified:
    path = Path(name)
    looks_like_path = os.sep in name or name.endswith(_ARCHIVE_SUFFIX)
    if _is_file(path) or (looks_like_path and not path.is_dir()):
        from curricle.audit.packed import verify_packed

        return verify_packed(path)
    from curricle.audit.verification import verify_run

    return verify_run(settings.find_run(name))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # Not every text can be a file's name.
        return False
