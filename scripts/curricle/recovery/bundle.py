"""The bundle of a run: what whoever takes over has to have; `sealing.py` writes it.

`escalated` entries have `to`, `code`, `fingerprint` and `environment`, so that the same state gives
the same bytes whenever and wherever the bundle is written.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes
from curricle.errors import CurricleError, JournalBrokenError
from curricle.evidence.environment import credentials_in, describe_environment
from curricle.fsio import MAX_LOG_BYTES, find_file, path_within
from curricle.layout import JOURNAL, VALIDATION_PAGE
from curricle.pipeline import working
from curricle.printable import printable
from curricle.recovery.case import EscalationCase, gather, recorded_environment
from curricle.recovery.diagnosis import diagnose
from curricle.recovery.report import render_report
from curricle.recovery.sealing import seal, verify_output
from curricle.recovery.situation import look_at
from curricle.runs.objects import find_object
from curricle.runs.record import EVENT_CALL, EVENT_ESCALATED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.sealing import Bundle
    from curricle.recovery.situation import Situation
    from curricle.runbook.entry import Entry
    from curricle.session import Session

JOURNAL_TAIL_ENTRIES: Final = 50
TEXT_TAIL_CHARACTERS: Final = 20_000
LINE_BYTES_MAX: Final = 200_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Handover:
    """Who takes over, and what the surroundings were when that was decided."""

    owner: str | None
    environment: Mapping[str, Any]


def escalate(
    session: Session,
    run_dir: Path,
    book: Mapping[str, Entry],
    *,
    output: Path | None,
    owner: str | None,
) -> Bundle:
    """Write the bundle of a run, and record that it was handed over; the same state, the same file.

    Raises:
        InvalidArgumentError: something else is at `output`.
        RedactionIncompleteError: something that looks like a secret would be let out.
        DiskFullError, PermissionDeniedError, IoError: there is no bundle.
    """
    run_dir = run_dir.absolute()
    if output is not None:
        verify_output(output, run_dir)
    situation = look_at(run_dir, session.environment)
    diagnosis = diagnose(situation, book)
    handover = _on_record(session, situation, owner, diagnosis)
    # Recording completes what a command that died had left.
    situation = look_at(run_dir, session.environment)
    diagnosis = diagnose(situation, book)
    case = gather(situation, diagnosis, book, handover.environment, handover.owner)
    bundle = seal(
        run_dir.name,
        _members(case),
        runs_dir=situation.runs_dir,
        output=output,
        known=credentials_in(session.environment),
    )
    return replace(bundle, code=diagnosis.code if diagnosis else None, owner=handover.owner)


def _on_record(
    session: Session, situation: Situation, owner: str | None, diagnosis: Diagnosis | None
) -> _Handover:
    """Return what the journal says of this handover, after recording it where that can be."""
    last = situation.chain.entries[-1] if situation.chain.entries else None
    if last and last.event == EVENT_ESCALATED and owner in {None, last.data.get("to")}:
        told = last.data.get("to")
        return _Handover(
            owner=told if isinstance(told, str) else None,
            environment=recorded_environment(last),
        )
    if isinstance(situation.error, JournalBrokenError):
        return _Handover(owner=owner, environment={})  # nothing is added to it
    surroundings = describe_environment(session.environment, situation.run_dir)
    data = {
        "to": owner,
        "code": diagnosis.code if diagnosis else None,
        "fingerprint": diagnosis.fingerprint if diagnosis else None,
        "environment": surroundings,
    }
    try:
        with working(session, situation.run_dir) as work:
            work.writer.record_event(EVENT_ESCALATED, data)
    except CurricleError:
        # What is not on record would differ from one time and place to the next.
        return _Handover(owner=owner, environment={})
    return _Handover(owner=owner, environment=surroundings)


def _members(case: EscalationCase) -> dict[str, bytes]:
    run_dir = case.situation.run_dir
    members = {
        "artifact_pack.json": document_bytes(case.pack.to_json()),
        "artifacts.json": document_bytes({"artifacts": [asdict(a) for a in case.artifacts]}),
        "journal_tail.jsonl": _journal_tail(run_dir),
        "recovery.json": document_bytes({"attempts": [asdict(a) for a in case.attempts]}),
        "settings.json": document_bytes(dict(case.environment)),
    }
    page = _tail_of(run_dir, VALIDATION_PAGE)
    if page is not None:
        members["validation_report.md"] = page
    if (answer := _last_unfit_answer(case.situation)) is not None:
        members["last_answer.txt"] = _tail(answer)
    report = render_report(case, members=("report.md", *members))
    return {"report.md": report.encode(errors="replace"), **members}


def _journal_tail(run_dir: Path) -> bytes:
    """Return the last lines of a journal as they stand there, also of one that does not chain."""
    try:
        data = find_file(path_within(run_dir, JOURNAL), limit_bytes=MAX_LOG_BYTES) or b""
    except CurricleError:
        return b""
    lines = data.splitlines(keepends=True)[-JOURNAL_TAIL_ENTRIES:]
    return b"".join(line if len(line) <= LINE_BYTES_MAX else _tail(line) + b"\n" for line in lines)


def _tail_of(run_dir: Path, path: str) -> bytes | None:
    try:
        data = find_file(path_within(run_dir, path))
    except CurricleError:
        return None
    return None if data is None else _tail(data)


def _tail(data: bytes) -> bytes:
    text = data.decode(errors="replace")[-TEXT_TAIL_CHARACTERS:]
    return printable(text).encode(errors="replace")


def _last_unfit_answer(situation: Situation) -> bytes | None:
    """Return what a model said last that could not be used, where it said anything."""
    calls = [entry.data for entry in situation.chain.entries if entry.event == EVENT_CALL]
    last = calls[-1] if calls else {}
    if not last.get("code") or not isinstance(last.get("answer"), str):
        return None
    try:
        return find_object(situation.run_dir, last["answer"])
    except CurricleError:
        return None
