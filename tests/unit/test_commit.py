from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from command import tree
from curricle.canonical import sha256_hex
from curricle.errors import (
    DiskFullError,
    IoError,
    JournalBrokenError,
    PermissionDeniedError,
    RunLockedError,
    StopRuleHitError,
)
from curricle.fsio import DRAFT_PREFIX
from curricle.inspection import inspect_run
from curricle.layout import JOURNAL, OBJECTS, PLAN_PAGE, RUN_FILE, Stage
from curricle.runs.objects import find_object
from curricle.runs.proof import verify_journal
from curricle.runs.state import load_run
from faults import forked, stop_at
from histories import AT, commit, copy_of, finished_run, new_run, writer_of

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "outputs/plan/plan.csv"
OLD = {TABLE: b"old,table\n", PLAN_PAGE: b"old page\n"}
NEW = {TABLE: b"new,table\n", PLAN_PAGE: b"new page\n"}
MINE = b"my table\n"


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """A run with a committed plan."""
    run_dir = new_run(tmp_path)
    with writer_of(run_dir) as writer:
        commit(writer, OLD)
    return run_dir


@pytest.fixture
def no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of hundreds of commits: what is not synced is lost in a power cut only."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def outputs_of(run_dir: Path) -> dict[str, bytes]:
    return {path: (run_dir / path).read_bytes() for path in OLD}


def states_of(run_dir: Path) -> set[str]:
    return {a.state for a in inspect_run(run_dir).artifacts if a.path in OLD}


def died_after_journal(run_dir: Path, folder: Path) -> Path:
    """Return a copy of the run whose last command died between its commit and the placing."""
    copy = copy_of(run_dir, folder)
    with writer_of(run_dir) as writer:
        commit(writer, NEW)
    for path in (JOURNAL, *(f"{OBJECTS}/{sha256_hex(data)}" for data in NEW.values())):
        (copy / path).write_bytes((run_dir / path).read_bytes())
    return copy


def test_a_commit_is_in_the_journal_in_place_in_the_objects_and_in_run_json(run_dir: Path) -> None:
    with writer_of(run_dir) as writer:
        commit(writer, NEW)
    last = json.loads((run_dir / JOURNAL).read_bytes().splitlines()[-1])
    digests = {path: sha256_hex(data) for path, data in NEW.items()}
    assert last["data"]["outputs"] == digests
    assert last["data"]["replaced"] == {path: sha256_hex(data) for path, data in OLD.items()}
    assert (last["at"], last["actor"], last["command"]) == (AT, "tester", "run bread")
    assert outputs_of(run_dir) == NEW
    for data in (*OLD.values(), *NEW.values()):
        assert find_object(run_dir, sha256_hex(data)) == data
    recorded = json.loads((run_dir / RUN_FILE).read_bytes())
    assert recorded["stages"]["planned"]["outputs"] == digests
    assert recorded["journal"] == verify_journal(run_dir, None).head.to_json()


def test_what_a_person_had_changed_is_named_and_kept(run_dir: Path) -> None:
    (run_dir / TABLE).write_bytes(MINE)
    with writer_of(run_dir) as writer:
        replaced = writer.commit_stage(Stage.PLANNED, NEW, inputs={}, version=1, parameters={})
    assert replaced == {TABLE: sha256_hex(MINE)}
    assert find_object(run_dir, sha256_hex(MINE)) == MINE


def commit_and_die(run_dir: Path, change: int) -> bool:
    """Commit in a process that dies in the middle of a change to the disk; tell whether it died."""

    def work() -> None:
        stop_at(change, torn=True)()
        with writer_of(run_dir) as writer:
            commit(writer, NEW)

    status = forked(work)
    assert status in {0, -signal.SIGKILL}
    return status != 0


