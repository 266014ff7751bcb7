"""Adds what another machine has on record; what is here already is not added again.

The file may be anybody's: all of it is read and checked before anything is written, and what is
written then is only what passed. A second merge of the same file adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.cases.events import CASE_FAILED, FORMS, ORIGIN, event_key, find_fault
from curricle.cases.exporting import HEADER
from curricle.cases.identity import case_id_of
from curricle.cases.ledger import follow_ledger
from curricle.cases.packs import PACK_BYTES_MAX, find_pack, keep_pack
from curricle.cases.writer import writing
from curricle.errors import ArchiveInvalidError, ArchiveNotFoundError
from curricle.fsio import MAX_LOG_BYTES, find_size, read_chunks
from curricle.jsontext import MalformedJsonError, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from curricle.cases.ledger import Line

LINE_BYTES_MAX: Final = 2 * PACK_BYTES_MAX
"""An entry with the largest pack fits."""

_MEMBERS: Final = frozenset({"event", "data", ORIGIN, "pack"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What a merge came to."""

    added: int
    known: int
    """Entries of the file that were here already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Item:
    event: str
    data: Mapping[str, Any]
    origin: Mapping[str, str]
    pack: bytes | None

    @property
    def key(self) -> bytes:
        return event_key(self.event, self.origin["at"], self.data)


def merge_cases(runs_dir: Path, source: Path, *, now: datetime, actor: str, command: str) -> Merged:
    """Add the entries of an export that are not here yet, each with its origin.

    Raises:
        ArchiveNotFoundError: there is no such file.
        ArchiveInvalidError: it is no export, or holds what none can; nothing was added.
        JournalBrokenError: the ledger does not chain; nothing was added.
    """
    if find_size(source) is None and not source.exists():
        raise ArchiveNotFoundError(source)
    with writing(runs_dir, now=now, actor=actor, command=command) as writer:
        here = _Known()
        follow_ledger(runs_dir, here.see)
        wanted, total = _check(source, here)
        added = 0
        for item in _read_items(source):
            # Also left out is what somebody wrote into the file since it was checked.
            if item.key in wanted:
                wanted.discard(item.key)
                if item.pack is not None and find_pack(runs_dir, item.data["case"]) is None:
                    keep_pack(runs_dir, item.data["case"], item.pack)
                writer.add(item.event, {**item.data, ORIGIN: dict(item.origin)})
                added += 1
    return Merged(added=added, known=total - added)


class _Known:
    """What the ledger holds, as far as a merge has to know."""

    def __init__(self) -> None:
        self.keys: set[bytes] = set()
        self.cases: set[str] = set()

    def see(self, line: Line) -> None:
        event, data = line.entry["event"], line.entry["data"]
        if event in FORMS:
            at = data[ORIGIN]["at"] if ORIGIN in data else line.entry["at"]
            self.keys.add(event_key(event, at, data))
            if event == CASE_FAILED:
                self.cases.add(data["case"])


def _check(source: Path, here: _Known) -> tuple[set[bytes], int]:
    """Return the keys of what is to be added, and how many entries the file has.

    Raises:
        ArchiveInvalidError: as `merge_cases`.
    """
    wanted = set()
    total = 0
    for total, item in enumerate(_read_items(source), start=1):
        case_id = item.data.get("case")
        if item.event == CASE_FAILED:
            here.cases.add(item.data["case"])
        elif case_id is not None and case_id not in here.cases:
            raise _invalid(source, total + 1, f"{case_id} is on record neither here nor there")
        wanted.add(item.key)
    return wanted - here.keys, total


def _read_items(source: Path) -> Iterator[_Item]:
    lines = _read_lines(source)
    for number, line in enumerate(lines, start=1):
        try:
            document = parse_json(line)
        except MalformedJsonError as error:
            raise _invalid(source, number, error.why) from error
        if number == 1:
            if document != HEADER:
                raise _invalid(source, number, "it is no export of cases that this version knows")
            continue
        yield _item_of(source, number, document)


def _item_of(source: Path, number: int, document: Any) -> _Item:
    if not isinstance(document, dict) or document.keys() != _MEMBERS:
        raise _invalid(source, number, f"expected an object of {', '.join(sorted(_MEMBERS))}")
    event, data = document["event"], document["data"]
    if not isinstance(event, str) or event not in FORMS:
        raise _invalid(source, number, f"{event!r:.80} is no event of a case")
    if not isinstance(data, dict) or ORIGIN in data:
        raise _invalid(source, number, "data is not the data of an event")
    origin = document[ORIGIN]
    # Checked as it will stand in the ledger.
    if fault := find_fault(event, {**data, ORIGIN: origin}):
        raise _invalid(source, number, fault)
    pack = document["pack"]
    if event == CASE_FAILED and data["case"] != case_id_of(data, origin["at"]):
        raise _invalid(source, number, "case is not the id that follows from what failed")
    if pack is None:
        return _Item(event=event, data=data, origin=origin, pack=None)
    content = _pack_bytes(pack) if event == CASE_FAILED and isinstance(pack, dict) else None
    if content is None or sha256_hex(content) != data["pack_sha256"]:
        raise _invalid(source, number, "pack is not the one whose digest is on record")
    return _Item(event=event, data=data, origin=origin, pack=content)


def _pack_bytes(pack: Mapping[str, Any]) -> bytes | None:
    content = document_bytes(pack)
    return content if len(content) <= PACK_BYTES_MAX else None


def _read_lines(source: Path) -> Iterator[bytes]:
    """Yield the lines of a file; one without an end, or too long, is none."""
    rest = b""
    number = 0
    for chunk in read_chunks(source, limit_bytes=MAX_LOG_BYTES):
        first, *more = chunk.split(b"\n")
        rest += first
        for line in more:
            number += 1
            yield rest
            rest = line
        if len(rest) > LINE_BYTES_MAX:
            raise _invalid(source, number + 1, f"it is longer than {LINE_BYTES_MAX} bytes")
    if rest:
        raise _invalid(source, number + 1, "it does not end, as if the file had been cut")
    if not number:
        raise _invalid(source, 1, "it is empty")


def _invalid(source: Path, line: int, why: str) -> ArchiveInvalidError:
    error = ArchiveInvalidError(source, f"line {line}: {why}")
    error.hint = "nothing was added; export the cases of the other machine again"
    return error
