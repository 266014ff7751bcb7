from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from casebook import BY, FINGERPRINT, NOW, at, entries, fail, passed
from curricle.cases.history import history
from curricle.cases.index import VERSION, rebuild_index
from curricle.cases.ledger import verify_ledger
from curricle.cases.lookup import find_case, latest_cases, load_pack
from curricle.cases.places import INDEX, LEDGER, TORN
from curricle.cases.recording import record_correction
from curricle.cases.recurrence import same_fingerprint_count
from curricle.errors import JournalBrokenError
from curricle.failures.bucket import Bucket
from curricle.fsio import DRAFT_PREFIX
from curricle.runs.journal import Entry, advance, encode_entry
from faults import become, forked, stop_at

if TYPE_CHECKING:
    from collections.abc import Callable


def remove_index(runs_dir: Path) -> None:
    for side in ("", "-wal", "-shm"):
        (runs_dir / (INDEX + side)).unlink(missing_ok=True)


def cases_of(runs_dir: Path) -> list[str]:
    return sorted(case.case_id for case in latest_cases(runs_dir, 1000))


def failed_in(runs_dir: Path) -> list[str]:
    return sorted(e["data"]["case"] for e in entries(runs_dir) if e["event"] == "case_failed")


@pytest.fixture
def runs_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    for number in range(3):
        fail(folder, number, run_id=str(number))
    passed(folder, 4, run_id="2", attempt=2)
    return folder


@pytest.mark.parametrize("torn", [False, True], ids=["before", "in the middle"])
def test_a_writer_that_dies_anywhere_leaves_the_case_or_not_and_the_next_completes_it(
    torn: bool, runs_dir: Path, tmp_path: Path
) -> None:
    before = failed_in(runs_dir)
    seen = set()
    step = 0
    while True:
        copy = tmp_path / f"{step}"
        shutil.copytree(runs_dir, copy)

        def work(folder: Path = copy, number: int = step) -> None:
            stop_at(number, torn=torn)()
            fail(folder, 9, run_id="new")

        status = forked(work)
        assert status in {0, -signal.SIGKILL}
        is_recorded = (copy / LEDGER).read_bytes().count(b"\n") == 5
        seen.add(is_recorded)
        assert len(cases_of(copy)) == len(before) + is_recorded
        again = fail(copy, 10, run_id="new")
        assert again.is_new is not is_recorded
        assert cases_of(copy) == failed_in(copy) == sorted([*before, again.case_id])
        assert verify_ledger(copy).entries in {5, 6}
        assert load_pack(copy, again.case_id)
        assert not list(copy.glob(f"{DRAFT_PREFIX}*"))
        if status == 0:
            break
        step += 1
    assert seen == {False, True}
    assert step > 5


def test_a_torn_last_line_is_passed_over_by_readers_and_set_aside_by_the_next_writer(
    runs_dir: Path,
) -> None:
    torn = b'{"actor":"ci","at":"20'
    with (runs_dir / LEDGER).open("ab") as file:
        file.write(torn)
    size_bytes = (runs_dir / LEDGER).stat().st_size
    assert len(cases_of(runs_dir)) == 3
    assert (runs_dir / LEDGER).stat().st_size == size_bytes
    fail(runs_dir, 9, run_id="new")
    (kept,) = (runs_dir / TORN).iterdir()
    assert kept.read_bytes() == torn
    mended, added = entries(runs_dir)[-2:]
    assert (mended["event"], added["event"]) == ("ledger_mended", "case_failed")
    assert mended["data"] == {"torn_line": kept.name, "size_bytes": len(torn)}
    assert verify_ledger(runs_dir).entries == 6
    assert len(cases_of(runs_dir)) == 4


def cut_pages(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def spoil_pages(path: Path) -> None:
    with closing(sqlite3.connect(path)) as rows:
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = rows.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'outcomes'"
        ).fetchone()
        (size_bytes,) = rows.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size_bytes)
        file.write(b"\xff" * size_bytes)


def change(statement: str) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        with closing(sqlite3.connect(path)) as rows, rows:
            rows.execute(statement)

    return apply


