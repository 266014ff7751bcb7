"""A run as it is now, seen by whoever recovers it: what can be read is, the rest says why not.

Reads, never writes, never waits.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.errors import CurricleError, DiskFullError, JournalBrokenError, PermissionDeniedError
from curricle.fsio import MAX_LOG_BYTES, find_file, free_bytes, path_within
from curricle.inspection import inspect_run
from curricle.layout import JOURNAL, OBJECTS
from curricle.recovery.fresh import find_successor
from curricle.runs.folder import ARTIFACT_FOLDERS
from curricle.runs.journal import Chain, read_chain
from curricle.runs.lock import find_holder
from curricle.runs.named import named_objects
from curricle.runs.objects import lost_objects
from curricle.runs.proof import verify_journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from curricle.inspection import Inspection
    from curricle.runs.record import Failure

ROOM_BYTES_MIN: Final = 256_000
"""With less room on the disk, no command gets through."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """What was found."""

    run_dir: Path
    environment: Mapping[str, str]
    error: CurricleError | None
    """Why nothing can be done with the run; None where commands can work."""
    inspection: Inspection | None
    """None where the run cannot even be looked at."""
    chain: Chain
    """The journal as far as it chains."""
    lost: tuple[str, ...] = ()
    """Digests of objects that do not hold their bytes any more."""

    @property
    def runs_dir(self) -> Path:
        """Return the folder that holds the run."""
        return self.run_dir.parent

    @property
    def failure(self) -> Failure | None:
        """Return the failure that is recorded and not settled."""
        return self.inspection.state.record.last_failure if self.inspection else None


def look_at(run_dir: Path, environment: Mapping[str, str], *, is_locked: bool = False) -> Situation:
    """Return how a run is now; the lock first, since a run at work is in no state to be judged.

    With `is_locked`, it is the caller who works on it.
    """
    error: CurricleError | None = None
    inspection = None
    lost: tuple[str, ...] = ()
    chain = read_chain(b"")
    try:
        chain = read_chain(
            find_file(path_within(run_dir, JOURNAL), limit_bytes=MAX_LOG_BYTES) or b""
        )
        error = None if is_locked else find_holder(run_dir)
        inspection = inspect_run(run_dir)
        verify_journal(run_dir, None)
        lost = lost_objects(run_dir, _named(chain))
        if lost and error is None:
            why = f"objects/{lost[0]} does not hold the bytes that its name says, or is gone"
            error = JournalBrokenError(run_dir.name, why)
        error = error or next(_obstacles(run_dir), None)
    except CurricleError as found:
        error = error or found
    return Situation(
        run_dir=run_dir,
        environment=environment,
        error=error,
        inspection=inspection,
        chain=chain,
        lost=lost,
    )


def _named(chain: Chain) -> Iterator[str]:
    for entry in chain.entries:
        yield from named_objects({"event": entry.event, "data": entry.data})


def successor_of(situation: Situation) -> Path | None:
    """Return the fresh run that took the place of one that cannot be read, where there is one."""
    return find_successor(situation.run_dir) if situation.inspection is None else None


def _obstacles(run_dir: Path) -> Iterator[CurricleError]:
    """Yield what would stop a command that writes, though one that looks gets through."""
    kept = [path_within(run_dir, name) for name in ("logs", JOURNAL, OBJECTS)]
    artifacts = [path_within(run_dir, name) for name in ARTIFACT_FOLDERS]
    deeper = [path for folder in artifacts for path in folder.rglob("*") if path.is_dir()]
    for path in [run_dir, *kept, *artifacts, *deeper]:
        if path.exists() and not os.access(path, os.W_OK):
            yield PermissionDeniedError(path, "it cannot be written to")
    if free_bytes(run_dir) < ROOM_BYTES_MIN:
        yield DiskFullError(run_dir, "no space left on device")