@pytest.mark.usefixtures("no_power_cut")
def test_a_process_that_dies_anywhere_leaves_the_old_or_the_new_state_and_the_next_completes_it(
    run_dir: Path, tmp_path: Path
) -> None:
    seen = set()
    step = 0
    while commit_and_die(copy := copy_of(run_dir, tmp_path / str(step)), step):
        state = load_run(copy)
        is_committed = len(state.record.stages) == 1 and state.record.head.entries == 3
        expected = NEW if is_committed else OLD
        seen.add((is_committed, state.is_ahead, bool(state.torn)))
        for path, data in outputs_of(copy).items():
            assert data in ({OLD[path], NEW[path]} if is_committed else {OLD[path]})
        assert "edited" not in states_of(copy)
        assert states_of(copy) <= {"fresh", "interrupted"}
        with writer_of(copy):
            assert outputs_of(copy) == expected
        assert states_of(copy) == {"fresh"}
        assert not inspect_run(copy).is_interrupted
        assert verify_journal(copy, None).has_torn_line is False
        assert not [path for path in tree(copy) if DRAFT_PREFIX in path]
        step += 1
    assert step > 25
    assert {(False, False, True), (True, True, False), (True, False, False)} <= seen


@pytest.mark.usefixtures("no_power_cut")
def test_a_last_line_cut_at_any_byte_is_set_aside_by_the_next_writer(
    run_dir: Path, tmp_path: Path
) -> None:
    before = (run_dir / JOURNAL).read_bytes()
    copy = died_after_journal(run_dir, tmp_path / "copy")
    line = (copy / JOURNAL).read_bytes()[len(before) :]
    known = (copy / RUN_FILE).read_bytes()
    for length in range(1, len(line)):
        (copy / JOURNAL).write_bytes(before + line[:length])
        (copy / RUN_FILE).write_bytes(known)
        state = load_run(copy)
        assert (state.torn, state.journal_problem) == (line[:length], None)
        assert state.record.head.size_bytes == len(before)
        assert inspect_run(copy).is_interrupted
        with writer_of(copy):
            assert outputs_of(copy) == OLD
        mended = (copy / JOURNAL).read_bytes()
        assert mended.startswith(before)
        (entry,) = [json.loads(each) for each in mended[len(before) :].splitlines()]
        assert (entry["event"], entry["seq"]) == ("journal_mended", 3)
        assert entry["data"]["size_bytes"] == length
        assert find_object(copy, entry["data"]["torn_line"]) == line[:length]
        assert not inspect_run(copy).is_interrupted


def test_the_first_entry_after_a_torn_line_is_never_glued_to_it(run_dir: Path) -> None:
    with (run_dir / JOURNAL).open("ab") as journal:
        journal.write(b'{"actor":"tester","at"')
    with writer_of(run_dir) as writer:
        commit(writer, NEW)
    lines = (run_dir / JOURNAL).read_bytes().splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events == ["init", "stage", "journal_mended", "stage"]
    assert verify_journal(run_dir, None).head.entries == 4


def test_a_half_placed_output_is_interrupted_and_no_edit(run_dir: Path, tmp_path: Path) -> None:
    copy = died_after_journal(run_dir, tmp_path / "copy")
    (copy / PLAN_PAGE).write_bytes(NEW[PLAN_PAGE])
    states = {a.path: a.state for a in inspect_run(copy).artifacts}
    assert (states[TABLE], states[PLAN_PAGE]) == ("interrupted", "fresh")
    with writer_of(copy) as writer:
        assert outputs_of(copy) == NEW
        assert writer.record.head.entries == 3


def test_an_output_that_was_not_placed_and_is_gone_is_placed(run_dir: Path, tmp_path: Path) -> None:
    copy = died_after_journal(run_dir, tmp_path / "copy")
    (copy / TABLE).unlink()
    with writer_of(copy):
        assert outputs_of(copy) == NEW


