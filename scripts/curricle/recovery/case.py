"""What whoever takes over has to know of a run: facts of its journal and digests, no present times.

The same state gives the same facts: times and surroundings are those that the journal recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from curricle.errors import CurricleError
from curricle.evidence.environment import ENVIRONMENT_FIELDS
from curricle.evidence.pack import pack_of_error
from curricle.layout import CURRICULUM, OBJECTS
from curricle.recovery.ledger import read_attempts
from curricle.recovery.view import StepState, foresee
from curricle.runs.folder import take_snapshot
from curricle.runs.record import EVENT_FAILURE, EVENT_INIT, EVENT_STAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.evidence.pack import ArtifactPack
    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.ledger import Attempt
    from curricle.recovery.situation import Situation
    from curricle.recovery.view import PathView
    from curricle.runbook.entry import Entry
    from curricle.runs.journal import Entry as JournalEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenItem:
    """Something that a person has to decide or do."""

    who: str
    what: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtifactFact:
    """A file of the run, as the record knows it."""

    path: str
    state: str
    sha256: str | None
    at: str | None
    """When its bytes were recorded; None where they never were."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EscalationCase:
    """A run in which a person has to take over."""

    situation: Situation
    diagnosis: Diagnosis | None
    failure_entry: JournalEntry | None
    """Where the failure is on record; None where it is not."""
    path: PathView | None
    attempts: tuple[Attempt, ...]
    artifacts: tuple[ArtifactFact, ...]
    environment: Mapping[str, Any]
    owner: str | None

    @property
    def pack(self) -> ArtifactPack:
        """Return the compact evidence."""
        run_id = self.situation.run_dir.name
        diagnosis = self.diagnosis
        suspects = tuple(_suspects(diagnosis.details)) if diagnosis else ()
        digest = next((a.sha256 for a in self.artifacts if a.path in suspects), None)
        return pack_of_error(
            diagnosis.code if diagnosis else "healthy",
            diagnosis.message if diagnosis else "nothing is wrong with the run",
            diagnosis.details if diagnosis else {},
            run_id=run_id,
            line=self.failure_entry.seq if self.failure_entry else None,
            suspect_files=suspects,
            run_link=run_id,
            artifacts_link=f"{run_id}/{OBJECTS}/{digest}" if digest else None,
            environment=self.environment,
            notes=tuple(f"{a.path}: {a.outcome or 'died'}" for a in self.attempts),
        )

    def open_items(self) -> Iterator[OpenItem]:
        """Yield what remains to be decided, and by whom."""
        who = self.owner or "whoever takes over"
        steps = [
            step
            for cause in (self.path.causes if self.path else ())
            if cause.holds is not False
            for step in cause.steps
            if step.state is not StepState.DONE
        ]
        for step in steps:
            kind = "" if step.state is StepState.NEEDS_YOU else "the program can: "
            yield OpenItem(
                who=who if step.state is StepState.NEEDS_YOU else "anybody",
                what=kind + step.text,
                commands=tuple(command.line for command in step.commands),
            )
        if not steps:
            yield OpenItem(who=who, what="whether the run is accepted as it is")


def gather(
    situation: Situation,
    diagnosis: Diagnosis | None,
    book: Mapping[str, Entry],
    environment: Mapping[str, Any],
    owner: str | None,
) -> EscalationCase:
    """Return the facts of a run; `environment` is used where its journal recorded none."""
    failure_entry = _failure_entry(situation, diagnosis)
    recorded = recorded_environment(failure_entry) if failure_entry else {}
    environment = recorded or environment
    # The path as it was for whoever met the failure, not as it is for whoever hands it over.
    situation = replace(situation, environment=_variables(environment))
    return EscalationCase(
        situation=situation,
        diagnosis=diagnosis,
        failure_entry=failure_entry,
        path=foresee(book[diagnosis.code], situation, diagnosis) if diagnosis else None,
        attempts=read_attempts(situation.chain.entries),
        artifacts=tuple(_artifacts(situation)),
        environment=environment,
        owner=owner,
    )


def recorded_environment(entry: JournalEntry) -> Mapping[str, Any]:
    """Return the surroundings that an entry recorded; empty where it has none of our form."""
    found = entry.data.get("environment")
    if not isinstance(found, dict) or not isinstance(found.get("settings"), dict):
        return {}
    return {name: found.get(name) for name in ENVIRONMENT_FIELDS}


def _variables(environment: Mapping[str, Any]) -> dict[str, str]:
    """Return variables as they were recorded, of those not told that they were set."""
    settings = environment.get("settings", {})
    return {name: str(value) for name, value in settings.items() if value is not None}


def _suspects(details: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files that an error blames, by path inside the run."""
    for name in ("file", "artifact"):
        if isinstance(details.get(name), str):
            yield details[name]
    if details.get("rules"):
        yield CURRICULUM


def _failure_entry(situation: Situation, diagnosis: Diagnosis | None) -> JournalEntry | None:
    if diagnosis is None:
        return None
    found = (
        entry
        for entry in reversed(situation.chain.entries)
        if entry.event == EVENT_FAILURE and entry.data.get("code") == diagnosis.code
    )
    return next(found, None)


def _artifacts(situation: Situation) -> Iterator[ArtifactFact]:
    recorded = _recorded_at(situation)
    try:
        digests = dict(take_snapshot(situation.run_dir).digests)
    except CurricleError:
        digests = {}
    states: dict[str, str] = {}
    if situation.inspection:
        states = {a.path: a.state.value for a in situation.inspection.artifacts}
    for path in sorted(digests.keys() | states.keys()):
        digest = digests.get(path)
        yield ArtifactFact(
            path=path,
            state=states.get(path, "there" if digest else "missing"),
            sha256=digest,
            at=recorded.get((path, digest or "")),
        )


def _recorded_at(situation: Situation) -> dict[tuple[str, str], str]:
    """Return when each version of each file was first recorded."""
    found: dict[tuple[str, str], str] = {}
    for entry in situation.chain.entries:
        groups = {EVENT_INIT: ("files",), EVENT_STAGE: ("inputs", "outputs")}
        for group in groups.get(entry.event, ()):
            files = entry.data.get(group)
            for path, digest in files.items() if isinstance(files, dict) else ():
                found.setdefault((str(path), str(digest)), entry.at)
    return found
