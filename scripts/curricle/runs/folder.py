"""Where runs lie, which one a user means, and which files a run holds, by digest."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.canonical import sha256_hex
from curricle.errors import InvalidArgumentError, IoError, RunAmbiguousError, RunNotFoundError
from curricle.fsio import DRAFT_PREFIX, file_digest, path_within, read_file, translated
from curricle.layout import CURRICULUM, RUN_FILE
from curricle.printable import is_utf_8

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ARTIFACT_FOLDERS: Final = ("inputs", "outputs")

_RUN_ID: Final = re.compile(r"\d{8}-\d{6}-[a-z0-9-]+-[0-9a-f]{4}")


def is_run_id(name: str) -> bool:
    """Tell whether a name has the form of a run id."""
    return _RUN_ID.fullmatch(name) is not None


def run_ids(runs_dir: Path) -> list[str]:
    """Return the ids of the runs in a folder, newest first; empty when there is no folder.

    A folder counts as a run by its name, so that one whose `run.json` is gone still does.
    """
    with translated(runs_dir):
        try:
            with os.scandir(runs_dir) as entries:
                names = [entry.name for entry in entries if is_run_id(entry.name)]
        except FileNotFoundError:
            return []
    return sorted(names, reverse=True)


def find_run(runs_dir: Path, name: str) -> Path:
    """Return the folder of the run with the given id or unambiguous prefix.

    Raises:
        InvalidArgumentError: the name could lead out of the folder.
        RunNotFoundError: no run is called so.
        RunAmbiguousError: several are.
    """
    if not name or "/" in name or "\\" in name or "\0" in name or name.startswith("."):
        raise InvalidArgumentError(f"{name!r} is no run id", hint="`list` shows the runs")
    candidates = [run_id for run_id in run_ids(runs_dir) if run_id.startswith(name)]
    if name in candidates or len(candidates) == 1:
        return runs_dir / (name if name in candidates else candidates[0])
    if candidates:
        raise RunAmbiguousError(name, candidates)
    # Not every text can be a folder's name: some are too long, some no UTF-8.
    with suppress(OSError, ValueError):
        if (runs_dir / name / RUN_FILE).is_file():
            return runs_dir / name
    raise RunNotFoundError(name, runs_dir)


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The inputs and outputs of a run at one moment."""

    digests: Mapping[str, str]
    """Path inside the run to SHA-256, for every file below `inputs/` and `outputs/`."""
    contents: Mapping[str, bytes]
    """The bytes of those that were asked for, the same that were digested."""


def take_snapshot(run_dir: Path, *, with_contents: bool = False) -> Snapshot:
    """Return what a run holds; with the contents of its inputs and its curriculum if asked.

    Raises:
        IoError: a file is a link, a FIFO or anything but a plain file, or has an odd name.
        PermissionDeniedError: a file cannot be read.
    """
    digests: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    for relative in sorted(files_below(run_dir, ARTIFACT_FOLDERS)):
        path = path_within(run_dir, relative)
        if with_contents and (relative == CURRICULUM or relative.startswith("inputs/")):
            contents[relative] = read_file(path)
            digests[relative] = sha256_hex(contents[relative])
        else:
            digests[relative] = file_digest(path)
    return Snapshot(digests=digests, contents=contents)


def files_below(run_dir: Path, folders: Iterable[str]) -> list[str]:
    """Return the paths of all files below folders of a run, in any order; drafts are left out.

    Raises:
        IoError: a folder is a link, or a file has an odd name.
    """
    found = []
    pending = list(folders)
    while pending:
        folder = pending.pop()
        path = path_within(run_dir, folder)
        with translated(path):
            try:
                entries = list(os.scandir(path))
            except FileNotFoundError:
                continue
        for entry in entries:
            relative = f"{folder}/{entry.name}"
            if not is_utf_8(entry.name):
                raise IoError(path, f"it holds a file whose name is not UTF-8: {entry.name!r}")
            if entry.is_dir(follow_symlinks=False):
                pending.append(relative)
            elif not entry.name.startswith(DRAFT_PREFIX):
                found.append(relative)
    return found
