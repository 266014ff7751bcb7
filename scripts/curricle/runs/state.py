"""Reads the state of a run: `run.json`, and what the journal knows beyond it.

Never writes and never waits for the lock, so it may meet a run in the middle of a commit, or one
whose last command died there; it says so instead of guessing. Where `run.json` is missing, the
journal alone tells the state. `commit.py` completes such runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import sha256_hex
from curricle.errors import (
    JournalBrokenError,
    RunMetadataInvalidError,
    RunSchemaUnsupportedError,
)
from curricle.fsio import find_file, find_tail, path_within
from curricle.jsontext import MalformedJsonError, decode_text, find_lines, parse_json
from curricle.layout import JOURNAL, RUN_FILE
from curricle.printable import one_line
from curricle.runs.folder import ARTIFACT_FOLDERS
from curricle.runs.journal import load_journal, read_chain
from curricle.runs.record import (
    EVENT_STAGE,
    SCHEMA_VERSION,
    RunRecord,
    apply_entries,
    first_record,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from curricle.runs.journal import Chain, Entry, Head

_PLACES: Final = tuple(f"{folder}/" for folder in ARTIFACT_FOLDERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """An output that a committed entry names and `run.json` does not know yet."""

    digest: str
    before: frozenset[str]
    """Digests that may stand there when it was not put in place yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunState:
    """A run as it was read."""

    path: Path
    record: RunRecord
    """The state after every entry of the journal that chains."""
    pending: Mapping[str, Placement] = field(default_factory=dict)
    """Outputs that may not have been put in place; empty but for an interrupted run."""
    is_ahead: bool = False
    """The journal holds entries that `run.json` does not know yet."""
    is_rebuilt: bool = False
    """`run.json` is missing, and the record is what the whole journal adds up to."""
    torn: bytes = b""
    """An unfinished last line of the journal: its command died before its commit."""
    journal_problem: tuple[str, int | None] | None = None
    """Why the journal cannot be added to, and at which line; None when it can."""


def load_run(run_dir: Path) -> RunState:
    """Return the state of a run.

    Raises:
        RunMetadataInvalidError: `run.json` is damaged or another run's; or it is missing and the
            journal cannot stand in for it.
        RunSchemaUnsupportedError: a newer version of this program wrote it.
    """
    record = _load_record(run_dir)
    if record is None:
        return rebuild_state(run_dir)
    chain = _load_tail(run_dir, record.head)
    if chain is None:
        return RunState(
            path=run_dir,
            record=record,
            journal_problem=("it is shorter than run.json says: entries were cut off", None),
        )
    problem = (chain.why, chain.broken_line) if chain.broken_line else None
    try:
        ahead = apply_entries(record, chain.entries, chain.head)
        pending = _pending(chain.entries)
    except (KeyError, TypeError, ValueError, AttributeError):
        problem = ("an entry after the head in run.json makes no sense", record.head.entries + 1)
        return RunState(path=run_dir, record=record, journal_problem=problem)
    return RunState(
        path=run_dir,
        record=ahead,
        pending=pending,
        is_ahead=bool(chain.entries),
        torn=chain.torn,
        journal_problem=problem,
    )


def rebuild_state(run_dir: Path) -> RunState:
    """Return the state that the journal alone adds up to, as where `run.json` is missing.

    Raises:
        RunMetadataInvalidError: the journal does not chain, or is another run's.
    """
    run_id = run_dir.name
    try:
        chain = load_journal(run_dir)
        first, *more = chain.entries
        record = apply_entries(first_record(first), more, chain.head)
        # Each command completes what the one before it left: only the last commit can be half done.
        pending = _pending([entry for entry in more if entry.event == EVENT_STAGE][-1:])
    except JournalBrokenError as error:
        raise RunMetadataInvalidError(run_id, f"the file is missing, and {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = "the file is missing, and an entry of the journal makes no sense"
        raise RunMetadataInvalidError(run_id, why) from error
    _check_run_id(run_id, record)
    return RunState(path=run_dir, record=record, pending=pending, torn=chain.torn, is_rebuilt=True)


def last_line_matches(run_dir: Path, head: Head) -> bool:
    """Tell whether the journal's line before `head` still has the digest that `head` carries.

    And its number: an entry after a head that counts wrongly would break the chain for good.
    """
    path = path_within(run_dir, JOURNAL)
    data = find_tail(path, 0) or b""
    data = data[: head.size_bytes]
    start = data.rfind(b"\n", 0, len(data) - 1) + 1
    return sha256_hex(data[start:]) == head.sha256 and data.count(b"\n") == head.entries


def _load_record(run_dir: Path) -> RunRecord | None:
    run_id = run_dir.name
    data = find_file(path_within(run_dir, RUN_FILE))
    if data is None:
        return None
    try:
        document = parse_json(data)
    except MalformedJsonError as error:
        why = "the file is empty" if not data.strip() else error.why
        raise RunMetadataInvalidError(run_id, why, line=error.line) from error
    if not isinstance(document, dict):
        raise RunMetadataInvalidError(run_id, "it is no JSON object")
    _check_version(run_id, document.get("schema_version"))
    try:
        record = RunRecord.from_json(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why, line = _complaint(data, document, error)
        raise RunMetadataInvalidError(run_id, why, line=line) from error
    _check_run_id(run_id, record)
    return record


def _check_run_id(run_id: str, record: RunRecord) -> None:
    if record.run_id != run_id:
        raise RunMetadataInvalidError(
            run_id,
            f"it belongs to the run {record.run_id!r}",
            belongs_to=record.run_id,
            hint=f"rename the folder back to {one_line(record.run_id)};"
            " a copy that you need no more can be archived as it is",
        )


def _check_version(run_id: str, version: object) -> None:
    if version == SCHEMA_VERSION:
        return
    if not isinstance(version, str) or not version.replace(".", "", 1).isdecimal():
        raise RunMetadataInvalidError(run_id, f"schema_version is {version!r}")
    raise RunSchemaUnsupportedError(run_id, version, SCHEMA_VERSION)


def _complaint(
    data: bytes, document: Mapping[str, Any], error: Exception
) -> tuple[str, int | None]:
    """Return what is wrong, with the line of the first place where the schema is broken."""
    from curricle.schema import DocumentKind, check_document

    violations = check_document(DocumentKind.RUN, document)
    if not violations:
        is_missing = isinstance(error, KeyError)
        return f"the field {error} is missing" if is_missing else str(error), None
    first = violations[0]
    line = find_lines(decode_text(data), [first.pointer])[first.pointer]
    return f"{first.pointer or 'the document'}: {first.message}", line


def _load_tail(run_dir: Path, head: Head) -> Chain | None:
    """Return what the journal holds after `head`; None when it ends before."""
    path = path_within(run_dir, JOURNAL)
    tail = find_tail(path, head.size_bytes)
    return None if tail is None else read_chain(tail, after=head)


def _pending(entries: Sequence[Entry]) -> dict[str, Placement]:
    pending: dict[str, Placement] = {}
    for entry in entries:
        if entry.event != EVENT_STAGE:
            continue
        for path, digest in entry.data["outputs"].items():
            if not path.startswith(_PLACES) or ".." in path.split("/"):
                raise ValueError("an output outside the run's folders")
            replaced = entry.data.get("replaced", {})
            before = {replaced[path]} if path in replaced else set()
            if path in pending:
                before |= {pending[path].digest, *pending[path].before}
            pending[path] = Placement(digest=digest, before=frozenset(before))
    return pending
