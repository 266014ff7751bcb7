"""The journal: one line for each thing that happened, each carrying the digest of the last.

A line that ends without a newline was never finished: its writer died, nothing it names counts
as done. Everything else that does not chain was changed afterwards. What the entries mean for
the run's state: `record.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import line_bytes, sha256_hex
from curricle.errors import JournalBrokenError
from curricle.fsio import MAX_LOG_BYTES, find_file, path_within
from curricle.layout import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GENESIS: Final = "0" * 64


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


def lines_of(run_dir: Path, event: str) -> tuple[bytes, ...]:
    """Return the lines that may be entries of an event; none where there is no journal.

    Neither parses nor follows the chain, so that a light command can afford it.
    """
    data = find_file(path_within(run_dir, JOURNAL), limit_bytes=MAX_LOG_BYTES) or b""
    mark = b'"event":"%s"' % event.encode()
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
