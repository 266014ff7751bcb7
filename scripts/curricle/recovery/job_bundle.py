"""The bundle of a failed CI job on record: its pack, what the ledger says of it, and a page.

It does not depend on having been handed over, so the same ledger gives the same bytes, before and
after; the handover is recorded with the digest of the bundle. `sealing.py` writes it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from curricle.canonical import document_bytes
from curricle.cases.places import PACKS
from curricle.cases.recording import record_escalation
from curricle.errors import DiskFullError, IoError, PermissionDeniedError, RunLockedError
from curricle.evidence.environment import credentials_in
from curricle.recovery.job_case import JobCase, gather_case
from curricle.recovery.job_report import render_job_report
from curricle.recovery.sealing import seal, verify_output

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.recovery.sealing import Bundle
    from curricle.session import Session


def escalate_case(session: Session, name: str, *, output: Path | None, owner: str | None) -> Bundle:
    """Write the bundle of a case; where there is an owner, record who was handed it.

    A ledger that takes no entry keeps no evidence back: that is told, and the bundle is there.

    Raises:
        CaseNotFoundError: no case is called so.
        InvalidArgumentError: several are, or something else is at `output`.
        JournalBrokenError: the ledger or the pack was changed.
        RedactionIncompleteError: something that looks like a secret would be let out.
        DiskFullError, PermissionDeniedError, IoError: there is no bundle.
    """
    runs_dir = session.runs_dir.absolute()
    if output is not None:
        verify_output(output, runs_dir / PACKS)
    found = gather_case(runs_dir, name, owner)
    bundle = seal(
        found.case.case_id,
        _members(found),
        runs_dir=runs_dir,
        output=output,
        known=credentials_in(session.environment),
    )
    return bundle if owner is None else replace(bundle, owner=_on_record(session, bundle, owner))


def _members(found: JobCase) -> dict[str, bytes]:
    members = {
        "artifact_pack.json": document_bytes(found.pack),
        "ledger_tail.jsonl": b"".join(found.lines),
    }
    report = render_job_report(found, members=("report.md", *members))
    return {"report.md": report.encode(errors="replace"), **members}


def _on_record(session: Session, bundle: Bundle, owner: str) -> str | None:
    """Record who was handed a bundle; return the owner, or None where that cannot be."""
    try:
        record_escalation(
            session.runs_dir,
            bundle.subject,
            owner=owner,
            bundle_sha256=bundle.sha256,
            now=session.clock(),
            actor=session.actor,
            command=session.command,
        )
    except (DiskFullError, IoError, PermissionDeniedError, RunLockedError) as error:
        session.tell(f"that {owner} takes over is not on record: {error}")
        return None
    return owner
