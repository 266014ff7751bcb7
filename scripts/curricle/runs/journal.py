"""The journal: one line for each thing that happened, each carrying the digest of the last.

A line that ends without a newline was never finished: its writer died, nothing it names counts
as done. Everything else that does not chain was changed afterwards. What the entries mean for
the run's state: `record.py`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import line_bytes, sha256_hex
from curricle.errors import JournalBrokenError
from curricle.fsio import (
    MAX_DOCUMENT_BYTES,
    MAX_LOG_BYTES,
    find_file,
    path_within,
    read_chunks,
)
from curricle.layout import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

GENESIS: Final = "0" * 64

_MEMBERS: Final = 7
_NESTING_MAX: Final = 500
"""What holds more brackets may nest so deep that one parser reads it and another does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """Where a journal ends: enough to see later that nothing before was touched."""

    entries: int = 0
    sha256: str = GENESIS
    """Digest of the last line's bytes, newline included."""
    size_bytes: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the head as it stands in `run.json`."""
        return {"entries": self.entries, "sha256": self.sha256, "size_bytes": self.size_bytes}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Head:
        """Return the head of a JSON object.

        Raises:
            KeyError, TypeError: a member is missing or of the wrong type.
        """
        entries, digest, size_bytes = (document[n] for n in ("entries", "sha256", "size_bytes"))
        if any(type(n) is not int or n < 0 for n in (entries, size_bytes)):
            raise TypeError("entries or size_bytes of the journal's head is no count")
        if not isinstance(digest, str):
            raise TypeError("sha256 of the journal's head is no digest")
        return cls(entries=entries, sha256=digest, size_bytes=size_bytes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that happened."""

    seq: int
    at: str
    """UTC, ISO 8601."""
    actor: str
    event: str
    command: str
    previous: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as it stands in the journal."""
        return {
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "event": self.event,
            "command": self.command,
            "previous": self.previous,
            "data": dict(self.data),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """What a stretch of a journal holds, up to where it still chains."""

    entries: tuple[Entry, ...]
    head: Head
    torn: bytes = b""
    """The unfinished last line; empty when the journal ends in a newline."""
    broken_line: int | None = None
    """1-based line from which on the chain does not hold."""
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """How far a journal chains, without its entries."""

    head: Head
    torn_bytes: int = 0
    """Length of the unfinished last line; 0 when the journal ends in a newline."""
    broken_line: int | None = None
    """1-based line from which on the chain does not hold."""
    why: str = ""
    digests: Mapping[int, str] = field(default_factory=dict)
    """Number of a line to its digest, for those that were asked for and are there."""


def encode_entry(entry: Entry) -> bytes:
    """Return the journal line of an entry."""
    return line_bytes(entry.to_json())


def load_journal(run_dir: Path) -> Chain:
    """Return a run's whole journal, which may end in an unfinished line.

    Raises:
        JournalBrokenError: it is missing, has no entries, or does not chain.
    """
    data = find_file(path_within(run_dir, JOURNAL), limit_bytes=MAX_LOG_BYTES)
    if data is None:
        raise JournalBrokenError(run_dir.name, "it is missing")
    chain = read_chain(data)
    if chain.broken_line:
        raise JournalBrokenError(run_dir.name, chain.why, line=chain.broken_line)
    if not chain.entries:
        raise JournalBrokenError(run_dir.name, "it has no entries")
    return chain


def follow_journal(
    run_dir: Path,
    *,
    at: Collection[int] = (),
    visit: Callable[[Mapping[str, Any]], object] | None = None,
) -> Followed:
    """Follow a run's whole journal, keeping nothing of it; `follow_chain` says what comes back.

    Raises:
        JournalBrokenError: it is missing, has no entries, or does not chain.
    """
    path = path_within(run_dir, JOURNAL)
    if not os.path.lexists(path):
        raise JournalBrokenError(run_dir.name, "it is missing")
    found = follow_chain(read_chunks(path, limit_bytes=MAX_LOG_BYTES), at=at, visit=visit)
    if found.broken_line:
        raise JournalBrokenError(run_dir.name, found.why, line=found.broken_line)
    if not found.head.entries:
        raise JournalBrokenError(run_dir.name, "it has no entries")
    return found


def lines_of(run_dir: Path, event: str, *, is_prefix: bool = False) -> tuple[bytes, ...]:
    """Return the lines that may be entries of an event; none where there is no journal.

    With `is_prefix`, of all events whose names begin so.

    Neither parses nor follows the chain, so that a light command can afford it.
    """
    data = find_file(path_within(run_dir, JOURNAL), limit_bytes=MAX_LOG_BYTES) or b""
    mark = b'"event":"%s%s' % (event.encode(), b"" if is_prefix else b'"')
    return tuple(line for line in data.splitlines() if mark in line) if mark in data else ()


def read_chain(data: bytes, *, after: Head | None = None) -> Chain:
    """Follow the chain through `data`, which starts where `after` ends, as far as it holds."""
    head = after or Head()
    entries: list[Entry] = []
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1
        if not end:
            return Chain(entries=tuple(entries), head=head, torn=data[start:])
        line = data[start:end]
        entry, why = _read_line(line, head)
        if entry is None:
            return Chain(entries=tuple(entries), head=head, broken_line=head.entries + 1, why=why)
        entries.append(entry)
        head = advance(head, line)
        start = end
    return Chain(entries=tuple(entries), head=head)


def follow_chain(
    chunks: Iterable[bytes],
    *,
    at: Collection[int] = (),
    visit: Callable[[Mapping[str, Any]], object] | None = None,
) -> Followed:
    """Follow the chain through a journal that comes in parts, with the verdict of `read_chain`.

    `at` are numbers of lines whose digests are wanted, 0 for what the first line must carry.
    `visit` is called with the members of each entry, once its line is known to chain.
    """
    import hashlib

    from orjson import loads

    number, size_bytes, previous = 0, 0, GENESIS
    digests = {0: GENESIS} if 0 in at else {}
    broken: str = ""
    line = b""
    for line in _split(chunks):
        if not line.endswith(b"\n"):
            break
        # NOTE: a million lines pass here, so each is looked at with as little as will do; one
        # that does not pass at once is judged by the same function as everywhere.
        try:
            entry = loads(line)
            is_entry = (
                entry["previous"] == previous
                and entry["seq"] == number + 1
                and type(entry["data"]) is dict
                and type(entry["event"]) is str
                and type(entry["actor"]) is str
                and type(entry["at"]) is str
                and type(entry["command"]) is str
                and len(entry) == _MEMBERS
                and (len(line) < _NESTING_MAX or line.count(b"[") + line.count(b"{") < _NESTING_MAX)
            )
        except (ValueError, TypeError, KeyError):
            is_entry = False
        if not is_entry:
            read, broken = _read_line(line, Head(entries=number, sha256=previous))
            if read is None:
                break
            entry = read.to_json()
        number += 1
        size_bytes += len(line)
        previous = hashlib.sha256(line).hexdigest()
        if number in at:
            digests[number] = previous
        if visit is not None:
            visit(entry)
    return Followed(
        head=Head(entries=number, sha256=previous, size_bytes=size_bytes),
        torn_bytes=0 if broken or line.endswith(b"\n") else len(line),
        broken_line=number + 1 if broken else None,
        why=broken,
        digests=digests,
    )


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their newlines; what follows the last newline comes last.

    A line longer than a document may be is no entry: an empty one stands for it, and nothing after.
    """
    pieces: list[bytes] = []
    size_bytes = 0
    for chunk in chunks:
        first, *more = chunk.split(b"\n")
        pieces.append(first)
        size_bytes += len(first)
        if size_bytes > MAX_DOCUMENT_BYTES:
            yield b"\n"
            return
        if more:
            yield b"".join(pieces) + b"\n"
            *whole, last = more
            for line in whole:
                yield line + b"\n"
            pieces, size_bytes = [last], len(last)
    if rest := b"".join(pieces):
        yield rest


def advance(head: Head, line: bytes) -> Head:
    """Return the head after one more line."""
    return Head(
        entries=head.entries + 1,
        sha256=sha256_hex(line),
        size_bytes=head.size_bytes + len(line),
    )


def _read_line(line: bytes, head: Head) -> tuple[Entry | None, str]:
    try:
        fields = json.loads(line)
        entry = Entry(**fields)
    except (ValueError, TypeError, RecursionError):
        return None, "it is no journal entry"
    if not isinstance(entry.data, dict) or not all(
        isinstance(text, str) for text in (entry.at, entry.actor, entry.event, entry.command)
    ):
        return None, "it is no journal entry"
    if entry.previous != head.sha256:
        return None, "it does not carry the digest of the line before it"
    if entry.seq != head.entries + 1:
        return None, f"it is numbered {entry.seq}, expected {head.entries + 1}"
    return entry, ""
