"""Whether a run's outputs are what its recorded inputs and answers lead to, byte for byte.

Reads only. Each step is judged by itself, so the first that differs is the one to look at; how a
step is made again: `remaking.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from curricle.canonical import sha256_hex
from curricle.errors import CurricleError, IoError
from curricle.fsio import find_file, path_within
from curricle.layout import OBJECTS, STAGE_VERSIONS, Stage
from curricle.printable import listed
from curricle.replay.answers import provider_of
from curricle.replay.remaking import Step, remake
from curricle.runs.freshness import MENDED, ORIGIN, Origin
from curricle.runs.journal import load_journal
from curricle.runs.objects import find_object
from curricle.runs.record import EVENT_STAGE
from curricle.runs.state import load_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from curricle.runs.journal import Entry


class StepOutcome(StrEnum):
    """What came of making a step again."""

    SAME = "same"
    DIFFERS = "differs"
    GIVEN = "given"
    """A person made it: there is nothing to make again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayedStep:
    """A committed step, made again."""

    seq: int
    """Of its journal entry."""
    stage: Stage
    provider: str | None
    outcome: StepOutcome
    differing: tuple[str, ...] = ()
    """Paths of outputs whose bytes are others; empty too where it could not be made again."""
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the step as `replay --json` tells it."""
        return {
            "seq": self.seq,
            "stage": self.stage.value,
            "provider": self.provider,
            "outcome": self.outcome.value,
            "differing": list(self.differing),
            "why": self.why,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """A run, made again."""

    steps: tuple[ReplayedStep, ...]
    artifacts: Mapping[str, bool]
    """Path of each output to whether the file is, byte for byte, what its last step leads to."""

    @property
    def is_identical(self) -> bool:
        """Tell whether nothing differs."""
        return all(step.outcome is not StepOutcome.DIFFERS for step in self.steps) and all(
            self.artifacts.values()
        )


def replay_run(run_dir: Path) -> Replay:
    """Return what comes of making a run's outputs again.

    Raises:
        JournalBrokenError: the journal does not chain, so nothing is known.
        RunMetadataInvalidError, RunSchemaUnsupportedError: another version wrote it.
    """
    load_run(run_dir)
    journal = load_journal(run_dir).entries
    earlier: dict[Stage, Entry] = {}
    steps: list[ReplayedStep] = []
    made: dict[str, str | None] = {}
    for entry in journal:
        if entry.event != EVENT_STAGE:
            continue
        stage = Stage(entry.data["stage"])
        if entry.data["outputs"]:
            step, digests = _replay(entry, earlier, journal, run_dir)
            steps.append(step)
            # What could not be made again is compared with nothing: it differs.
            made |= {**dict.fromkeys(entry.data["outputs"]), **digests}
        earlier[stage] = entry
    outputs = sorted(path for path in made if path.startswith("outputs/"))
    return Replay(
        steps=tuple(steps),
        artifacts={path: _digest_on_disk(run_dir, path) == made[path] for path in outputs},
    )


def _replay(
    entry: Entry, earlier: Mapping[Stage, Entry], journal: Sequence[Entry], run_dir: Path
) -> tuple[ReplayedStep, Mapping[str, str]]:
    """Return how it went, and path to digest of what was made."""
    data = entry.data
    recorded: dict[str, str] = data["outputs"]
    provider, missing = provider_of(entry, journal, run_dir)
    step = Step(
        entry=entry,
        earlier=dict(earlier),
        provider=provider,
        load=lambda digest: _load(run_dir, digest),
        run_id=run_dir.name,
    )

    def told(outcome: StepOutcome, differing: Sequence[str] = (), why: str = "") -> ReplayedStep:
        return ReplayedStep(
            seq=entry.seq,
            stage=step.stage,
            provider=data["provider"],
            outcome=outcome,
            differing=tuple(differing),
            why=why,
        )

    if data["parameters"].get(ORIGIN) == Origin.PERSON and MENDED not in data["parameters"]:
        return told(StepOutcome.GIVEN), recorded
    try:
        made = {path: sha256_hex(content) for path, content in remake(step).items()}
    except CurricleError as error:
        return told(StepOutcome.DIFFERS, why=str(error)), {}
    paths = sorted(recorded.keys() | made.keys())
    differing = [path for path in paths if made.get(path) != recorded.get(path)]
    if not differing:
        return told(StepOutcome.SAME), made
    return told(StepOutcome.DIFFERS, differing, _reason(step, missing)), made


def _reason(step: Step, missing: Sequence[str]) -> str:
    if missing:
        return f"no answer is recorded to {listed(missing, len(missing))}"
    version = step.entry.data["version"]
    if version != STAGE_VERSIONS[step.stage]:
        return f"made by version {version} of this stage, now {STAGE_VERSIONS[step.stage]}"
    return "the same inputs lead to other bytes"


def _load(run_dir: Path, digest: str) -> bytes:
    data = find_object(run_dir, digest)
    if data is None:
        raise IoError(run_dir / OBJECTS / digest, "it is not there any more, or was damaged")
    return data


def _digest_on_disk(run_dir: Path, path: str) -> str | None:
    data = find_file(path_within(run_dir, path))
    return None if data is None else sha256_hex(data)
