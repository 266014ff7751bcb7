"""Who decided in a run: whose commands changed it, who accepted or rejected it, who was called."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from curricle.audit.told import Told, object_of, text_of, told
from curricle.runs.record import (
    EVENT_DECIDED,
    EVENT_ESCALATED,
    EVENT_INIT,
    EVENT_MENDED,
    EVENT_RECOVERY_STEP,
    EVENT_STAGE,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.audit.changed import Change
    from curricle.audit.told import Sorted

_FORCE: Final = "--force"


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandDone(Told):
    """A command that changed something."""

    last_seq: int
    """Number of its last entry that did."""
    forced: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided(Told):
    """A person's decision."""

    decision: str
    why: str
    outputs: Mapping[str, str]
    """What was decided on: path inside the run to digest."""
    current: bool
    """Whether no output changed since."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Escalated(Told):
    """A hand-over to a person."""

    to: str | None
    code: str | None
    fingerprint: str | None
    environment: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decisions:
    """Everything that somebody decided."""

    actors: tuple[str, ...]
    commands: tuple[CommandDone, ...]
    decisions: tuple[Decided, ...]
    escalations: tuple[Escalated, ...]


def find_decisions(entries: Sorted, changes: tuple[Change, ...]) -> Decisions:
    """Return what was decided according to a journal, each kind in its order."""
    commands = _commands(entries)
    last_change = max((change.seq for change in changes if change.is_changed), default=0)
    return Decisions(
        actors=tuple(sorted({done.actor for done in commands})),
        commands=commands,
        decisions=tuple(
            Decided(
                **told(entry),
                decision=entry.data["decision"],
                why=entry.data["why"],
                outputs=dict(sorted(entry.data["outputs"].items())),
                current=entry.seq > last_change,
            )
            for entry in entries.of(EVENT_DECIDED)
        ),
        escalations=tuple(
            Escalated(
                **told(entry),
                to=text_of(entry.data, "to"),
                code=text_of(entry.data, "code"),
                fingerprint=text_of(entry.data, "fingerprint"),
                environment=object_of(entry.data, "environment") or None,
            )
            for entry in entries.of(EVENT_ESCALATED)
        ),
    )


def _commands(entries: Sorted) -> tuple[CommandDone, ...]:
    """Return the commands behind the changes; one typed twice in a row counts once."""
    found: list[CommandDone] = []
    for entry in entries.of(
        EVENT_INIT, EVENT_STAGE, EVENT_MENDED, EVENT_RECOVERY_STEP, EVENT_DECIDED
    ):
        last = found[-1] if found else None
        if last and (last.actor, last.command) == (entry.actor, entry.command):
            found[-1] = replace(last, last_seq=entry.seq)
        else:
            found.append(
                CommandDone(**told(entry), last_seq=entry.seq, forced=_is_forced(entry.command))
            )
    return tuple(found)


def _is_forced(command: str) -> bool:
    try:
        return _FORCE in shlex.split(command)
    except ValueError:
        return _FORCE in command.split()
