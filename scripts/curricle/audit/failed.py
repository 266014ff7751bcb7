"""What failed in a run, and which later success settled it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curricle.audit.told import Told, count_of, object_of, text_of, told
from curricle.layout import STAGES
from curricle.runs.record import EVENT_FAILURE, EVENT_STAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.audit.told import Sorted
    from curricle.runs.journal import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed(Told):
    """A typed error that ended a command."""

    code: str
    message: str
    exit_status: int | None
    stage: str | None
    """The stage that was being made."""
    fingerprint: str | None
    environment: Mapping[str, Any] | None
    settled_by: int | None
    """Number of the entry that made the stage, or one after it, all the same."""


def find_failures(entries: Sorted) -> tuple[Failed, ...]:
    """Return the failures of a journal, in their order."""
    made = entries.of(EVENT_STAGE)
    return tuple(
        Failed(
            **told(entry),
            code=entry.data["code"],
            message=entry.data["message"],
            exit_status=count_of(entry.data, "exit_status"),
            stage=text_of(entry.data, "stage"),
            fingerprint=text_of(entry.data, "fingerprint") or None,
            environment=object_of(entry.data, "environment") or None,
            settled_by=_settled_by(entry, made),
        )
        for entry in entries.of(EVENT_FAILURE)
    )


def _settled_by(failure: Entry, made: Sequence[Entry]) -> int | None:
    rank = _rank(text_of(failure.data, "stage"))
    later = (entry for entry in made if entry.seq > failure.seq)
    return next((entry.seq for entry in later if _rank(entry.data["stage"]) >= rank), None)


def _rank(stage: str | None) -> int:
    return [known.value for known in STAGES].index(stage) if stage in STAGES else -1
