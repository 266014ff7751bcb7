"""What an error of SQLite says of the index: that it is damaged, or what a user can do about it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from curricle.cases.places import INDEX
from curricle.errors import DiskFullError, IoError, PermissionDeniedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAMAGED: Final = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA}
)
_DENIED: Final = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
_PRIMARY: Final = 0xFF


@contextmanager
def typed_errors(runs_dir: Path) -> Iterator[None]:
    """Turn the errors of SQLite inside the block into typed ones about the index."""
    try:
        yield
    except sqlite3.Error as error:
        raise typed(error, runs_dir) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the index is not what it should be, and must be made anew."""
    # What has no code is our own complaint, or Python's on a value that does not fit.
    return _code_of(error) in {None, *_DAMAGED}


def typed(error: sqlite3.Error, runs_dir: Path) -> DiskFullError | PermissionDeniedError | IoError:
    """Return what an error of SQLite is to a user."""
    path = runs_dir / INDEX
    code = _code_of(error)
    if code == sqlite3.SQLITE_FULL:
        return DiskFullError(path, str(error))
    if code in _DENIED:
        return PermissionDeniedError(path, str(error))
    return IoError(path, str(error))


def _code_of(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY
