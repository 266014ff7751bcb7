"""What started a run: who, when, with which files, and on whose request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curricle.audit.told import Told, object_of, text_of, told
from curricle.runs.record import EVENT_INIT

if TYPE_CHECKING:
    from curricle.audit.told import Sorted


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenFile:
    """A file that a run began with."""

    path: str
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveredFrom:
    """The broken run that this one stands in for."""

    run_id: str | None
    archive_sha256: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Started(Told):
    """How a run began; what nobody recorded is None."""

    run_id: str
    name: str
    given: tuple[GivenFile, ...]
    origin_recorded: bool
    """Whether the version that began the run recorded where it came from."""
    source: str | None
    """Ticket or issue that authorises the run."""
    repository: str | None
    branch: str | None
    commit: str | None
    job: str | None
    request: str | None
    recovered_from: RecoveredFrom | None


def find_started(entries: Sorted) -> Started | None:
    """Return how a run began, or None where that cannot be read."""
    for entry in entries.of(EVENT_INIT):
        origin = object_of(entry.data, "origin")
        before = object_of(entry.data, "recovered_from")
        return Started(
            **told(entry),
            run_id=entry.data["run_id"],
            name=entry.data["name"],
            given=tuple(
                GivenFile(path=path, digest=digest)
                for path, digest in sorted(entry.data["files"].items())
            ),
            origin_recorded=bool(origin),
            source=text_of(origin, "source"),
            repository=text_of(origin, "repository"),
            branch=text_of(origin, "branch"),
            commit=text_of(origin, "commit"),
            job=text_of(origin, "job"),
            request=text_of(origin, "request"),
            recovered_from=RecoveredFrom(
                run_id=text_of(before, "run_id"), archive_sha256=text_of(before, "archive_sha256")
            )
            if before
            else None,
        )
    return None
