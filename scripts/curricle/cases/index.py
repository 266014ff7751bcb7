"""The index of the ledger: derived, checked before it is read, and made anew at any doubt.

It remembers where the ledger ended when it was last written. Where the ledger has grown since,
what is new is added; where it is not the same up to there, or the index is damaged or of another
version, it is made anew beside and put in place.

NOTE: whoever writes to the index holds the ledger's lock from opening to closing. SQLite removes
the log of a database when its last writer closes it, and one that had opened a replaced index
would remove that of the new one.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from curricle.cases.indexing import INDEXES, TABLES, Indexer
from curricle.cases.ledger import (
    GENESIS_MARK,
    Mark,
    follow_ledger,
    is_still,
    ledger_size,
    read_after,
)
from curricle.cases.lock import ledger_locked
from curricle.cases.places import INDEX
from curricle.cases.sqlite_errors import is_damage, typed, typed_errors
from curricle.errors import PermissionDeniedError
from curricle.fsio import DRAFT_PREFIX, path_within, sync_folder, translated
from curricle.runs.journal import Head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VERSION: Final = 1
"""Raised when the tables, or what goes into them, change."""

_APPLICATION: Final = 0x63757263
_WAIT_SECONDS: Final = 30.0
_CACHE: Final = "PRAGMA cache_size = -262144"  # kibibytes; the tables of a million cases fit
_CATCH_UP_BYTES_MAX: Final = 32_000_000
"""What is longer is followed in parts, from the start: as fast, and in little memory."""
_DRAFT: Final = f"{DRAFT_PREFIX}index-"
_SIDES: Final = ("", "-wal", "-shm")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a ledger, open and up to date."""

    runs_dir: Path
    rows: sqlite3.Connection


def ask(runs_dir: Path, question: Callable[[Index], _T]) -> _T:
    """Return the answer to a question, from an index that was brought up to date before.

    Where there is no ledger nothing is written, and where the folder cannot be written to, the
    index is made in memory.

    Raises:
        JournalBrokenError: the ledger does not chain.
        RunLockedError: another process kept the lock while the index was behind.
    """
    try:
        with _opened(runs_dir) as rows:
            return question(Index(runs_dir, rows))
    except sqlite3.Error as error:
        if not is_damage(error):
            raise typed(error, runs_dir) from error
    # The head was sound, but not what lies behind it.
    rebuild_index(runs_dir)
    with typed_errors(runs_dir), _opened(runs_dir) as rows:
        return question(Index(runs_dir, rows))


def rebuild_index(runs_dir: Path) -> None:
    """Make the index anew from the ledger.

    Raises:
        JournalBrokenError: the ledger does not chain; the index is left as it is.
    """
    with ledger_locked(runs_dir), typed_errors(runs_dir):
        _rebuild(runs_dir)


class WritableIndex:
    """The index in the hands of whoever holds the ledger's lock; up to date when it is opened."""

    def __init__(self, runs_dir: Path) -> None:
        with typed_errors(runs_dir):
            self.index = Index(runs_dir, _up_to_date(runs_dir))

    def ask(self, question: Callable[[Index], _T]) -> _T:
        """Return the answer to a question; where the index turns out damaged, from a new one."""
        try:
            return question(self.index)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise typed(error, self.index.runs_dir) from error
        runs_dir = self.index.runs_dir
        self.index.rows.close()
        with typed_errors(runs_dir):
            _rebuild(runs_dir)
            self.index = Index(runs_dir, _connect(runs_dir, "rw"))
            return question(self.index)


@contextmanager
def index_to_write(runs_dir: Path) -> Iterator[WritableIndex]:
    """Yield the index to whoever holds the ledger's lock.

    Raises:
        JournalBrokenError: the ledger does not chain.
    """
    kept = WritableIndex(runs_dir)
    try:
        yield kept
    finally:
        kept.index.rows.close()


def mark_of(index: Index) -> Mark:
    """Return where the ledger ended when the index was last written."""
    row = index.rows.execute("SELECT entries, sha256, size_bytes, last_bytes FROM head").fetchone()
    if row is None or not all(isinstance(n, int) for n in (row[0], row[2], row[3])):
        raise sqlite3.DatabaseError("the index has no head")
    entries, sha256, size_bytes, last_bytes = row
    return Mark(
        head=Head(entries=entries, sha256=sha256, size_bytes=size_bytes), last_bytes=last_bytes
    )


def catch_up(index: Index) -> bool:
    """Add to the index what the ledger has that it has not; False where it must be made anew.

    Raises:
        JournalBrokenError: what is new does not chain.
    """
    mark = mark_of(index)
    behind_bytes = ledger_size(index.runs_dir) - mark.head.size_bytes
    if behind_bytes > _CATCH_UP_BYTES_MAX or not is_still(index.runs_dir, mark):
        return False
    lines, end, _ = read_after(index.runs_dir, mark) if behind_bytes else ((), mark, b"")
    if lines:
        with index.rows:
            index.rows.execute("BEGIN IMMEDIATE")
            indexer = Indexer(index.rows, is_anew=False)
            for line in lines:
                indexer.add(line)
            indexer.finish()
            _set_head(index.rows, end)
    return True


