from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curricle.errors import CurricleError, InvalidArgumentError, JournalBrokenError
from curricle.layout import JOURNAL, RUN_FILE
from curricle.runs.journal import Head
from curricle.runs.proof import Proof, journal_head, verify_journal
from histories import commit, copy_of, finished_run, writer_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


def lines_of(run_dir: Path) -> list[bytes]:
    return (run_dir / JOURNAL).read_bytes().splitlines(keepends=True)


def is_refused(run_dir: Path, journal: bytes, noted: str | None = None) -> bool:
    (run_dir / JOURNAL).write_bytes(journal)
    try:
        verify_journal(run_dir, noted)
    except JournalBrokenError as error:
        return error.exit_status == 7
    return False


def test_a_journal_as_it_was_written_holds_and_its_head_can_be_noted(run_dir: Path) -> None:
    proof = verify_journal(run_dir, None)
    assert proof == journal_head(run_dir)
    assert proof.head.entries == len(lines_of(run_dir))
    assert verify_journal(run_dir, proof.text) == proof
    assert verify_journal(run_dir, f" {proof.text}\n") == proof


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_byte_changed_is_found(done: Path, draw: st.DataObject) -> None:
    journal = (done / JOURNAL).read_bytes()
    at = draw.draw(st.integers(0, len(journal) - 1))
    byte = draw.draw(st.integers(0, 255).filter(lambda value: value != journal[at]))
    try:
        assert is_refused(done, journal[:at] + bytes([byte]) + journal[at + 1 :])
    finally:
        (done / JOURNAL).write_bytes(journal)


def test_each_entry_removed_repeated_or_cut_and_any_two_exchanged_are_found(run_dir: Path) -> None:
    lines = lines_of(run_dir)
    for at in range(len(lines)):
        assert is_refused(run_dir, b"".join(lines[:at] + lines[at + 1 :]))
        assert is_refused(run_dir, b"".join(lines[: at + 1] + lines[at:]))
        assert is_refused(run_dir, b"".join(lines[:at]))
        for other in range(at):
            swapped = list(lines)
            swapped[at], swapped[other] = lines[other], lines[at]
            assert is_refused(run_dir, b"".join(swapped))
    assert not is_refused(run_dir, b"".join(lines))


def test_without_a_record_a_noted_head_finds_a_cut_and_a_changed_end(run_dir: Path) -> None:
    (run_dir / RUN_FILE).unlink()
    lines = lines_of(run_dir)
    noted = journal_head(run_dir).text
    changed = lines[-1].replace(b'"version":1', b'"version":2')
    assert changed != lines[-1]
    assert is_refused(run_dir, b"".join([*lines[:-1], changed]), noted)
    assert is_refused(run_dir, b"".join(lines[:-1]), noted)
    assert not is_refused(run_dir, b"".join(lines), noted)
    # What nobody has noted anywhere is where the chain's own word ends.
    assert not is_refused(run_dir, b"".join(lines[:-1]))


def test_entries_beyond_a_noted_head_are_fine(run_dir: Path) -> None:
    noted = journal_head(run_dir)
    with writer_of(run_dir) as writer:
        commit(writer, {})
    assert verify_journal(run_dir, noted.text).head.entries == noted.head.entries + 1


def test_a_rewritten_history_that_chains_is_found_by_a_head_noted_before(
    run_dir: Path, tmp_path: Path
) -> None:
    noted = journal_head(run_dir).text
    other = finished_run(tmp_path / "other")
    (run_dir / RUN_FILE).unlink()
    assert is_refused(run_dir, (other / JOURNAL).read_bytes(), noted)


def test_every_head_on_the_way_holds(run_dir: Path) -> None:
    lines = lines_of(run_dir)
    (run_dir / RUN_FILE).unlink()
    heads = []
    for count in range(1, len(lines) + 1):
        (run_dir / JOURNAL).write_bytes(b"".join(lines[:count]))
        heads.append(journal_head(run_dir).text)
    for head in heads:
        assert verify_journal(run_dir, head).text == heads[-1]


def test_the_head_before_the_first_entry_holds(run_dir: Path) -> None:
    nothing = Proof(head=Head(), has_torn_line=False).text
    assert nothing == f"0:{'0' * 64}"
    assert verify_journal(run_dir, nothing).head.entries == len(lines_of(run_dir))
    with pytest.raises(JournalBrokenError):
        verify_journal(run_dir, f"0:{'1' * 64}")


def test_a_torn_line_is_told_and_no_break(run_dir: Path) -> None:
    with (run_dir / JOURNAL).open("ab") as journal:
        journal.write(b'{"actor":')
    assert verify_journal(run_dir, None).has_torn_line
    assert journal_head(run_dir).has_torn_line


@pytest.mark.parametrize(
    "noted", ["", "5", "5:", ":", "5:xyz", f"-1:{'0' * 64}", f"5:{'0' * 63}", f"x:{'0' * 64}"]
)
def test_a_head_that_is_none_is_a_wrong_argument(noted: str, run_dir: Path) -> None:
    with pytest.raises(InvalidArgumentError):
        verify_journal(run_dir, noted)


@pytest.mark.parametrize("data", [None, b"", b"{}", b"\n", b"\xff\xfe", b"[]\n"], ids=repr)
@pytest.mark.parametrize(
    "ask", [journal_head, lambda run: verify_journal(run, None)], ids=["head", "verify"]
)
def test_what_is_no_journal_is_broken(ask: object, data: bytes | None, run_dir: Path) -> None:
    (run_dir / JOURNAL).unlink()
    if data is not None:
        (run_dir / JOURNAL).write_bytes(data)
    assert callable(ask)
    with pytest.raises(JournalBrokenError):
        ask(run_dir)


@pytest.mark.parametrize("record", [None, b"", b"{}", b'{"schema_version": "9.0"}'], ids=repr)
def test_a_run_whose_record_is_of_no_use_still_has_its_journal_verified(
    record: bytes | None, run_dir: Path
) -> None:
    (run_dir / RUN_FILE).unlink()
    if record is not None:
        (run_dir / RUN_FILE).write_bytes(record)
    lines = lines_of(run_dir)
    assert verify_journal(run_dir, None).head.entries == len(lines)
    assert is_refused(run_dir, b"".join([lines[1], lines[0], *lines[2:]]))


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_no_bytes_make_verifying_fail_otherwise(done: Path, data: bytes) -> None:
    journal = (done / JOURNAL).read_bytes()
    try:
        (done / JOURNAL).write_bytes(data)
        with pytest.raises(CurricleError):
            verify_journal(done, None)
    finally:
        (done / JOURNAL).write_bytes(journal)
