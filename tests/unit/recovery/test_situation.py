from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from curricle.errors import RunLockedError
from curricle.layout import JOURNAL, LOCK_FILE
from curricle.recovery.diagnosis import diagnose
from curricle.recovery.situation import look_at
from curricle.runbook.catalogue import CATALOGUE
from curricle.runs.lock import find_holder, locked
from histories import AT, finished_run, new_run

if TYPE_CHECKING:
    from pathlib import Path


def code_of(run_dir: Path) -> str | None:
    found = diagnose(look_at(run_dir, {}), CATALOGUE)
    return found.code if found else None


def test_a_finished_run_has_no_diagnosis(tmp_path: Path) -> None:
    assert code_of(finished_run(tmp_path)) is None


def test_a_fresh_run_with_a_scope_is_only_unfinished(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path, scope=b"# Bread\n\n- Kneading\n- Baking\n")
    assert code_of(run_dir) == "first_triage"


def test_what_holds_the_lock_is_seen_without_taking_it(tmp_path: Path) -> None:
    run_dir = finished_run(tmp_path)
    assert find_holder(run_dir) is None
    with locked(run_dir, command="run x", at=AT):
        held = find_holder(run_dir)
        assert isinstance(held, RunLockedError)
        assert held.details["process"] == os.getpid()
        assert "`run x`" in str(held)
        assert code_of(run_dir) == "run_locked"
        assert diagnose(look_at(run_dir, {}, is_locked=True), CATALOGUE) is None
    assert find_holder(run_dir) is None


def test_looking_for_a_holder_writes_nothing(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path)
    (run_dir / LOCK_FILE).unlink(missing_ok=True)
    assert find_holder(run_dir) is None
    assert not (run_dir / LOCK_FILE).exists()


def test_a_writer_gets_the_lock_though_somebody_looks_at_it(tmp_path: Path) -> None:
    import fcntl

    run_dir = new_run(tmp_path)
    path = run_dir / LOCK_FILE
    path.touch()
    descriptor = os.open(path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    with pytest.raises(RunLockedError), locked(run_dir, command="run", at=AT):
        pass
    os.close(descriptor)
    with locked(run_dir, command="run", at=AT):
        pass


@pytest.mark.parametrize("entry", [0, 1, -1], ids=["first", "second", "last"])
def test_an_entry_changed_anywhere_is_a_broken_journal(entry: int, tmp_path: Path) -> None:
    run_dir = finished_run(tmp_path)
    lines = (run_dir / JOURNAL).read_bytes().splitlines(keepends=True)
    lines[entry] = lines[entry].replace(b'"actor":"tester"', b'"actor":"nobody"')
    (run_dir / JOURNAL).write_bytes(b"".join(lines))
    assert code_of(run_dir) == "journal_broken"
