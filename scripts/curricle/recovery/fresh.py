"""A fresh run in the place of a broken one: its inputs again, and a link between the two.

The broken run is left as it is. The link stands in the fresh run's first journal entry, since
nothing may be added to a record that is broken.
"""

from __future__ import annotations

import json
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final

from curricle.errors import CurricleError
from curricle.fsio import MAX_LOG_BYTES, find_file, path_within, read_chunks, read_file
from curricle.layout import CONTEXT, CURRICULUM, JOURNAL, RUN_FILE, SCOPE, TOPIC_SPEC
from curricle.pipeline import init_run
from curricle.printable import one_line
from curricle.runs.begin import NAME_LENGTH_MAX
from curricle.runs.folder import files_below, is_run_id, run_ids
from curricle.runs.record import EVENT_INIT
from curricle.stages.reading import read_curriculum, read_scope, read_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from curricle.session import Session

RECOVERED_FROM: Final = "recovered_from"
"""Member of the first entry's `data`: `run_id` and `archive_sha256` of the broken run."""
_SECOND: Final = slice(len("20260131-093000"))
"""The part of a run id that tells when."""


def find_successor(run_dir: Path) -> Path | None:
    """Return the fresh run that took the place of a broken one, or None."""
    runs_dir = run_dir.parent
    for run_id in run_ids(runs_dir):
        if run_id != run_dir.name and _recovered_from(runs_dir / run_id) == run_dir.name:
            return runs_dir / run_id
    return None


def _recovered_from(run_dir: Path) -> str | None:
    with suppress(CurricleError, ValueError, KeyError, TypeError, RecursionError):
        first = _first_entry(run_dir)
        if first["event"] == EVENT_INIT:
            return str(first["data"][RECOVERED_FROM]["run_id"])
    return None


def start_afresh(session: Session, run_dir: Path, archive_sha256: str) -> Path:
    """Make a run from what can be read of a broken one's inputs, and return its folder.

    A curriculum is taken over only where nothing else could make one.

    Raises:
        CurricleError: there is no fresh run.
    """
    spec = _usable(run_dir, TOPIC_SPEC, read_spec)
    scope = _usable(run_dir, SCOPE, read_scope)
    has_request = scope is not None or (spec is not None and not read_spec(spec).lacking)
    curriculum = None if has_request else _usable(run_dir, CURRICULUM, read_curriculum)
    return init_run(
        session,
        name_of(run_dir),
        spec=spec,
        scope=scope,
        curriculum=curriculum,
        context=_context(run_dir),
        recovered_from={"run_id": run_dir.name, "archive_sha256": archive_sha256},
    )


def _usable(run_dir: Path, path: str, read: Callable[[bytes], object]) -> bytes | None:
    with suppress(CurricleError):
        data = find_file(path_within(run_dir, path))
        if data is not None:
            read(data)
            return data
    return None


def _context(run_dir: Path) -> dict[str, bytes]:
    """Return the context files, each read only once it is known that no link leads there."""
    found = {}
    for relative in files_below(run_dir, [CONTEXT]):
        data = find_file(path_within(run_dir, relative))
        if data is not None:
            found[relative] = data
    return found


def name_of(run_dir: Path) -> str:
    """Return a run's name, as far as any of its records still tells it, else what its id says."""
    for read in (_named_in_record, _named_in_journal):
        with suppress(CurricleError, ValueError, KeyError, TypeError, RecursionError):
            if name := one_line(str(read(run_dir)), NAME_LENGTH_MAX).strip():
                return name
    is_id = is_run_id(run_dir.name)
    return (run_dir.name[_SECOND.stop + 1 : -len("-0a1b")] if is_id else run_dir.name)[
        :NAME_LENGTH_MAX
    ]


def _named_in_record(run_dir: Path) -> Any:
    return json.loads(read_file(path_within(run_dir, RUN_FILE)))["name"]


def _named_in_journal(run_dir: Path) -> Any:
    return _first_entry(run_dir)["data"]["name"]


def _first_entry(run_dir: Path) -> Any:
    """Return the first entry of a journal, of which no more is read than it takes."""
    with closing(read_chunks(path_within(run_dir, JOURNAL), limit_bytes=MAX_LOG_BYTES)) as chunks:
        return json.loads(next(chunks, b"").partition(b"\n")[0])
