"""The summary of a decision that a person reads in five seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WIDTH: Final = 12
_LENGTH_MAX: Final = 240
_NOTES_MAX: Final = 6
UNKNOWN: Final = "-"


def summary_rows(pack: Mapping[str, Any], case_id: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield what to read of a pack, as label and text, each on one line."""
    decision = pack["decision"]
    yield "bucket", pack["bucket"]
    yield "fingerprint", pack["fingerprint"]
    yield "sha", pack["commit_sha"] or UNKNOWN
    yield "next-action", decision["action"]
    yield "why", f"{decision['reason']}; {_line(pack)}"
    if pack["failing_tests"]:
        yield "test", one_line(pack["failing_tests"][0], _LENGTH_MAX) + _more(pack["failing_tests"])
    if pack["suspect_files"]:
        yield "file", one_line(pack["suspect_files"][0], _LENGTH_MAX) + _more(pack["suspect_files"])
    for note in pack["notes"][:_NOTES_MAX]:
        yield "notes", one_line(note, _LENGTH_MAX)
    if case_id:
        yield "case", case_id


def render_summary(pack: Mapping[str, Any], case_id: str | None = None) -> str:
    """Return the summary as aligned lines."""
    rows = summary_rows(pack, case_id)
    return "\n".join(f"{label + ':':<{_WIDTH}} {text}" for label, text in rows)


def _line(pack: Mapping[str, Any]) -> str:
    number = pack["first_failure_line_number"]
    if number is None:
        return "no line tells why"
    return f"line {number}: {one_line(pack['first_failure_line'], _LENGTH_MAX)}"


def _more(texts: list[str]) -> str:
    return f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
