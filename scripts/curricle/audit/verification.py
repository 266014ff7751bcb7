"""Whether what a run holds still is what its journal says: chain, objects, outputs.

Reads everything once, keeps no document, changes nothing. An archive is checked by `packed.py`.
"""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from curricle.audit.told import object_of
from curricle.errors import JournalBrokenError
from curricle.fsio import DRAFT_PREFIX, file_digest, find_size, path_within, translated
from curricle.layout import OBJECTS
from curricle.runs.folder import ARTIFACT_FOLDERS
from curricle.runs.named import named_objects
from curricle.runs.proof import find_known_head, verify_journal
from curricle.runs.record import EVENT_STAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from curricle.runs.journal import Head

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PLACES: Final = tuple(f"{folder}/" for folder in ARTIFACT_FOLDERS)


class Standing(StrEnum):
    """How a recorded output is found on disk."""

    RECORDED = "recorded"
    EDITED = "edited"
    MISSING = "missing"
    INTERRUPTED = "interrupted"
    """A command died between its commit and putting it in place; the next one completes it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundArtifact:
    """An output as it is on disk."""

    path: str
    state: Standing


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What was checked, and holds."""

    run_id: str
    head: Head
    has_torn_line: bool
    objects: int
    """How many there are, each with the bytes that its name says."""
    objects_named: int
    """How many of them the journal names."""
    artifacts: tuple[FoundArtifact, ...]
    notes: tuple[str, ...]
    archive: str | None = None
    """The file that was checked, where it was an archive."""

    def to_json(self) -> dict[str, Any]:
        """Return it as `audit verify --json` tells it."""
        return {
            "run_id": self.run_id,
            "archive": self.archive,
            "verified": True,
            "entries": self.head.entries,
            "head": f"{self.head.entries}:{self.head.sha256}",
            "unfinished_last_line": self.has_torn_line,
            "objects": {"checked": self.objects, "named": self.objects_named},
            "artifacts": [asdict(artifact) for artifact in self.artifacts],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """The last recorded version of an output."""

    digest: str
    replaced: str | None
    seq: int


class Names:
    """Collects what the entries of a journal name, one entry after the other."""

    def __init__(self) -> None:
        self.objects: dict[str, int] = {}
        """Digest to the first entry that names it."""
        self.outputs: dict[str, Output] = {}
        """Path inside the run to its last recorded version."""

    def take(self, entry: Mapping[str, Any]) -> None:
        """Take the members of one more entry."""
        for digest in named_objects(entry):
            self.objects.setdefault(digest, entry["seq"])
        if entry["event"] == EVENT_STAGE:
            replaced = object_of(entry["data"], "replaced")
            for path, digest in object_of(entry["data"], "outputs").items():
                self.outputs[path] = Output(
                    digest=digest, replaced=replaced.get(path), seq=entry["seq"]
                )


def verify_run(run_dir: Path) -> Verified:
    """Return what was checked of a run.

    Raises:
        JournalBrokenError: an entry was changed, removed, reordered or cut; or an object was
            changed, or one that the journal names is gone.
        IoError, PermissionDeniedError: something cannot be read.
    """
    known = find_known_head(run_dir)
    names = Names()
    proof = verify_journal(run_dir, None, visit=names.take)
    present, strangers = _check_objects(run_dir, names)
    if problem := find_missing(names, present):
        line, why = problem
        raise JournalBrokenError(run_dir.name, why, line=line)
    return Verified(
        run_id=run_dir.name,
        head=proof.head,
        has_torn_line=proof.has_torn_line,
        objects=len(present),
        objects_named=len(names.objects),
        artifacts=_artifacts(run_dir, names, known),
        notes=(*strangers, *notes_on_head(known, proof.head)),
    )


def find_missing(names: Names, present: frozenset[str]) -> tuple[int, str] | None:
    """Return the first entry that names an object that is not there, with the reason."""
    missing = ((seq, digest) for digest, seq in names.objects.items() if digest not in present)
    first = min(missing, default=None)
    return None if first is None else (first[0], f"names objects/{first[1]}, which is not there")


def notes_on_head(known: Head | None, head: Head) -> tuple[str, ...]:
    """Return what is to be said of `run.json`, which is compared where it can be read."""
    if known is None:
        return ("run.json does not say where the journal ended, so a cut at its end cannot show",)
    if known.entries < head.entries:
        return ("the journal is ahead of run.json: a command died, or is at work",)
    return ()


def place_of(output: Output, found: str | None, known: Head | None) -> Standing:
    """Return how an output stands; `found` is the digest of what is there."""
    if found == output.digest:
        return Standing.RECORDED
    is_ahead = known is not None and output.seq > known.entries
    if is_ahead and found in {None, output.replaced}:
        return Standing.INTERRUPTED
    return Standing.MISSING if found is None else Standing.EDITED


def is_inside(path: str) -> bool:
    """Tell whether a path that an entry names lies in the folders for inputs and outputs."""
    return path.startswith(_PLACES) and ".." not in path.split("/")


def _check_objects(run_dir: Path, names: Names) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the objects that hold, and notes on what lies among them and is none."""
    folder = path_within(run_dir, OBJECTS)
    with translated(folder):
        try:
            with os.scandir(folder) as entries:
                found = sorted(entry.name for entry in entries)
        except FileNotFoundError:
            return frozenset(), ()
    present, strangers = set(), []
    for name in found:
        if name.startswith(DRAFT_PREFIX):
            continue
        if not DIGEST.fullmatch(name):
            strangers.append(f"objects/{name} is no object")
            continue
        path = folder / name
        if find_size(path) is None or file_digest(path) != name:
            raise JournalBrokenError(
                run_dir.name,
                f"objects/{name} does not hold the bytes that its name says",
                line=names.objects.get(name),
            )
        present.add(name)
    return frozenset(present), tuple(strangers)


def _artifacts(run_dir: Path, names: Names, known: Head | None) -> tuple[FoundArtifact, ...]:
    found = []
    for path, output in sorted(names.outputs.items()):
        if not is_inside(path):
            raise JournalBrokenError(
                run_dir.name, "it names an output outside the run's folders", line=output.seq
            )
        file = path_within(run_dir, path)
        digest = None if find_size(file) is None else file_digest(file)
        found.append(FoundArtifact(path=path, state=place_of(output, digest, known)))
    return tuple(found)
