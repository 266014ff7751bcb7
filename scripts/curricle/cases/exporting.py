"""One file that holds all cases with their packs, for `merging.py` on another machine."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final

from curricle.canonical import line_bytes, sha256_hex
from curricle.cases.events import CASE_FAILED, FORMS, ORIGIN
from curricle.cases.ledger import follow_ledger
from curricle.cases.packs import find_pack
from curricle.errors import InvalidArgumentError
from curricle.fsio import new_file
from curricle.jsontext import MalformedJsonError, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from curricle.cases.ledger import Line

FORMAT: Final = "curricle cases"
SCHEMA_VERSION: Final = "1.0"
HEADER: Final[Mapping[str, str]] = {"format": FORMAT, "schema_version": SCHEMA_VERSION}


def export_cases(runs_dir: Path, target: Path) -> int:
    """Write all that is on record, with the packs, into a new file; return the number of entries.

    One JSON object a line, in the order of the ledger: the same ledger gives the same file. What
    came from another machine keeps the time, actor and digest that it had there.

    Raises:
        InvalidArgumentError: something is at `target` already.
        JournalBrokenError: the ledger does not chain.
    """
    try:
        with new_file(target, mode=0o600) as file:
            writer = _Writer(runs_dir, file)
            file.write(line_bytes(HEADER))
            mark = follow_ledger(runs_dir, writer.see)
            writer.write(mark.head.sha256)
    except FileExistsError as error:
        raise InvalidArgumentError(
            f"{target} is there already", hint="nothing was overwritten; name another file"
        ) from error
    return writer.written


class _Writer:
    """Writes each entry once the digest of its line is known, from the line that follows it."""

    def __init__(self, runs_dir: Path, file: IO[bytes]) -> None:
        self.written = 0
        self._runs_dir = runs_dir
        self._file = file
        self._entry: Mapping[str, Any] | None = None

    def see(self, line: Line) -> None:
        self.write(line.entry["previous"])
        self._entry = line.entry

    def write(self, sha256: str) -> None:
        entry = self._entry
        # What is about the file itself, or of a newer version, is of no use elsewhere.
        if entry is None or entry["event"] not in FORMS:
            return
        data = dict(entry["data"])
        origin = data.pop(ORIGIN, None) or {
            "at": entry["at"],
            "actor": entry["actor"],
            "sha256": sha256,
        }
        item = {
            "event": entry["event"],
            "data": data,
            ORIGIN: origin,
            "pack": self._pack(data) if entry["event"] == CASE_FAILED else None,
        }
        self._file.write(line_bytes(item))
        self.written += 1

    def _pack(self, data: Mapping[str, Any]) -> Any:
        """Return the pack of a case, or None where it is not the one on record."""
        content = find_pack(self._runs_dir, data["case"])
        if content is None or sha256_hex(content) != data["pack_sha256"]:
            return None
        try:
            return parse_json(content)
        except MalformedJsonError:
            return None