SPOILED: dict[str, Callable[[Path], object]] = {
    "deleted": lambda path: remove_index(path.parent),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(os.urandom(20_000)),
    "cut": cut_pages,
    "pages spoiled": spoil_pages,
    "another version": change(f"PRAGMA user_version = {VERSION + 1}"),
    "another program": change("PRAGMA application_id = 1"),
    "no head": change("DELETE FROM head"),
    "odd head": change("UPDATE head SET entries = 'x'"),
    "table gone": change("DROP TABLE outcomes"),
    "another ledger": change("UPDATE head SET sha256 = 'x'"),
    "ahead": change("UPDATE head SET size_bytes = size_bytes + 100, entries = entries + 1"),
    "behind the start": change("UPDATE head SET last_bytes = 0"),
}


@pytest.mark.parametrize("kind", SPOILED)
@pytest.mark.parametrize("side", ["reader", "writer"])
def test_an_index_that_cannot_be_trusted_is_made_anew(kind: str, side: str, runs_dir: Path) -> None:
    before = history(runs_dir, FINGERPRINT, now=NOW)
    SPOILED[kind](runs_dir / INDEX)
    if side == "writer" and kind not in {"table gone", "pages spoiled"}:
        assert fail(runs_dir, 9, run_id="new").is_new
        assert same_fingerprint_count(runs_dir, FINGERPRINT, since=NOW) == before.cases + 1
    else:
        assert history(runs_dir, FINGERPRINT, now=NOW) == before


def test_a_writer_that_meets_a_spoiled_table_records_after_the_index_was_made_anew(
    runs_dir: Path,
) -> None:
    for kind in ("table gone", "pages spoiled"):
        SPOILED[kind](runs_dir / INDEX)
        assert fail(runs_dir, 9, run_id=kind).is_new
        assert not fail(runs_dir, 9, run_id=kind).is_new
    assert len(cases_of(runs_dir)) == 5


def test_rows_that_the_ledger_does_not_have_are_dropped(runs_dir: Path) -> None:
    shorter = b"".join((runs_dir / LEDGER).read_bytes().splitlines(keepends=True)[:2])
    (runs_dir / LEDGER).write_bytes(shorter)
    assert cases_of(runs_dir) == failed_in(runs_dir)
    assert len(cases_of(runs_dir)) == 2


def test_lines_that_the_index_does_not_have_are_added(runs_dir: Path, tmp_path: Path) -> None:
    shutil.copy(runs_dir / INDEX, tmp_path / INDEX)
    fail(runs_dir, 9, run_id="new")
    remove_index(runs_dir)
    shutil.copy(tmp_path / INDEX, runs_dir / INDEX)
    assert cases_of(runs_dir) == failed_in(runs_dir)
    assert len(cases_of(runs_dir)) == 4


