"""What changed between two revisions, as a Markdown page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.canonical import line_bytes
from curricle.printable import amount, counted, one_line
from curricle.stages.markdown import code, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.curriculum.diff import Diff

_SHOWN_MAX: Final = 100
"""Lines of one kind; the JSON report has all of them."""
_VALUE_LENGTH_MAX: Final = 120


def render_diff_page(diff: Diff, *, is_first: bool) -> str:
    """Return `diff_report.md`."""
    lines = ["# What changed", ""]
    if is_first:
        lines += ["This is the first revision: there is nothing to compare it with.", ""]
    elif diff.is_empty:
        lines += ["Nothing: both revisions say the same.", ""]
    else:
        lines += _body(diff)
    return "\n".join(lines)


def _body(diff: Diff) -> Iterator[str]:
    hours = diff.minutes_delta / 60
    moved = len(diff.weeks_moved)
    yield f"{_signed(hours)} hours; {counted(moved, 'node')} in another week."
    yield ""
    yield from _list("Added", [f"{plain(n['title'])} ({code(n['id'])})" for n in diff.added])
    yield from _list("Removed", [f"{plain(n['title'])} ({code(n['id'])})" for n in diff.removed])
    yield from _list("Renamed", [f"{code(old)} → {code(new)}" for old, new in diff.renamed])
    yield from _list(
        "Changed",
        [
            f"{code(node_id)} {plain(change.field)}:"
            f" {_shown(change.before)} → {_shown(change.after)}"
            for node_id, changes in diff.changed
            for change in changes
        ],
    )
    yield from _list(
        "Document",
        [f"{plain(c.field)}: {_shown(c.before)} → {_shown(c.after)}" for c in diff.document],
    )
    yield from _list("New edges", [f"{code(a)} → {code(b)}" for a, b in diff.edges_added])
    yield from _list("Edges gone", [f"{code(a)} → {code(b)}" for a, b in diff.edges_removed])
    yield from _list(
        "Other weeks", [f"{code(node)}: week {old} → {new}" for node, old, new in diff.weeks_moved]
    )
    before, after = diff.critical_path_before, diff.critical_path_after
    if before != after:
        yield "## Critical path"
        yield ""
        yield f"- before, {amount(before[1])} minutes: {' → '.join(map(plain, before[0]))}"
        yield f"- after, {amount(after[1])} minutes: {' → '.join(map(plain, after[0]))}"
        yield ""


def _list(heading: str, entries: list[str]) -> Iterator[str]:
    if not entries:
        return
    yield f"## {heading}"
    yield ""
    for entry in entries[:_SHOWN_MAX]:
        yield f"- {entry}"
    if len(entries) > _SHOWN_MAX:
        yield f"- … and {len(entries) - _SHOWN_MAX} more in the JSON report"
    yield ""


def _shown(value: object) -> str:
    return plain(one_line(line_bytes(value).decode(), _VALUE_LENGTH_MAX))


def _signed(hours: float) -> str:
    return ("+" if hours > 0 else "") + amount(hours) if hours else "no more or fewer"
