"""The ledger: one chained line for each thing that happened to a case, never changed.

Its lines are those of a run's journal (`runs/journal.py`), so that one reader follows both. What
they say: `events.py`. Only `writer.py` adds to it.
"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import sha256_hex
from curricle.cases.places import LEDGER, ledger_path
from curricle.errors import JournalBrokenError
from curricle.fsio import MAX_LOG_BYTES, find_size, find_tail, read_chunks, translated
from curricle.runs.journal import Head, follow_chain, read_chain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from curricle.runs.journal import Followed


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Where the ledger ended, and how to see later that it is still the same up to there."""

    head: Head
    last_bytes: int = 0
    """Length of the last line; 0 where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An entry, and where it stands in the file."""

    entry: Mapping[str, Any]
    offset: int
    size_bytes: int


GENESIS_MARK: Final = Mark(head=Head())


def ledger_broken(why: str, *, line: int | None = None) -> JournalBrokenError:
    """Return the error of a ledger that cannot be trusted."""
    error = JournalBrokenError(LEDGER, why, line=line)
    error.hint = "nothing was written; put back a copy of the ledger before anything else"
    error.next_step = ()  # there is no run to archive
    return error


def ledger_size(runs_dir: Path) -> int:
    """Return the size of the ledger in bytes, 0 where there is none."""
    return find_size(ledger_path(runs_dir)) or 0


def is_still(runs_dir: Path, mark: Mark) -> bool:
    """Tell whether the ledger still begins with what it was at a mark.

    The last line carries the digest of all before it, so it alone is read.
    """
    head = mark.head
    if ledger_size(runs_dir) < head.size_bytes:
        return False
    if not mark.last_bytes:
        return head == Head()
    return sha256_hex(read_line(runs_dir, _start_of(mark), mark.last_bytes)) == head.sha256


def read_line(runs_dir: Path, offset: int, size_bytes: int) -> bytes:
    """Return a part of the ledger, less where it ends before."""
    path = ledger_path(runs_dir)
    with translated(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return os.pread(descriptor, size_bytes, offset)
        finally:
            os.close(descriptor)


def read_after(runs_dir: Path, mark: Mark) -> tuple[tuple[Line, ...], Mark, bytes]:
    """Return the lines after a mark, the mark behind them, and the unfinished line at the end.

    Raises:
        JournalBrokenError: they do not chain.
    """
    start = mark.head.size_bytes
    tail = find_tail(ledger_path(runs_dir), start) or b""
    chain = read_chain(tail, after=mark.head)
    if chain.broken_line:
        raise ledger_broken(chain.why, line=chain.broken_line)
    lines = []
    offset = start
    last_bytes = mark.last_bytes
    for entry, data in zip(chain.entries, tail.split(b"\n"), strict=False):
        last_bytes = len(data) + 1
        lines.append(Line(entry=entry.to_json(), offset=offset, size_bytes=last_bytes))
        offset += last_bytes
    return tuple(lines), Mark(head=chain.head, last_bytes=last_bytes), chain.torn


def follow_ledger(runs_dir: Path, visit: Callable[[Line], object]) -> Mark:
    """Call `visit` for each line of the ledger, keeping none; return the mark behind the last.

    Raises:
        JournalBrokenError: it does not chain.
    """
    sizes: deque[int] = deque()
    offset = 0
    last_bytes = 0

    def see(entry: Mapping[str, Any]) -> None:
        nonlocal offset, last_bytes
        last_bytes = sizes.popleft()
        visit(Line(entry=entry, offset=offset, size_bytes=last_bytes))
        offset += last_bytes

    found = _follow(runs_dir, lambda chunks: _measured(chunks, sizes), see)
    return Mark(head=found.head, last_bytes=last_bytes)


def verify_ledger(runs_dir: Path) -> Head:
    """Follow the whole ledger and return where it ends.

    Raises:
        JournalBrokenError: it does not chain.
    """
    return _follow(runs_dir, lambda chunks: chunks, None).head


def _follow(
    runs_dir: Path,
    prepare: Callable[[Iterable[bytes]], Iterable[bytes]],
    visit: Callable[[Mapping[str, Any]], object] | None,
) -> Followed:
    path = ledger_path(runs_dir)
    if find_size(path) is None and not os.path.lexists(path):
        return follow_chain(())
    found = follow_chain(prepare(read_chunks(path, limit_bytes=MAX_LOG_BYTES)), visit=visit)
    if found.broken_line:
        raise ledger_broken(found.why, line=found.broken_line)
    return found


def _measured(chunks: Iterable[bytes], sizes: deque[int]) -> Iterator[bytes]:
    """Pass chunks on, after noting how long each line is that ends in them."""
    begun = 0
    for chunk in chunks:
        first, *more = map(len, chunk.split(b"\n"))
        begun += first
        for size in more:
            sizes.append(begun + 1)
            begun = size
        yield chunk


def _start_of(mark: Mark) -> int:
    return mark.head.size_bytes - mark.last_bytes