def test_the_index_of_another_ledger_is_not_used(runs_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for number in range(4):
        fail(other, number, run_id=f"other-{number}")
    cases_of(other)
    remove_index(runs_dir)
    shutil.copy(other / INDEX, runs_dir / INDEX)
    assert cases_of(runs_dir) == failed_in(runs_dir)


def test_an_index_made_anew_is_the_one_that_grew(runs_dir: Path) -> None:
    def dump() -> list[str]:
        with closing(sqlite3.connect(runs_dir / INDEX)) as rows:
            tables = ("head", "fingerprints", "places", "commits", "rule_sets", "outcomes")
            return [str(rows.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall()) for t in tables]

    grown = dump()
    rebuild_index(runs_dir)
    assert dump() == grown


@pytest.mark.parametrize("line", [0, 1, 3])
def test_a_ledger_that_was_changed_is_broken_and_takes_no_entry(line: int, runs_dir: Path) -> None:
    lines = (runs_dir / LEDGER).read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"ci"', b'"me"')
    (runs_dir / LEDGER).write_bytes(b"".join(lines))
    if line != 3:  # a last line still chains, but is not the one on record
        with pytest.raises(JournalBrokenError) as caught:
            verify_ledger(runs_dir)
        assert caught.value.details["line"] == line + 2
        assert caught.value.exit_status == 7
        with pytest.raises(JournalBrokenError):
            rebuild_index(runs_dir)
        remove_index(runs_dir)
        with pytest.raises(JournalBrokenError):
            cases_of(runs_dir)
        with pytest.raises(JournalBrokenError):
            fail(runs_dir, 9, run_id="new")
        assert (runs_dir / LEDGER).read_bytes() == b"".join(lines)
    else:
        assert len(cases_of(runs_dir)) == 3


def append_entry(runs_dir: Path, event: str, data: dict[str, object]) -> None:
    head = verify_ledger(runs_dir)
    entry = Entry(
        seq=head.entries + 1,
        at="2026-03-01T12:00:00.000000Z",
        actor="x",
        event=event,
        command="x",
        previous=head.sha256,
        data=data,
    )
    line = encode_entry(entry)
    with (runs_dir / LEDGER).open("ab") as file:
        file.write(line)
    assert verify_ledger(runs_dir) == advance(head, line)


def test_an_entry_of_a_newer_version_is_passed_over(runs_dir: Path) -> None:
    append_entry(runs_dir, "case_praised", {"case": 7})
    assert len(cases_of(runs_dir)) == 3
    assert fail(runs_dir, 9, run_id="new").is_new


def test_a_chained_entry_that_says_what_none_can_is_broken(runs_dir: Path) -> None:
    append_entry(runs_dir, "case_closed", {"case": "../../etc", "by": "person", "why": "x"})
    with pytest.raises(JournalBrokenError, match="line 5 case is not a case id"):
        cases_of(runs_dir)
    with pytest.raises(JournalBrokenError):
        fail(runs_dir, 9, run_id="new")


def test_a_line_that_does_not_follow_is_broken(runs_dir: Path) -> None:
    with (runs_dir / LEDGER).open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(JournalBrokenError):
        cases_of(runs_dir)


def test_a_question_to_an_empty_folder_writes_nothing(tmp_path: Path) -> None:
    assert latest_cases(tmp_path / "none", 5) == ()
    assert latest_cases(tmp_path, 5) == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("has_index", [True, False])
def test_a_folder_that_cannot_be_written_to_is_answered_from_memory(
    has_index: bool, runs_dir: Path
) -> None:
    expected = cases_of(runs_dir)
    if not has_index:
        remove_index(runs_dir)
    # Another user may not come by the folders that hold this one.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "runs"
        shutil.copytree(runs_dir, copy)
        Path(folder).chmod(0o755)
        copy.chmod(0o555)

        def work() -> int:
            become(65534)()
            return 0 if cases_of(copy) == expected else 3

        assert forked(work) == 0
        assert (copy / INDEX).exists() is has_index
        copy.chmod(0o755)


def test_a_case_whose_line_is_not_where_it_was_is_broken(runs_dir: Path) -> None:
    with closing(sqlite3.connect(runs_dir / INDEX)) as rows, rows:
        rows.execute("UPDATE outcomes SET line_offset = line_offset + 1")
    with pytest.raises(JournalBrokenError, match="does not hold"):
        find_case(runs_dir, failed_in(runs_dir)[0])


def test_times_are_kept_to_the_microsecond(tmp_path: Path) -> None:
    fail(tmp_path, 1 / 7)
    assert same_fingerprint_count(tmp_path, FINGERPRINT, since=at(1 / 7)) == 1


def test_a_draft_of_the_index_that_a_crash_left_is_removed(runs_dir: Path) -> None:
    left, mine = runs_dir / f"{DRAFT_PREFIX}index-1", runs_dir / f"{DRAFT_PREFIX}2"
    left.write_bytes(b"x")
    mine.write_bytes(b"x")
    rebuild_index(runs_dir)
    assert (left.exists(), mine.exists()) == (False, True)


def test_a_question_that_finds_the_tables_damaged_is_asked_again(runs_dir: Path) -> None:
    case_id = failed_in(runs_dir)[0]
    with closing(sqlite3.connect(runs_dir / INDEX)) as rows, rows:
        rows.execute("DROP TABLE corrections")
    record_correction(runs_dir, case_id, Bucket.UNKNOWN, "why", now=NOW, **BY)
    with closing(sqlite3.connect(runs_dir / INDEX)) as rows, rows:
        rows.execute("DROP TABLE probes")
    assert find_case(runs_dir, case_id).corrections == 1
