"""Runs made in this process, quickly, by the program's own functions and a clock that stands."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from command import EXAMPLES
from curricle.layout import INPUTS_OF, STAGE_VERSIONS, Stage
from curricle.pipeline import bring_up_to_date, init_run
from curricle.providers.internal import InternalProvider
from curricle.runs.commit import writing
from curricle.runs.freshness import expand
from curricle.runs.journal import Entry, Head, advance, encode_entry
from curricle.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from curricle.runs.commit import RunWriter

NOW: Final = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
AT: Final = "2026-01-31T09:30:00.000000Z"
COMMAND: Final = "run bread"


def session_in(runs_dir: Path, tell: Callable[[str], None] = lambda _: None) -> Session:
    """Return a command of a person."""
    return Session(runs_dir=runs_dir, actor="tester", command=COMMAND, clock=lambda: NOW, tell=tell)


def new_run(runs_dir: Path, name: str = "Bread", **given: bytes) -> Path:
    """Make a run from `spec`, `scope` and `curriculum`, as far as they are given."""
    files = {kind: given.get(kind) for kind in ("spec", "scope", "curriculum")}
    return init_run(session_in(runs_dir), name, **files, context={})


def asked_run(runs_dir: Path) -> Path:
    """Make a run with the example's spec, scope and a context file, nothing made from them yet."""
    return init_run(
        session_in(runs_dir),
        "Asking a database",
        spec=(EXAMPLES / "topic_spec.json").read_bytes(),
        scope=(EXAMPLES / "scope.md").read_bytes(),
        curriculum=None,
        context={"inputs/context/notes.md": b"# Notes\n\n- Joins\n"},
    )


def finish(run_dir: Path) -> list[str]:
    """Bring a run up to date with the internal provider; return what it told."""
    told: list[str] = []
    bring_up_to_date(session_in(run_dir.parent, told.append), run_dir, InternalProvider())
    return told


def finished_run(runs_dir: Path) -> Path:
    """Make a run that has come to `iterated`."""
    run_dir = asked_run(runs_dir)
    finish(run_dir)
    return run_dir


def writer_of(run_dir: Path, command: str = COMMAND) -> AbstractContextManager[RunWriter]:
    """Hold a run's lock for a block."""
    return writing(run_dir, clock=lambda: NOW, actor="tester", command=command)


def commit(writer: RunWriter, outputs: Mapping[str, bytes], stage: Stage = Stage.PLANNED) -> None:
    """Commit outputs of a stage that read what is there now."""
    inputs = expand(INPUTS_OF[stage], writer.digests)
    version = STAGE_VERSIONS[stage]
    writer.commit_stage(stage, outputs, inputs=inputs, version=version, parameters={})


def copy_of(run_dir: Path, folder: Path) -> Path:
    """Copy a run into another folder of runs."""
    return shutil.copytree(run_dir, folder / run_dir.name, symlinks=True)


def journal_of(data: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a journal that chains, with one entry for each `data`."""
    head, lines = Head(), []
    for value in data:
        entry = Entry(
            seq=head.entries + 1,
            at=AT,
            actor="tester",
            event="note",
            command=COMMAND,
            previous=head.sha256,
            data=value,
        )
        lines.append(encode_entry(entry))
        head = advance(head, lines[-1])
    return b"".join(lines)
