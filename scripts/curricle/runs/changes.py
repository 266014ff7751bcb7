"""Puts into words why a stage is stale, from the old and new bytes of its inputs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.jsontext import MalformedJsonError, parse_json
from curricle.printable import listed, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curricle.runs.freshness import StageState

_SHOWN_MAX: Final = 3
_CHANGE_LENGTH_MAX: Final = 160


def describe_stale(
    state: StageState,
    find_object: Callable[[str], bytes | None],
    read: Callable[[str], bytes | None],
) -> str:
    """Return why a stage is stale; empty when it is not.

    `find_object` gives the bytes of a digest, `read` those of a path inside the run.
    """
    changes = [
        describe_change(
            changed.path.rpartition("/")[2],
            find_object(changed.was) if changed.was else None,
            read(changed.path) if changed.is_now else None,
        )
        for changed in state.changed
    ]
    return "; ".join([*changes, *state.reasons])


def describe_change(name: str, before: bytes | None, after: bytes | None) -> str:
    """Return a sentence such as `topic_spec.json changed: constraints.hours_per_week 6 → 4`.

    None stands for a file that was not there, or whose old version is not at hand.
    """
    if after is None:
        return f"{name} is gone"
    if before is None:
        return f"{name} is new or its old version is not kept"
    try:
        old, new = parse_json(before), parse_json(after)
    except MalformedJsonError:
        old_lines, new_lines = before.splitlines(), after.splitlines()
        return f"{name} changed: {len(old_lines)} → {len(new_lines)} lines"
    changes = list(_changes(old, new, ""))
    if not changes:
        return f"{name} changed in its layout only"
    shown = [one_line(change, _CHANGE_LENGTH_MAX) for change in changes[:_SHOWN_MAX]]
    return f"{name} changed: {listed(shown, len(changes), between='; ')}"


def _changes(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            below = f"{path}.{key}" if path else key
            if key not in new:
                yield f"{below} removed"
            elif key not in old:
                yield f"{below} added"
            else:
                yield from _changes(old[key], new[key], below)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_changes(old, new, path)
    elif old != new or type(old) is not type(new):
        yield f"{path} {_shown(old)} → {_shown(new)}"


def _list_changes(old: list[Any], new: list[Any], path: str) -> Iterator[str]:
    if len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _changes(one, other, f"{path}[{at}]")
        return
    added = [item for item in new if item not in old]
    removed = [item for item in old if item not in new]
    yield f"{path} {len(old)} → {len(new)} entries" + "".join(
        f" ({word} {_label(items[0])})"
        for word, items in (("added", added), ("removed", removed))
        if len(items) == 1
    )


def _label(item: Any) -> str:
    return _shown(item["id"] if isinstance(item, dict) and "id" in item else item)


def _shown(value: Any) -> str:
    return one_line(str(value), 40)
