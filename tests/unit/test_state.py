from __future__ import annotations

import copy
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, tree
from curricle.canonical import document_bytes
from curricle.errors import (
    CurricleError,
    JournalBrokenError,
    RunMetadataInvalidError,
    RunSchemaUnsupportedError,
)
from curricle.inspection import describe, inspect_run
from curricle.layout import JOURNAL, PLAN, RUN_FILE, Stage
from curricle.next_steps import next_steps
from curricle.pipeline import bring_up_to_date, validate_run
from curricle.providers.internal import InternalProvider
from curricle.runs.journal import Entry, advance, encode_entry
from curricle.runs.listing import list_runs
from curricle.runs.proof import verify_journal
from curricle.runs.state import load_run
from histories import (
    AT,
    asked_run,
    commit,
    copy_of,
    finished_run,
    journal_of,
    new_run,
    session_in,
    writer_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run_dir = finished_run(tmp_path_factory.mktemp("done"))
    with writer_of(run_dir) as writer:
        writer.record_failure(RunMetadataInvalidError("x", "y"), Stage.PLANNED)
    return run_dir


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


def entry_after(run_dir: Path, event: str, data: dict[str, Any]) -> bytes:
    """Return a journal with one more entry, as anybody could add it."""
    journal = (run_dir / JOURNAL).read_bytes()
    head = load_run(run_dir).record.head
    entry = Entry(
        seq=head.entries + 1,
        at=AT,
        actor="x",
        event=event,
        command="x",
        previous=head.sha256,
        data=data,
    )
    assert advance(head, encode_entry(entry)).entries == head.entries + 1
    return journal + encode_entry(entry)


@pytest.mark.capability("R11")
def test_run_json_cut_at_any_byte_is_told_and_nothing_is_written_or_lost(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path, curriculum=(EXAMPLES / "curriculum.json").read_bytes())
    whole = (run_dir / RUN_FILE).read_bytes()
    for length in reversed(range(len(whole) - 1)):
        os.truncate(run_dir / RUN_FILE, length)
        with pytest.raises(RunMetadataInvalidError, match=r"^invalid run metadata: run.json of"):
            load_run(run_dir)
        (row,) = list_runs(run_dir.parent)
        assert row.problem
    (run_dir / RUN_FILE).write_bytes(whole[:-2])
    before = tree(run_dir)
    with pytest.raises(RunMetadataInvalidError) as caught, writer_of(run_dir):
        pass
    assert {**tree(run_dir), ".lock": b""} == {**before, ".lock": b""}
    assert caught.value.next_step == ("recover", run_dir.name)
    (run_dir / RUN_FILE).write_bytes(whole)
    assert inspect_run(run_dir).stage is Stage.GENERATED


@pytest.mark.capability("R11")
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"\xff\xfe{\x00}\x00", "the text is UTF-16, expected UTF-8"),
        (b'{"a": "\xff"}', "(line 1): byte 0xff at offset 7 is not UTF-8"),
        (b'{"run_id": 1, "run_id": 2}', "(line 1): duplicate key 'run_id' in one object"),
        (b"[]", "it is no JSON object"),
        (b"null", "it is no JSON object"),
        (b"{}", "schema_version is None"),
        (b'{"schema_version": 1}', "schema_version is 1"),
        (b'{"schema_version": "x"}', "schema_version is 'x'"),
        (b'{"schema_version": "1.0"}', "missing"),
        (b"[" * 300 + b"]" * 300, "nested more than 200 levels deep"),
        (b"9" * 5000, "a number of 5000 digits"),
        (b'{"a": NaN}', "NaN is no JSON number"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_run_json_is_told_with_the_reason(data: bytes, why: str, run_dir: Path) -> None:
    (run_dir / RUN_FILE).write_bytes(data)
    with pytest.raises(RunMetadataInvalidError) as caught:
        load_run(run_dir)
    assert why in str(caught.value)
    assert (caught.value.code, caught.value.exit_status) == ("run_metadata_invalid", 4)


@pytest.mark.capability("R11")
@pytest.mark.parametrize("version", ["2.0", "1.1", "10"])
def test_a_newer_run_json_is_told_with_both_versions(version: str, run_dir: Path) -> None:
    document = json.loads((run_dir / RUN_FILE).read_bytes()) | {"schema_version": version}
    (run_dir / RUN_FILE).write_bytes(document_bytes(document))
    with pytest.raises(RunSchemaUnsupportedError) as caught:
        load_run(run_dir)
    assert (caught.value.details["found"], caught.value.details["known"]) == (version, "1.0")


def test_a_run_json_of_another_run_is_refused(run_dir: Path, tmp_path: Path) -> None:
    other = asked_run(tmp_path / "other")
    (run_dir / RUN_FILE).write_bytes((other / RUN_FILE).read_bytes())
    with pytest.raises(
        RunMetadataInvalidError, match=f"belongs to the run '{other.name}'"
    ) as caught:
        load_run(run_dir)
    assert caught.value.hint.startswith(f"rename the folder back to {other.name};")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    below = value.items() if isinstance(value, dict) else ()
    for key, inner in below:
        yield from places(inner, (*path, key))


def use(run_dir: Path) -> None:
    """Look at a run and write to it, as commands do."""
    list(list_runs(run_dir.parent))
    describe(inspect_run(run_dir))
    session = session_in(run_dir.parent)
    validate_run(session, run_dir)
    bring_up_to_date(session, run_dir, InternalProvider())


@pytest.mark.capability("R11")
@pytest.mark.parametrize(
    "value", [None, True, -1, 10**20, 1.5, "", "x", "../x", [], {}, [{}], {"x": 1}], ids=repr
)
def test_a_value_written_by_hand_anywhere_in_run_json_ends_in_a_typed_error_or_is_harmless(
    value: Any, run_dir: Path
) -> None:
    whole, journal = (run_dir / RUN_FILE).read_bytes(), (run_dir / JOURNAL).read_bytes()
    for path in places(json.loads(whole)):
        document = copy.deepcopy(json.loads(whole))
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
        (run_dir / RUN_FILE).write_bytes(document_bytes(document))
        (run_dir / JOURNAL).write_bytes(journal)
        with suppress(CurricleError):
            use(run_dir)
        assert (run_dir / JOURNAL).read_bytes().startswith(journal), path
        with suppress(RunMetadataInvalidError, RunSchemaUnsupportedError):
            load_run(run_dir)
            if (run_dir / JOURNAL).read_bytes() != journal:
                assert verify_journal(run_dir, None).head.size_bytes > len(journal), path


def test_a_missing_journal_and_one_that_was_cut_are_told_and_not_added_to(run_dir: Path) -> None:
    journal = (run_dir / JOURNAL).read_bytes()
    for length in [*range(0, len(journal), 97), len(journal) - 1]:
        (run_dir / JOURNAL).write_bytes(journal[:length])
        state = load_run(run_dir)
        assert state.journal_problem == (
            "it is shorter than run.json says: entries were cut off",
            None,
        )
        assert next_steps(inspect_run(run_dir))[0].arguments == ("archive", run_dir.name)
        with pytest.raises(JournalBrokenError), writer_of(run_dir):
            pass
        assert (run_dir / JOURNAL).read_bytes() == journal[:length]
    (run_dir / JOURNAL).unlink()
    assert load_run(run_dir).journal_problem
    with pytest.raises(JournalBrokenError), writer_of(run_dir):
        pass
    assert not (run_dir / JOURNAL).exists()


def test_entries_that_run_json_does_not_know_are_part_of_the_state(run_dir: Path) -> None:
    failure = {"code": "x", "message": "m", "exit_status": 8, "stage": None, "details": {}}
    (run_dir / JOURNAL).write_bytes(entry_after(run_dir, "failure", failure))
    state = load_run(run_dir)
    assert state.record.last_failure is not None
    assert state.record.last_failure.code == "x"
    assert (state.is_ahead, state.pending, state.journal_problem) == (True, {}, None)
    assert inspect_run(run_dir).is_interrupted


DIGEST = "a" * 64
MADE: dict[str, Any] = {
    "stage": "planned",
    "inputs": {},
    "outputs": {PLAN: DIGEST},
    "replaced": {},
    "version": 1,
    "parameters": {},
    "provider": None,
    "model": None,
}


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("stage", {}),
        ("stage", MADE | {"stage": "baked"}),
        ("stage", MADE | {"outputs": [PLAN]}),
        ("stage", MADE | {"outputs": {PLAN: 5}}),
        ("stage", MADE | {"outputs": {PLAN: None}}),
        ("stage", MADE | {"replaced": {PLAN: [1]}}),
        ("stage", MADE | {"replaced": None}),
        ("stage", MADE | {"version": "1"}),
        ("stage", MADE | {"stage": "generated"}),
        ("stage", MADE | {"stage": "validated", "parameters": {"valid": 1}}),
        ("stage", MADE | {"outputs": {"../../outside.json": DIGEST}}),
        ("stage", MADE | {"outputs": {"outputs/../../../outside.json": DIGEST}}),
        ("stage", MADE | {"outputs": {"run.json": DIGEST}}),
        ("stage", MADE | {"outputs": {JOURNAL: DIGEST}}),
        ("stage", MADE | {"outputs": {"/etc/outside": DIGEST}}),
        ("failure", {}),
        ("failure", {"code": 1, "message": "", "exit_status": 1, "stage": None, "details": {}}),
        ("failure", {"code": "", "message": "", "exit_status": 1, "stage": "x", "details": {}}),
    ],
    ids=str,
)
def test_an_entry_that_chains_but_makes_no_sense_is_told_and_never_carried_out(
    event: str, data: dict[str, Any], run_dir: Path
) -> None:
    journal = entry_after(run_dir, event, data)
    (run_dir / JOURNAL).write_bytes(journal)
    before = tree(run_dir.parent)
    assert load_run(run_dir).journal_problem is not None
    assert describe(inspect_run(run_dir))["journal"]["problem"]
    with pytest.raises(JournalBrokenError), writer_of(run_dir):
        pass
    lock = {f"{run_dir.name}/.lock": b""}
    assert tree(run_dir.parent) | lock == before | lock


