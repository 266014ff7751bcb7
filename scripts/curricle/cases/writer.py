"""Adds to the ledger, under its lock, in an order in which every crash leaves it whole.

1. The pack of a case is put in place.
2. One synced line in the ledger: from here on it has happened.
3. The index learns of it.

A pack without a line is no case. An index without a row is caught up by whoever opens it next.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import sha256_hex
from curricle.cases.events import LEDGER_MENDED, NAME_LENGTH_MAX
from curricle.cases.identity import number_of
from curricle.cases.index import catch_up, index_to_write, mark_of
from curricle.cases.ledger import ledger_size, read_after
from curricle.cases.lock import ledger_locked
from curricle.cases.lookup import load_case
from curricle.cases.masking import masked
from curricle.cases.places import TORN, ledger_path
from curricle.errors import CurricleError, InvalidArgumentError
from curricle.fsio import (
    append_to_file,
    cut_file,
    make_folder,
    path_within,
    sync_folder,
    write_file,
)
from curricle.printable import is_utf_8
from curricle.runs.begin import timestamp
from curricle.runs.journal import Entry, advance, encode_entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from curricle.cases.index import WritableIndex
    from curricle.cases.ledger import Mark
    from curricle.cases.lookup import Case
    from curricle.runs.journal import Head

_BATCH_BYTES: Final = 4_000_000


@dataclass(kw_only=True, slots=True)
class LedgerWriter:
    """The one writer of a ledger while it holds the lock."""

    kept: WritableIndex
    head: Head
    now: datetime
    actor: str
    command: str
    waiting: list[bytes] = field(default_factory=list)
    """Lines that `flush` writes; synced together."""
    waiting_bytes: int = 0

    @property
    def runs_dir(self) -> Path:
        """Return the folder of the ledger."""
        return self.kept.index.runs_dir

    @property
    def at(self) -> str:
        """Return the moment that entries carry."""
        return timestamp(self.now)

    def has_case(self, case_id: str) -> bool:
        """Tell whether a case was on record when the lock was taken."""
        find = "SELECT 1 FROM outcomes WHERE number = ?"
        row = (number_of(case_id),)
        return self.kept.ask(lambda index: index.rows.execute(find, row).fetchone()) is not None

    def load_case(self, name: str) -> Case:
        """Return the case with the given id or unambiguous beginning.

        Raises:
            CaseNotFoundError, InvalidArgumentError: no case is called so, or several.
        """
        return self.kept.ask(lambda index: load_case(index, name))

    def add(self, event: str, data: Mapping[str, Any]) -> None:
        """Add an entry; it is on disk after the end of the block, or of `flush`."""
        entry = Entry(
            seq=self.head.entries + 1,
            at=self.at,
            actor=self.actor,
            event=event,
            command=self.command,
            previous=self.head.sha256,
            data=data,
        )
        line = encode_entry(entry)
        self.head = advance(self.head, line)
        self.waiting.append(line)
        self.waiting_bytes += len(line)
        if self.waiting_bytes > _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits to the ledger and sync it."""
        if self.waiting:
            path = ledger_path(self.runs_dir)
            is_new = ledger_size(self.runs_dir) == 0
            append_to_file(path, b"".join(self.waiting))
            if is_new:
                sync_folder(self.runs_dir)
            self.waiting.clear()
            self.waiting_bytes = 0


@contextmanager
def writing(runs_dir: Path, *, now: datetime, actor: str, command: str) -> Iterator[LedgerWriter]:
    """Hold the ledger's lock for the block and yield its writer.

    What was added is written at the end of the block, and not if that raises.

    Raises:
        RunLockedError: another process did not give the lock back in time.
        JournalBrokenError: the ledger was changed; nothing may be added to it.
        InvalidArgumentError: the actor or the command is no text that an entry can carry.
    """
    command = masked(command)
    _check_author(actor, command)
    make_folder(runs_dir)
    with ledger_locked(runs_dir), index_to_write(runs_dir) as kept:
        mark = mark_of(kept.index)
        writer = LedgerWriter(kept=kept, head=mark.head, now=now, actor=actor, command=command)
        _set_torn_line_aside(writer, mark)
        yield writer
        writer.flush()
        # It has happened; an index that cannot learn of it now is caught up by the next.
        with suppress(sqlite3.Error, CurricleError):
            catch_up(kept.index)


def _check_author(actor: str, command: str) -> None:
    if not 0 < len(actor) <= NAME_LENGTH_MAX or not is_utf_8(actor + command):
        raise InvalidArgumentError(
            f"{actor!r:.80} cannot stand in the ledger as who did it, or {command!r:.80} as how"
        )


def _set_torn_line_aside(writer: LedgerWriter, mark: Mark) -> None:
    runs_dir, size_bytes = writer.runs_dir, writer.head.size_bytes
    if ledger_size(runs_dir) == size_bytes:
        return
    _, _, torn = read_after(runs_dir, mark)
    digest = sha256_hex(torn)
    folder = path_within(runs_dir, TORN)
    make_folder(folder)
    write_file(folder / digest, torn)
    cut_file(ledger_path(runs_dir), size_bytes)
    writer.add(LEDGER_MENDED, {"torn_line": digest, "size_bytes": len(torn)})
