"""Fills the places in the runbook's texts and commands with the facts of a run."""

from __future__ import annotations

from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from curricle.errors import CurricleError
from curricle.layout import ARCHIVES, CURRICULUM, OBJECTS, SCOPE, TOPIC_SPEC, VALIDATION_PAGE
from curricle.providers.choice import DEFAULT_PROVIDER, PROVIDER_VARIABLE, PROVIDERS
from curricle.providers.settings import TIMEOUT_SECONDS_DEFAULT
from curricle.recovery.conditions import damaged_archives
from curricle.recovery.fresh import name_of
from curricle.runbook.entry import PLACES
from curricle.runs.folder import is_run_id
from curricle.runs.objects import find_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.situation import Situation

MORE_TIME_FACTOR: Final = 2


def places_of(situation: Situation, diagnosis: Diagnosis) -> dict[str, str]:
    """Return what stands in each place of `PLACES` for a run."""
    run_dir, details = situation.run_dir, diagnosis.details
    source = source_of(situation)
    path = Path(str(details.get("path") or run_dir))
    found = {
        "run": run_dir.name,
        "runs_dir": str(situation.runs_dir),
        "run_dir": str(run_dir),
        "spec": str(run_dir / TOPIC_SPEC),
        "scope": str(run_dir / SCOPE),
        "curriculum": str(run_dir / CURRICULUM),
        "report": str(run_dir / VALIDATION_PAGE),
        "path": str(path),
        "aside": f"{run_dir}.{path.name}.aside",
        "good_version": next(_good_versions(situation, diagnosis), PLACES["good_version"]),
        "provider": provider_of(situation, diagnosis),
        "variable": str(details.get("variable") or PLACES["variable"]),
        "more_seconds": f"{more_seconds(situation.environment):g}",
        "process": str(details.get("process") or PLACES["process"]),
        "archive": str(
            next(
                _archives_at_fault(situation, diagnosis),
                situation.runs_dir / ARCHIVES / "FILE.tar.gz",
            )
        ),
        "source": str(situation.runs_dir / source) if source else PLACES["source"],
        "source_run": source or PLACES["source_run"],
        "name": name_of(run_dir),
    }
    assert found.keys() == PLACES.keys()  # noqa: S101 - one value for each place
    return found


def _archives_at_fault(situation: Situation, diagnosis: Diagnosis) -> Iterator[Path]:
    if diagnosis.code == "archive_invalid":
        yield from damaged_archives(situation)


def provider_of(situation: Situation, diagnosis: Diagnosis) -> str:
    """Return the provider that failed, else the one that is set."""
    is_set = situation.environment.get(PROVIDER_VARIABLE, DEFAULT_PROVIDER)
    return provider_that_failed(diagnosis) or is_set


def provider_that_failed(diagnosis: Diagnosis) -> str | None:
    """Return the provider that a failure names; None where it names none that there is."""
    name = diagnosis.details.get("provider")
    return name if isinstance(name, str) and name in PROVIDERS else None


def more_seconds(environment: Mapping[str, str]) -> float:
    """Return twice the time that a request has."""
    try:
        seconds = float(environment.get("AGENT_TIMEOUT_SECONDS", TIMEOUT_SECONDS_DEFAULT))
    except ValueError:
        seconds = TIMEOUT_SECONDS_DEFAULT
    return seconds * MORE_TIME_FACTOR


def _good_versions(situation: Situation, diagnosis: Diagnosis) -> Iterator[str]:
    """Yield the object with the last version of the document at fault that the run recorded."""
    path = CURRICULUM if diagnosis.code == "curriculum_invalid" else TOPIC_SPEC
    for digest in recorded_versions(situation, path):
        yield str(situation.run_dir / OBJECTS / digest)


def recorded_versions(situation: Situation, path: str) -> Iterator[str]:
    """Yield the digests of a document's recorded versions that are whole, the latest first."""
    if situation.inspection is None:
        return
    stages = situation.inspection.state.record.stages.values()
    for made in sorted(stages, key=attrgetter("at"), reverse=True):
        digest = {**made.inputs, **made.outputs}.get(path)
        # A folder of objects that is a link is another fault, with a path of its own.
        with suppress(CurricleError):
            if digest and find_object(situation.run_dir, digest) is not None:
                yield digest


def source_of(situation: Situation) -> str:
    """Return the run that a folder was copied or renamed from, as its journal names it."""
    for entry in situation.chain.entries[:1]:
        run_id = entry.data.get("run_id")
        if isinstance(run_id, str) and is_run_id(run_id) and run_id != situation.run_dir.name:
            return run_id
    return ""
