"""Whether a run's journal still is what was recorded."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.errors import (
    CurricleError,
    InvalidArgumentError,
    JournalBrokenError,
    RunMetadataInvalidError,
    RunSchemaUnsupportedError,
)
from curricle.fsio import find_file, path_within
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import RUN_FILE
from curricle.runs.journal import Head, follow_journal
from curricle.runs.state import load_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_HEAD: Final = re.compile(r"(\d{1,12}):([0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What a journal that chains ends in."""

    head: Head
    has_torn_line: bool

    @property
    def text(self) -> str:
        """Return the head as people note it: `ENTRIES:SHA256`."""
        return f"{self.head.entries}:{self.head.sha256}"


def journal_head(run_dir: Path) -> Proof:
    """Return where the journal ends now.

    Raises:
        JournalBrokenError: it does not chain.
    """
    found = follow_journal(run_dir)
    return Proof(head=found.head, has_torn_line=bool(found.torn_bytes))


def verify_journal(
    run_dir: Path,
    noted: str | None,
    visit: Callable[[Mapping[str, Any]], object] | None = None,
) -> Proof:
    """Return where the journal ends, after checking it against what is known of it.

    Checked are the chain from the first entry, the head in `run.json` where that can be read,
    and the head that was noted. `visit` is called with the members of each entry that chains.

    Raises:
        JournalBrokenError: an entry was changed, removed, reordered or cut.
        InvalidArgumentError: `noted` is no head.
    """
    heads = []
    if noted is not None:
        heads.append(("the noted head", _parse_head(noted)))
    # The record first: a writer at work only ever puts the journal ahead of it.
    recorded = find_known_head(run_dir)
    problem = _find_problem(run_dir)
    if recorded is not None:
        heads.append(("run.json", (recorded.entries, recorded.sha256)))
    found = follow_journal(run_dir, at={entries for _, (entries, _) in heads}, visit=visit)
    if problem is not None:
        why, line = problem
        raise JournalBrokenError(run_dir.name, why, line=line)
    for name, (entries, digest) in heads:
        if found.head.entries < entries:
            raise JournalBrokenError(
                run_dir.name,
                f"it has {found.head.entries} entries, {name} knows {entries}: entries were cut",
            )
        if found.digests[entries] != digest:
            raise JournalBrokenError(
                run_dir.name, f"the entry is not the one that {name} knows", line=entries or None
            )
    return Proof(head=found.head, has_torn_line=bool(found.torn_bytes))


def find_known_head(run_dir: Path) -> Head | None:
    """Return where `run.json` says that the journal ended, or None where it does not say.

    Whatever else is wrong with it, and whichever version wrote it.
    """
    try:
        data = find_file(path_within(run_dir, RUN_FILE))
    except CurricleError:
        return None
    return None if data is None else parse_known_head(data, run_dir.name)


def parse_known_head(data: bytes, run_id: str) -> Head | None:
    """Return the head in the bytes of a run's `run.json`, or None where they hold none of it."""
    try:
        document = parse_json(data)
        return Head.from_json(document["journal"]) if document["run_id"] == run_id else None
    except (MalformedJsonError, KeyError, TypeError):
        return None


def _find_problem(run_dir: Path) -> tuple[str, int | None] | None:
    """Return what is wrong with the journal beyond the head in `run.json`, where that is usable."""
    if not os.path.lexists(path_within(run_dir, RUN_FILE)):
        return None
    try:
        return load_run(run_dir).journal_problem
    except (RunMetadataInvalidError, RunSchemaUnsupportedError):
        return None


def _parse_head(text: str) -> tuple[int, str]:
    found = _HEAD.fullmatch(text.strip())
    if not found:
        raise InvalidArgumentError(
            f"--head {text!r} is no head", hint="`journal head` prints one: ENTRIES:SHA256"
        )
    return int(found[1]), found[2]