def test_what_a_person_changed_after_the_crash_stays(run_dir: Path, tmp_path: Path) -> None:
    copy = died_after_journal(run_dir, tmp_path / "copy")
    (copy / TABLE).write_bytes(MINE)
    with writer_of(copy):
        assert outputs_of(copy) == {TABLE: MINE, PLAN_PAGE: NEW[PLAN_PAGE]}
    states = {a.path: a.state for a in inspect_run(copy).artifacts}
    assert (states[TABLE], states[PLAN_PAGE]) == ("edited", "fresh")


def test_drafts_of_writers_that_died_are_removed_and_a_persons_files_are_not(
    run_dir: Path,
) -> None:
    for folder in ("", "logs/", "objects/", "outputs/plan/", "inputs/"):
        (run_dir / f"{folder}{DRAFT_PREFIX}00").write_bytes(b"half")
    (run_dir / "outputs/plan/mine.txt").write_bytes(b"mine")
    with writer_of(run_dir):
        pass
    assert not [path for path in tree(run_dir) if DRAFT_PREFIX in path]
    assert (run_dir / "outputs/plan/mine.txt").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("number", "error"),
    [(28, DiskFullError), (122, DiskFullError), (30, PermissionDeniedError), (5, IoError)],
    ids=["disk full", "quota", "read-only", "broken"],
)
@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_fault_of_the_disk_is_told_and_leaves_the_run_usable(
    call: str, number: int, error: type[Exception], run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = getattr(os, call), 0

    def faulty(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count > 2:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, faulty)
        with pytest.raises(error), writer_of(run_dir) as writer:
            commit(writer, NEW)
    assert states_of(run_dir) <= {"fresh", "interrupted"}
    with writer_of(run_dir) as writer:
        assert outputs_of(run_dir) in (OLD, NEW)
        commit(writer, NEW)
    assert outputs_of(run_dir) == NEW
    assert verify_journal(run_dir, None).head.entries in {3, 4}


def test_a_journal_whose_last_line_was_changed_is_not_added_to(run_dir: Path) -> None:
    journal = (run_dir / JOURNAL).read_bytes()
    (run_dir / JOURNAL).write_bytes(journal.replace(b'"version":1', b'"version":2'))
    with pytest.raises(JournalBrokenError) as caught, writer_of(run_dir):
        pass
    assert caught.value.exit_status == 7
    assert len((run_dir / JOURNAL).read_bytes()) == len(journal)


def test_two_writers_at_once_are_refused(run_dir: Path) -> None:
    with (
        writer_of(run_dir, "first"),
        pytest.raises(RunLockedError, match="in use by `first`"),
        writer_of(run_dir, "second"),
    ):
        pass


def test_a_failure_is_recorded_and_settled_by_the_next_commit(run_dir: Path) -> None:
    with writer_of(run_dir) as writer:
        writer.record_failure(StopRuleHitError("no", details={"n": 1}), Stage.PLANNED)
    failure = load_run(run_dir).record.last_failure
    assert failure is not None
    assert (failure.code, failure.exit_status, failure.stage) == ("stop_rule_hit", 8, "planned")
    assert (failure.at, failure.command, failure.details) == (AT, "run bread", {"n": 1})
    with writer_of(run_dir) as writer:
        commit(writer, NEW)
    assert load_run(run_dir).record.last_failure is None


def test_an_interrupt_in_the_middle_of_an_entry_breaks_no_chain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = finished_run(tmp_path)
    sync = os.fsync

    def sync_and_be_interrupted(descriptor: int) -> None:
        sync(descriptor)
        signal.raise_signal(signal.SIGINT)

    with writer_of(run_dir) as writer:
        monkeypatch.setattr(os, "fsync", sync_and_be_interrupted)
        with pytest.raises(KeyboardInterrupt):
            writer.record_event("note", {"text": "interrupted"})
        monkeypatch.undo()
        writer.record_event("note", {"text": "after it"})
    assert verify_journal(run_dir, None).head == writer.record.head