@pytest.mark.capability("R11")
def test_a_missing_run_json_is_rebuilt_from_the_journal_and_made_anew_by_the_next_writer(
    run_dir: Path,
) -> None:
    known, whole = load_run(run_dir), tree(run_dir)
    (run_dir / RUN_FILE).unlink()
    before = tree(run_dir)
    state = load_run(run_dir)
    assert state.record == known.record
    assert (state.is_rebuilt, state.is_ahead, state.torn) == (True, False, b"")
    inspection = inspect_run(run_dir)
    assert describe(inspection)["rebuilt"]
    assert not inspection.is_interrupted
    assert tree(run_dir) == before
    with writer_of(run_dir):
        pass
    assert {**tree(run_dir), ".lock": b""} == {**whole, ".lock": b""}
    assert not describe(inspect_run(run_dir))["rebuilt"]


def test_a_missing_run_json_after_a_crash_leaves_the_last_commit_to_be_completed(
    run_dir: Path,
) -> None:
    made, old = load_run(run_dir).record.stages[Stage.ITERATED], {}
    for path in made.outputs:
        old[path] = (run_dir / path).read_bytes()
    with writer_of(run_dir) as writer:
        commit(writer, dict.fromkeys(old, b"new"), Stage.ITERATED)
    whole = tree(run_dir)
    for path, data in old.items():
        (run_dir / path).write_bytes(data)
    (run_dir / RUN_FILE).unlink()
    (run_dir / PLAN).write_bytes(b"mine")
    with (run_dir / JOURNAL).open("ab") as journal:
        journal.write(b'{"actor":')
    inspection = inspect_run(run_dir)
    assert inspection.is_interrupted
    assert {a.path: a.state.value for a in inspection.artifacts if a.path in old} == (
        dict.fromkeys(old, "interrupted")
    )
    with writer_of(run_dir):
        pass
    for path in old:
        assert (run_dir / path).read_bytes() == whole[path]
    assert (run_dir / PLAN).read_bytes() == b"mine"
    assert not load_run(run_dir).torn