@contextmanager
def _opened(runs_dir: Path) -> Iterator[sqlite3.Connection]:
    with closing(_open(runs_dir)) as rows:
        yield rows


def _open(runs_dir: Path) -> sqlite3.Connection:
    if ledger_size(runs_dir) == 0:
        return _in_memory(runs_dir)
    try:
        rows = _find_current(runs_dir)
        if rows is None:
            with ledger_locked(runs_dir):
                _up_to_date(runs_dir).close()
                # Under the lock, for another may put a new index in the place of this one.
                rows = _connect(runs_dir, "ro")
                mark_of(Index(runs_dir, rows))
    except PermissionDeniedError:
        return _in_memory(runs_dir)
    return rows


def _find_current(runs_dir: Path) -> sqlite3.Connection | None:
    """Return a connection for reading, or None where the index is not what the ledger is now."""
    if not path_within(runs_dir, INDEX).exists():
        return None
    rows = None
    try:
        rows = _connect(runs_dir, "ro")
        if _is_ours(rows):
            mark = mark_of(Index(runs_dir, rows))
            if mark.head.size_bytes == ledger_size(runs_dir) and is_still(runs_dir, mark):
                return rows
    except sqlite3.Error:
        pass  # looked into again under the lock
    if rows is not None:
        rows.close()
    return None


def _up_to_date(runs_dir: Path) -> sqlite3.Connection:
    """Return a connection for writing to an index that knows the whole ledger."""
    if path_within(runs_dir, INDEX).exists():
        rows = None
        try:
            rows = _connect(runs_dir, "rw")
            if _is_ours(rows) and catch_up(Index(runs_dir, rows)):
                return rows
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
        except BaseException:
            if rows is not None:
                rows.close()
            raise
        if rows is not None:
            rows.close()
    _rebuild(runs_dir)
    return _connect(runs_dir, "rw")


def _rebuild(runs_dir: Path) -> None:
    path = path_within(runs_dir, INDEX)
    # Others may be writing drafts here, but nobody else one of the index.
    for left in runs_dir.glob(f"{_DRAFT}*"):
        _remove(left)
    draft = path.with_name(f"{_DRAFT}{secrets.token_hex(8)}")
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as rows:
            # Nobody reads the draft, and one that a crash leaves is never used.
            rows.execute("PRAGMA journal_mode = OFF")
            rows.execute("PRAGMA synchronous = OFF")
            _fill(rows, runs_dir)
            rows.execute("PRAGMA synchronous = FULL")
            rows.execute("PRAGMA journal_mode = WAL")
        _put_in_place(draft, path)
    finally:
        for side in _SIDES:
            _remove(draft.with_name(draft.name + side))


def _put_in_place(draft: Path, path: Path) -> None:
    with translated(path):
        descriptor = os.open(draft, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        # The log of the old index would be taken for that of the new one.
        for side in _SIDES:
            _remove(path.with_name(path.name + side))
        os.replace(draft, path)  # noqa: PTH105 - as in fsio
    sync_folder(path.parent)


def _in_memory(runs_dir: Path) -> sqlite3.Connection:
    rows = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _fill(rows, runs_dir)
    except BaseException:
        rows.close()
        raise
    return rows


def _fill(rows: sqlite3.Connection, runs_dir: Path) -> None:
    rows.execute(_CACHE)
    rows.executescript(TABLES)
    rows.execute("BEGIN")
    indexer = Indexer(rows, is_anew=True)
    mark = follow_ledger(runs_dir, indexer.add) if ledger_size(runs_dir) else GENESIS_MARK
    indexer.flush()
    for statement in INDEXES.split(";"):
        rows.execute(statement)
    indexer.finish()
    _set_head(rows, mark)
    rows.execute(f"PRAGMA application_id = {_APPLICATION}")
    rows.execute(f"PRAGMA user_version = {VERSION}")
    rows.execute("COMMIT")


def _set_head(rows: sqlite3.Connection, mark: Mark) -> None:
    head = mark.head
    rows.execute("DELETE FROM head")
    rows.execute(
        "INSERT INTO head VALUES (?,?,?,?)",
        (head.entries, head.sha256, head.size_bytes, mark.last_bytes),
    )


def _connect(runs_dir: Path, mode: str) -> sqlite3.Connection:
    path = path_within(runs_dir, INDEX).absolute()
    rows = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=_WAIT_SECONDS
    )
    # A row that a power cut costs is found missing and added again.
    rows.execute("PRAGMA synchronous = NORMAL")
    return rows


def _is_ours(rows: sqlite3.Connection) -> bool:
    (application,) = rows.execute("PRAGMA application_id").fetchone()
    (version,) = rows.execute("PRAGMA user_version").fetchone()
    return (application, version) == (_APPLICATION, VERSION)


def _remove(path: Path) -> None:
    with translated(path):
        path.unlink(missing_ok=True)
