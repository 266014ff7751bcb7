"""Whether a run's journal still is what was recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.errors import (
    InvalidArgumentError,
    JournalBrokenError,
    RunMetadataInvalidError,
    RunSchemaUnsupportedError,
)
from curricle.runs.journal import load_journal
from curricle.runs.state import load_run

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.runs.journal import Chain, Head

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
    chain = load_journal(run_dir)
    return Proof(head=chain.head, has_torn_line=bool(chain.torn))


def verify_journal(run_dir: Path, noted: str | None) -> Proof:
    """Return where the journal ends, after checking it against what is known of it.

    Checked are the chain from the first entry, the head in `run.json` where that can be read,
    and the head that was noted.

    Raises:
        JournalBrokenError: an entry was changed, removed, reordered or cut.
        InvalidArgumentError: `noted` is no head.
    """
    heads = []
    if noted is not None:
        heads.append(("the noted head", _parse_head(noted)))
    # The record first: a writer at work only ever puts the journal ahead of it.
    try:
        state = load_run(run_dir)
    except (RunMetadataInvalidError, RunSchemaUnsupportedError):
        state = None
    chain = load_journal(run_dir)
    if state is not None:
        if state.journal_problem:
            why, line = state.journal_problem
            raise JournalBrokenError(run_dir.name, why, line=line)
        recorded = state.record.head
        heads.append(("run.json", (recorded.entries, recorded.sha256)))
    for name, (entries, digest) in heads:
        if chain.head.entries < entries:
            raise JournalBrokenError(
                run_dir.name,
                f"it has {chain.head.entries} entries, {name} knows {entries}: entries were cut",
            )
        if _digest_at(chain, entries) != digest:
            raise JournalBrokenError(
                run_dir.name, f"the entry is not the one that {name} knows", line=entries or None
            )
    return Proof(head=chain.head, has_torn_line=bool(chain.torn))


def _digest_at(chain: Chain, entries: int) -> str:
    """Return the digest of the last of the first `entries` lines."""
    is_within = entries < len(chain.entries)
    return chain.entries[entries].previous if is_within else chain.head.sha256


def _parse_head(text: str) -> tuple[int, str]:
    found = _HEAD.fullmatch(text.strip())
    if not found:
        raise InvalidArgumentError(
            f"--head {text!r} is no head", hint="`journal head` prints one: ENTRIES:SHA256"
        )
    return int(found[1]), found[2]