@pytest.mark.parametrize(
    ("journal", "why"),
    [
        (None, "is broken: it is missing"),
        (b"", "is broken: it has no entries"),
        (b'{"actor":', "is broken: it has no entries"),
        (b"{}\n", "is broken: line 1 it is no journal entry"),
        (journal_of([{"run_id": "x", "name": "X"}]), "an entry of the journal makes no sense"),
    ],
    ids=["missing", "empty", "torn", "no entry", "no init"],
)
def test_a_missing_run_json_whose_journal_cannot_stand_in_for_it_is_told(
    journal: bytes | None, why: str, run_dir: Path
) -> None:
    (run_dir / RUN_FILE).unlink()
    (run_dir / JOURNAL).unlink()
    if journal is not None:
        (run_dir / JOURNAL).write_bytes(journal)
    with pytest.raises(RunMetadataInvalidError) as caught:
        load_run(run_dir)
    assert "the file is missing, and " in str(caught.value)
    assert why in str(caught.value)
    with pytest.raises(RunMetadataInvalidError), writer_of(run_dir):
        pass
    assert not (run_dir / RUN_FILE).exists()


def test_no_journal_of_another_run_and_none_with_a_strange_entry_stands_in(
    run_dir: Path, tmp_path: Path
) -> None:
    strange = entry_after(run_dir, "stage", MADE | {"stage": "baked"})
    other = asked_run(tmp_path / "other")
    (run_dir / RUN_FILE).unlink()
    (run_dir / JOURNAL).write_bytes((other / JOURNAL).read_bytes())
    with pytest.raises(RunMetadataInvalidError, match=f"belongs to the run '{other.name}'"):
        load_run(run_dir)
    (run_dir / JOURNAL).write_bytes(strange)
    with pytest.raises(RunMetadataInvalidError, match="an entry of the journal makes no sense"):
        load_run(run_dir)


def test_reading_writes_nothing_and_needs_no_lock(run_dir: Path) -> None:
    with writer_of(run_dir):
        before = tree(run_dir)
        describe(inspect_run(run_dir))
        assert tree(run_dir) == before
