"""The evidence of each case, one file each, which the ledger knows by its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.cases.events import CASE_FAILED
from curricle.cases.ledger import follow_ledger, ledger_broken
from curricle.cases.places import pack_path
from curricle.errors import InvalidArgumentError
from curricle.fsio import find_file, make_folder, sync_folder, write_file
from curricle.jsontext import MalformedJsonError, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from curricle.cases.ledger import Line

PACK_BYTES_MAX: Final = 16_000_000


def pack_bytes(pack: Mapping[str, Any]) -> bytes:
    """Return a pack as it is kept.

    Raises:
        InvalidArgumentError: it is no JSON, or too large.
    """
    try:
        data = document_bytes(dict(pack))
        # What is kept must be readable by the stricter reader too.
        parse_json(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"the pack is no JSON: {error}") from error
    if len(data) > PACK_BYTES_MAX:
        raise InvalidArgumentError(
            f"the pack has {len(data)} bytes, at most {PACK_BYTES_MAX} are allowed"
        )
    return data


def keep_pack(runs_dir: Path, case_id: str, data: bytes) -> None:
    """Put a pack in its place, durably; one that is there already is replaced."""
    path = pack_path(runs_dir, case_id)
    folder = path.parent
    if not folder.is_dir():
        make_folder(folder)
        sync_folder(folder.parent)
        sync_folder(runs_dir)
    write_file(path, data)


def find_pack(runs_dir: Path, case_id: str) -> bytes | None:
    """Return a pack's bytes as they are, or None where there is none."""
    return find_file(pack_path(runs_dir, case_id), limit_bytes=PACK_BYTES_MAX)


def verified_pack(runs_dir: Path, case_id: str, sha256: str) -> Any:
    """Return the pack of a case whose recorded digest is `sha256`.

    Raises:
        JournalBrokenError: it is missing, or not the one on record.
    """
    data = find_pack(runs_dir, case_id)
    if data is None:
        raise ledger_broken(f"the pack of {case_id} is missing")
    digest = sha256_hex(data)
    # NOTE: two machines may have recorded the same case with evidence of their own; after a merge
    # both are on record, and each machine keeps the pack that it has.
    if digest != sha256 and digest not in _recorded(runs_dir, case_id):
        raise ledger_broken(f"the pack of {case_id} is not the one on record")
    try:
        return parse_json(data)
    except MalformedJsonError as error:
        raise ledger_broken(f"the pack of {case_id} is no JSON: {error.why}") from error


def _recorded(runs_dir: Path, case_id: str) -> set[object]:
    found: set[object] = set()

    def visit(line: Line) -> None:
        data = line.entry["data"]
        if line.entry["event"] == CASE_FAILED and data.get("case") == case_id:
            found.add(data.get("pack_sha256"))

    follow_ledger(runs_dir, visit)
    return found
