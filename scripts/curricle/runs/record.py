"""The state of a run: what its journal's entries add up to, and the copy of it in `run.json`.

Pure. The journal is the truth; `run.json` is the state as of the journal's head, so that a light
command need not read the whole journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from curricle.failures.fingerprint import fingerprint_of
from curricle.generation.selection import Selection
from curricle.layout import STAGES, Stage
from curricle.runs.freshness import ORIGIN, SELECTION, START_DATE, VALID, Origin
from curricle.runs.journal import Head

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from curricle.errors import CurricleError
    from curricle.runs.journal import Entry

SCHEMA_VERSION: Final = "1.0"

EVENT_INIT: Final = "init"
EVENT_STAGE: Final = "stage"
"""A stage's outputs were committed; `stage_data` says what its `data` is."""
EVENT_FAILURE: Final = "failure"
"""A typed error ended a command; `failure_data` says what its `data` is."""
EVENT_CALL: Final = "call"
"""A model was asked; `calls.py` says what its `data` is. Changes nothing of the state."""
EVENT_MENDED: Final = "journal_mended"
"""An unfinished last line was set aside."""
RECOVERY_EVENTS: Final = "recovery_"
"""What the names of the three events of a recovery begin with."""
EVENT_RECOVERY_BEGUN: Final = "recovery_begun"
EVENT_RECOVERY_STEP: Final = "recovery_step"
EVENT_RECOVERY_ENDED: Final = "recovery_ended"
"""A path of the runbook was gone; `recovery/ledger.py` says what the `data` of the three are."""
EVENT_ESCALATED: Final = "escalated"
"""The run was handed to a person, or is to be; `recovery/bundle.py` says what its `data` is."""
EVENT_DECIDED: Final = "decided"
"""A person decided on the run; `audit/decision.py` says what its `data` is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StageRecord:
    """What a stage was made from and what it made; paths inside the run to digests."""

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    version: int
    at: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    provider: str | None = None
    model: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as it stands in `run.json`."""
        return {
            "inputs": dict(self.inputs),
            "outputs": dict(self.outputs),
            "version": self.version,
            "parameters": dict(self.parameters),
            "provider": self.provider,
            "model": self.model,
            "at": self.at,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> StageRecord:
        """Return the record of a JSON object; other members are passed over.

        Raises:
            KeyError, TypeError: a member is missing or of the wrong type.
        """
        return cls(
            inputs=_digests(document, "inputs"),
            outputs=_digests(document, "outputs"),
            version=_member(document, "version", int),
            parameters=_member(document, "parameters", dict),
            provider=_text_or_none(document, "provider"),
            model=_text_or_none(document, "model"),
            at=_member(document, "at", str),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A typed error that ended a command of this run."""

    code: str
    message: str
    exit_status: int
    command: str
    at: str
    stage: str | None
    """The stage that was being made; a later success of it or of one after it settles this."""
    details: Mapping[str, Any] = field(default_factory=dict)
    next_step: tuple[str, ...] = ()
    """Arguments of the command that was offered, without the program's name."""
    fingerprint: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the failure as it stands in `run.json`."""
        return {
            "code": self.code,
            "message": self.message,
            "exit_status": self.exit_status,
            "command": self.command,
            "at": self.at,
            "stage": self.stage,
            "details": dict(self.details),
            "next": list(self.next_step),
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Failure:
        """Return the failure of a JSON object.

        Raises:
            KeyError, TypeError, ValueError: a member is missing, of the wrong type, or unknown.
        """
        stage = _text_or_none(document, "stage")
        return cls(
            code=_member(document, "code", str),
            message=_member(document, "message", str),
            exit_status=_member(document, "exit_status", int),
            command=_member(document, "command", str),
            at=_member(document, "at", str),
            stage=None if stage is None else Stage(stage).value,
            details=_member(document, "details", dict),
            next_step=tuple(map(str, document.get("next", ()))),
            fingerprint=str(document.get("fingerprint", "")),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """The state of a run as of a journal head."""

    run_id: str
    name: str
    created_at: str
    stages: Mapping[Stage, StageRecord] = field(default_factory=dict)
    last_failure: Failure | None = None
    head: Head = field(default_factory=Head)

    def to_json(self, stage: Stage) -> dict[str, Any]:
        """Return `run.json`; `stage` is the one reached when it is written."""
        return {
            "schema_version": SCHEMA_VERSION,
            "run_id": self.run_id,
            "name": self.name,
            "created_at": self.created_at,
            "stage": stage.value,
            "stages": {name.value: record.to_json() for name, record in self.stages.items()},
            "last_failure": self.last_failure.to_json() if self.last_failure else None,
            "journal": self.head.to_json(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> RunRecord:
        """Return the state that a `run.json` holds.

        Checks types itself: loading `jsonschema-rs` would cost a light command a third of its
        time.

        Raises:
            KeyError, TypeError, ValueError: a member is missing, of the wrong type, or unknown.
        """
        failure = document["last_failure"]
        return cls(
            run_id=_member(document, "run_id", str),
            name=_member(document, "name", str),
            created_at=_member(document, "created_at", str),
            stages={
                Stage(name): _stage_record(Stage(name), record)
                for name, record in _member(document, "stages", dict).items()
            },
            last_failure=None if failure is None else Failure.from_json(failure),
            head=Head.from_json(_member(document, "journal", dict)),
        )


def stage_data(
    stage: Stage,
    *,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    replaced: Mapping[str, str],
    version: int,
    parameters: Mapping[str, Any],
    provider: str | None = None,
    model: str | None = None,
) -> dict[str, Any]:
    """Return the `data` of the entry that commits a stage; the entry itself says when.

    `inputs`, `outputs` and `replaced`, which is what stood in the place of outputs, map paths
    inside the run to digests.
    """
    return {
        "stage": stage.value,
        "inputs": dict(inputs),
        "outputs": dict(outputs),
        "replaced": dict(replaced),
        "version": version,
        "parameters": dict(parameters),
        "provider": provider,
        "model": model,
    }


def failure_data(
    error: CurricleError, stage: Stage | None, environment: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the `data` of the entry that records a failure; the entry says when and by what.

    `environment` is what `evidence.environment` says of the surroundings.
    """
    return {
        "code": error.code,
        "message": str(error),
        "exit_status": error.exit_status,
        "stage": stage.value if stage else None,
        "details": error.details,
        "next": list(error.next_step),
        "fingerprint": fingerprint_of(error.code, str(error), error.details),
        "environment": dict(environment),
    }


def first_record(entry: Entry) -> RunRecord:
    """Return the state that a journal's first entry begins.

    Raises:
        KeyError, TypeError, ValueError: the entry begins no run.
    """
    if entry.event != EVENT_INIT:
        raise ValueError(f"{entry.event} begins no run")
    return RunRecord(
        run_id=_member(entry.data, "run_id", str),
        name=_member(entry.data, "name", str),
        created_at=entry.at,
    )


def apply_entries(record: RunRecord, entries: Iterable[Entry], head: Head) -> RunRecord:
    """Return the state after more entries, whose end is `head`."""
    for entry in entries:
        record = _apply(record, entry)
    return replace(record, head=head)


def _apply(record: RunRecord, entry: Entry) -> RunRecord:
    if entry.event == EVENT_STAGE:
        stage = Stage(entry.data["stage"])
        done = _stage_record(stage, {**entry.data, "at": entry.at})
        failure = record.last_failure
        return replace(
            record,
            stages={**record.stages, stage: done},
            last_failure=None if failure and _settles(stage, failure) else failure,
        )
    if entry.event == EVENT_FAILURE:
        failure = Failure.from_json({**entry.data, "at": entry.at, "command": entry.command})
        return replace(record, last_failure=failure)
    return record


def _stage_record(stage: Stage, document: Mapping[str, Any]) -> StageRecord:
    """Return a stage's record after checking those parameters that commands go by."""
    record = StageRecord.from_json(document)
    found = record.parameters
    if stage is Stage.GENERATED:
        Origin(found[ORIGIN])
    if stage is Stage.VALIDATED and not isinstance(found[VALID], bool):
        raise TypeError(f"{VALID} is of the wrong type")
    if found.get(SELECTION) is not None:
        Selection.from_json(found[SELECTION])
    if found.get(START_DATE) is not None:
        date.fromisoformat(found[START_DATE])
    return record


def _settles(stage: Stage, failure: Failure) -> bool:
    return failure.stage is None or STAGES.index(stage) >= STAGES.index(Stage(failure.stage))


def _digests(document: Mapping[str, Any], name: str) -> dict[str, str]:
    found: dict[str, str] = _member(document, name, dict)
    if not all(isinstance(digest, str) for digest in found.values()):
        raise TypeError(f"{name} holds something that is no digest")
    return found


def _text_or_none(document: Mapping[str, Any], name: str) -> str | None:
    return None if document[name] is None else _member(document, name, str)


def _member(document: Mapping[str, Any], name: str, kind: type) -> Any:
    value = document[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name} is of the wrong type")
    return value
