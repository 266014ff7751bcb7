"""The bundle of evidence: one file that leaves the machine, and no secret in it.

`escalated` entries have `to`, `code`, `fingerprint` and `environment`, so that the same state gives
the same bytes whenever and wherever the bundle is written.
"""

from __future__ import annotations

import io
import os
import tarfile
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import (
    CurricleError,
    InvalidArgumentError,
    IoError,
    JournalBrokenError,
    RedactionIncompleteError,
)
from curricle.evidence.environment import credentials_in, describe_environment
from curricle.evidence.pack import SCHEMA_VERSION
from curricle.fsio import (
    MAX_LOG_BYTES,
    find_file,
    find_size,
    make_folder,
    new_file,
    path_within,
    read_file,
    translated,
)
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import ESCALATIONS, JOURNAL, VALIDATION_PAGE
from curricle.pipeline import working
from curricle.printable import printable
from curricle.recovery.case import EscalationCase, gather, recorded_environment
from curricle.recovery.diagnosis import diagnose
from curricle.recovery.report import render_report
from curricle.recovery.situation import look_at
from curricle.redaction.redactor import Redactor, find_left
from curricle.runs.objects import find_object
from curricle.runs.record import EVENT_CALL, EVENT_ESCALATED
from curricle.tarballs import write_members

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.situation import Situation
    from curricle.runbook.entry import Entry
    from curricle.session import Session

JOURNAL_TAIL_ENTRIES: Final = 50
TEXT_TAIL_CHARACTERS: Final = 20_000
LINE_BYTES_MAX: Final = 200_000
_DIGEST_DIGITS: Final = 12
_HELD: Final = "\ue000"
"""Stands for the run's id while secrets are looked for; a character that is nobody's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """A bundle that was written, or was there already."""

    path: Path
    sha256: str
    code: str | None
    owner: str | None
    """Who takes over, as it is on record."""
    members: tuple[str, ...]
    redacted: int
    """How many different secrets were masked."""


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
        _verify_output(output, run_dir)
    situation = look_at(run_dir, session.environment)
    diagnosis = diagnose(situation, book)
    handover = _on_record(session, situation, owner, diagnosis)
    # Recording completes what a command that died had left.
    situation = look_at(run_dir, session.environment)
    diagnosis = diagnose(situation, book)
    case = gather(situation, diagnosis, book, handover.environment, handover.owner)
    known = credentials_in(session.environment)
    redactor = Redactor(known)
    members = _redacted(_members(case), redactor, run_dir.name)
    manifest = _manifest(run_dir.name, members)
    whole = {"manifest.json": manifest, **members}
    name = f"{run_dir.name}-{sha256_hex(manifest)[:_DIGEST_DIGITS]}.tar.gz"
    path = output or situation.runs_dir / ESCALATIONS / name
    if output is None:
        make_folder(path.parent)
    _write(path, whole, known, run_dir.name)
    return Bundle(
        path=path,
        sha256=sha256_hex(read_file(path)),
        code=diagnosis.code if diagnosis else None,
        owner=handover.owner,
        members=tuple(whole),
        redacted=redactor.count,
    )


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
    whole = {"report.md": report.encode(errors="replace"), **members}
    return {name: _unplaced(data, case.situation.runs_dir) for name, data in whole.items()}


def _unplaced(data: bytes, runs_dir: Path) -> bytes:
    """Return a member that does not tell where the runs lie: elsewhere it is the same run."""
    place = f"{runs_dir}/".encode(errors="surrogateescape")
    return data.replace(place, b"runs/") if len(runs_dir.parts) > 1 else data  # not for `/`


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


def _redacted(members: Mapping[str, bytes], redactor: Redactor, run_id: str) -> dict[str, bytes]:
    """Return the members without secrets; what one gives away is masked in all of them.

    The run's id stays, whatever its name looks like: without it nobody finds the run.
    """
    texts = {n: data.decode(errors="replace").replace(run_id, _HELD) for n, data in members.items()}
    for text in texts.values():
        redactor.learn(text)
    clean = {name: redactor.redact(text).replace(_HELD, run_id) for name, text in texts.items()}
    return {name: text.encode(errors="replace") for name, text in clean.items()}


def _manifest(run_id: str, members: Mapping[str, bytes]) -> bytes:
    return document_bytes(
        {
            "schema_version": SCHEMA_VERSION,
            "run_id": run_id,
            "members": [
                {"path": name, "sha256": sha256_hex(data), "size_bytes": len(data)}
                for name, data in members.items()
            ],
        }
    )


def _verify_output(output: Path, run_dir: Path) -> None:
    """Make sure that a bundle can be written where one says.

    Raises:
        InvalidArgumentError: there is no such folder, or something else is there, or it is inside
            the run.
    """
    why = ""
    if run_dir in output.absolute().parents:
        why = "lies in the run itself"
    elif not output.absolute().parent.is_dir():
        why = "is in a folder that is not there"
    elif os.path.lexists(output) and find_size(output) is None:
        why = "is there already, and no plain file"
    if why:
        raise InvalidArgumentError(f"-o {output} {why}", hint="name a new file with -o")


def _write(path: Path, members: Mapping[str, bytes], known: Collection[str], run_id: str) -> None:
    """Write a bundle that is not there yet, and read it again before it takes its place."""
    try:
        with new_file(path, mode=0o600) as file:
            write_members(file, members)
            file.seek(0)
            if _contents_of(file) != dict(members):
                raise IoError(path, "it does not read as it was written")
            _verify_clean(members, known, run_id)
    except FileExistsError as error:
        with translated(path), path.open("rb") as file:
            if _contents_of(file) != dict(members):
                raise InvalidArgumentError(
                    f"{path} is there already, and it is not this bundle",
                    hint="name another file with -o",
                ) from error


def _verify_clean(members: Mapping[str, bytes], known: Collection[str], run_id: str) -> None:
    """Make sure that a bundle lets nothing out.

    Raises:
        RedactionIncompleteError: it would; names the members.
    """
    unclean = [
        name
        for name, data in members.items()
        if find_left(name, known)
        or find_left(data.decode(errors="replace").replace(run_id, _HELD), known)
    ]
    broken = [name for name in members if name.endswith(".json") and not _is_json(members[name])]
    if unclean or broken:
        raise RedactionIncompleteError([*unclean, *broken])


def _is_json(data: bytes) -> bool:
    try:
        parse_json(data)
    except MalformedJsonError:
        return False
    return True


def _contents_of(file: IO[bytes]) -> dict[str, bytes]:
    try:
        with tarfile.open(fileobj=file, mode="r:gz") as tar:
            return {m.name: (tar.extractfile(m) or io.BytesIO()).read() for m in tar}
    except (tarfile.TarError, OSError, EOFError):
        return {}
