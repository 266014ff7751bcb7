"""Many logs at once: a pack for each row of a list, in its order; no row stops the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.errors import CurricleError, InvalidArgumentError, LogInvalidError
from curricle.fsio import MAX_DOCUMENT_BYTES, read_file
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.triage.facts import facts_of_row
from curricle.triage.log import judge_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from curricle.triage.desk import Decided
    from curricle.triage.facts import JobFacts
    from curricle.triage.judge import Judge, Judged


_HINT: Final = 'each line is an object, at least {"id": "...", "log": "path"}'


def judge_list(
    judge: Judge,
    path: Path,
    decide_on: Callable[[Judged, JobFacts, tuple[str, ...]], Decided],
) -> Iterator[tuple[str | None, Decided | CurricleError]]:
    """Yield for each row its id, and what is decided on it or why it could not be read.

    What `decide_on` raises concerns all rows and stops the rest.

    Raises:
        IoError, PermissionDeniedError: the list cannot be read.
    """
    data = read_file(path, limit_bytes=MAX_DOCUMENT_BYTES)
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        row_id = None
        try:
            row = _parsed(path, number, line)
            row_id = row["id"] if isinstance(row.get("id"), str) else None
            _verify_row(path, number, row)
            facts = facts_of_row(row)
            judged, notes = judge_log(judge, row["log"], _green(row))
        except CurricleError as error:
            yield row_id, error
        else:
            yield row_id, decide_on(judged, facts, notes)


def _parsed(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        row = parse_json(line)
    except MalformedJsonError as error:
        raise LogInvalidError(path.name, error.why, line=number, hint=_HINT) from error
    if not isinstance(row, dict):
        raise LogInvalidError(path.name, f"line {number} is no object", line=number, hint=_HINT)
    return row


def _verify_row(path: Path, number: int, row: Mapping[str, Any]) -> None:
    for name in ("id", "log"):
        if not isinstance(row.get(name), str) or not row[name]:
            raise LogInvalidError(
                path.name, f"line {number} has no {name!r}", line=number, hint=_HINT
            )
    if row["log"] == "-":
        raise InvalidArgumentError("a list cannot name standard input", hint="name a file")


def _green(row: Mapping[str, Any]) -> tuple[str, ...]:
    named = row.get("pass_log")
    names = named if isinstance(named, list) else [named] if named is not None else []
    if not all(isinstance(name, str) and name not in {"", "-"} for name in names):
        raise InvalidArgumentError("'pass_log' is no path")
    return tuple(names)
