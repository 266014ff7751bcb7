"""Recovers and escalates runs, and opens the bundles."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curricle.canonical import sha256_hex

if TYPE_CHECKING:
    from command import Curricle


def contents(path: Path) -> dict[str, bytes]:
    """Return name to bytes of every member of a bundle; all are plain files."""
    with tarfile.open(path) as tar:
        found = {}
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            found[member.name] = file.read()
        return found


def escalated(program: Curricle, run: Path, *options: str) -> tuple[Path, dict[str, bytes]]:
    """Escalate a run; return the bundle with its members."""
    told = program.good("escalate", run.name, *options, "--json").json
    path = Path(told["bundle"])
    assert told["sha256"] == sha256_hex(path.read_bytes())
    return path, contents(path)


def recovered(program: Curricle, run: Path, *options: str) -> dict[str, Any]:
    """Return what `recover --json` says of a run."""
    answer: dict[str, Any] = program("recover", run.name, *options, "--json").json
    return answer
