"""What every fact of the record has: where it stands, when, by whom and with which command.

An entry that is not of the form that this version writes is set aside here and named, so that
whoever reads on can rely on the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.runs.record import (
    EVENT_CALL,
    EVENT_DECIDED,
    EVENT_ESCALATED,
    EVENT_FAILURE,
    EVENT_INIT,
    EVENT_MENDED,
    EVENT_RECOVERY_BEGUN,
    EVENT_RECOVERY_ENDED,
    EVENT_RECOVERY_STEP,
    EVENT_STAGE,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from curricle.runs.journal import Entry

_DIGESTS: Final = dict
_FORMS: Final[Mapping[str, Mapping[str, type]]] = {
    EVENT_INIT: {"run_id": str, "name": str, "files": _DIGESTS},
    EVENT_STAGE: {
        "stage": str,
        "inputs": _DIGESTS,
        "outputs": _DIGESTS,
        "version": int,
        "parameters": dict,
    },
    EVENT_FAILURE: {"code": str, "message": str},
    EVENT_CALL: {"provider": str},
    EVENT_MENDED: {"torn_line": str, "size_bytes": int},
    EVENT_RECOVERY_BEGUN: {"attempt": int},
    EVENT_RECOVERY_STEP: {"attempt": int, "step": str, "outcome": str},
    EVENT_RECOVERY_ENDED: {"attempt": int, "outcome": str},
    EVENT_ESCALATED: {},
    EVENT_DECIDED: {"decision": str, "why": str, "outputs": _DIGESTS},
}
"""Event to the members that are relied on, each with its type."""
_OF_PATHS: Final = ("files", "inputs", "outputs", "replaced")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One entry of the journal, or what it says."""

    seq: int
    at: str
    actor: str
    """As claimed, not proven."""
    command: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown(Told):
    """An entry that this version cannot read, or knows nothing of."""

    event: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """The entries of a journal, as far as they can be read."""

    known: tuple[Entry, ...]
    unknown: tuple[Unknown, ...]

    def of(self, *events: str) -> tuple[Entry, ...]:
        """Return the entries of some events, in their order."""
        return tuple(entry for entry in self.known if entry.event in events)


def told(entry: Entry) -> dict[str, Any]:
    """Return what every fact takes from its entry."""
    return {"seq": entry.seq, "at": entry.at, "actor": entry.actor, "command": entry.command}


def sort_entries(entries: Iterable[Entry]) -> Sorted:
    """Return entries parted into those of a known form and others."""
    known, unknown = [], []
    for entry in entries:
        why = _complaint(entry)
        if why:
            unknown.append(Unknown(**told(entry), event=entry.event, why=why))
        else:
            known.append(entry)
    return Sorted(known=tuple(known), unknown=tuple(unknown))


def text_of(data: Mapping[str, Any], name: str) -> str | None:
    """Return a member that is a text, or None."""
    found = data.get(name)
    return found if isinstance(found, str) else None


def object_of(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a member that is an object; an empty one where it is none."""
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def count_of(data: Mapping[str, Any], name: str) -> int | None:
    """Return a member that is a whole number, or None."""
    found = data.get(name)
    return found if type(found) is int else None


def _complaint(entry: Entry) -> str:
    form = _FORMS.get(entry.event)
    if form is None:
        return "this version does not know the event"
    for name, kind in form.items():
        found = entry.data.get(name)
        if not isinstance(found, kind) or isinstance(found, bool):
            return f"its {name} is missing or of another form"
    for name in _OF_PATHS:
        if not all(isinstance(digest, str) for digest in object_of(entry.data, name).values()):
            return f"its {name} holds something that is no digest"
    return ""
