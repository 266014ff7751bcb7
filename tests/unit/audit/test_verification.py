from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import tree
from curricle.audit.packed import verify_packed
from curricle.audit.verification import Standing, Verified, verify_run
from curricle.canonical import sha256_hex
from curricle.errors import ArchiveInvalidError, ArchiveNotFoundError, JournalBrokenError
from curricle.layout import CURRICULUM, JOURNAL, PLAN, RUN_FILE, Stage
from curricle.runs.archive import archive_run
from curricle.runs.state import load_run
from histories import commit, copy_of, finished_run, writer_of

if TYPE_CHECKING:
    from pathlib import Path

GZIP_HEADER_BYTES = 10


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


@pytest.fixture(scope="module")
def archive(done: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive_run(done, tmp_path_factory.mktemp("archives")).path


def states_of(found: Verified) -> dict[str, Standing]:
    return {one.path: one.state for one in found.artifacts}


def test_a_run_as_it_was_made_holds_and_so_does_its_archive(done: Path, archive: Path) -> None:
    found = verify_run(done)
    assert set(states_of(found).values()) == {Standing.RECORDED}
    assert found.objects == found.objects_named == len(list((done / "objects").iterdir()))
    assert (found.notes, found.has_torn_line) == ((), False)
    packed = verify_packed(archive)
    assert packed.to_json() == {**found.to_json(), "archive": str(archive)}


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_byte_of_journal_or_objects_that_changed_is_found(
    done: Path, draw: st.DataObject
) -> None:
    paths = [done / JOURNAL, *sorted((done / "objects").iterdir())]
    path = draw.draw(st.sampled_from(paths))
    data = path.read_bytes()
    at = draw.draw(st.integers(0, len(data) - 1))
    byte = draw.draw(st.integers(0, 255).filter(lambda value: value != data[at]))
    path.write_bytes(data[:at] + bytes([byte]) + data[at + 1 :])
    try:
        with pytest.raises(JournalBrokenError) as caught:
            verify_run(done)
        assert path.name == "journal.jsonl" or f"objects/{path.name}" in str(caught.value)
    finally:
        path.write_bytes(data)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_byte_of_an_archive_that_changed_is_found_or_says_nothing(
    archive: Path, draw: st.DataObject
) -> None:
    data = archive.read_bytes()
    before = verify_packed(archive)
    at = draw.draw(st.integers(0, len(data) - 1))
    byte = draw.draw(st.integers(0, 255).filter(lambda value: value != data[at]))
    archive.write_bytes(data[:at] + bytes([byte]) + data[at + 1 :])
    try:
        found = verify_packed(archive)
    except ArchiveInvalidError:
        found = None
    finally:
        archive.write_bytes(data)
    # NOTE: gzip's own header has a time and a system, which nothing reads.
    assert found is None or (at < GZIP_HEADER_BYTES and found == before)


def test_an_object_that_is_gone_is_named_with_the_entry_that_names_it(run_dir: Path) -> None:
    digest = sha256_hex((run_dir / PLAN).read_bytes())
    (run_dir / "objects" / digest).unlink()
    with pytest.raises(JournalBrokenError, match=f"names objects/{digest}, which is not there"):
        verify_run(run_dir)
    for path in (run_dir / "objects").iterdir():
        path.unlink()
    (run_dir / "objects").rmdir()
    with pytest.raises(JournalBrokenError, match="line 1 names objects/"):
        verify_run(run_dir)


def test_outputs_stand_as_recorded_edited_missing_or_interrupted(run_dir: Path) -> None:
    with writer_of(run_dir) as writer:
        commit(writer, {PLAN: b"{}"}, Stage.PLANNED)
    before = (run_dir / RUN_FILE).read_bytes()
    with writer_of(run_dir) as writer:
        commit(writer, {PLAN: b"[]"}, Stage.PLANNED)
    assert states_of(verify_run(run_dir))[PLAN] is Standing.RECORDED
    (run_dir / RUN_FILE).write_bytes(before)
    for left, state in (
        (None, Standing.INTERRUPTED),
        (b"{}", Standing.INTERRUPTED),
        (b"[]", Standing.RECORDED),
        (b"mine", Standing.EDITED),
    ):
        (run_dir / PLAN).unlink(missing_ok=True)
        if left is not None:
            (run_dir / PLAN).write_bytes(left)
        assert states_of(verify_run(run_dir))[PLAN] is state
        packed = archive_run(run_dir, run_dir.parent / "archives").path
        assert states_of(verify_packed(packed))[PLAN] is state
    (run_dir / PLAN).write_bytes(b"[]")
    with writer_of(run_dir):
        pass
    (run_dir / CURRICULUM).unlink()
    assert states_of(verify_run(run_dir))[CURRICULUM] is Standing.MISSING


def test_a_run_json_of_another_run_is_not_compared(run_dir: Path) -> None:
    renamed = run_dir.rename(run_dir.with_name("20260131-093000-other-0000"))
    assert "run.json does not say" in verify_run(renamed).notes[0]


def test_a_head_that_is_not_the_one_in_the_journal_is_found(run_dir: Path, tmp_path: Path) -> None:
    head = load_run(run_dir).record.head
    changed = (run_dir / RUN_FILE).read_bytes().replace(head.sha256.encode(), b"0" * 64)
    (run_dir / RUN_FILE).write_bytes(changed)
    with pytest.raises(JournalBrokenError):
        verify_run(run_dir)
    packed = archive_run(run_dir, tmp_path / "archives").path
    with pytest.raises(JournalBrokenError) as caught:
        verify_packed(packed)
    assert caught.value.next_step == ()
    assert caught.value.details["archive"] == str(packed)


def test_in_an_archive_the_journal_and_objects_are_checked_too(
    run_dir: Path, tmp_path: Path
) -> None:
    whole = tree(run_dir)
    lines = whole[JOURNAL].splitlines(keepends=True)
    digest = sha256_hex(whole[PLAN])
    cases: list[tuple[str, bytes | None, type[Exception]]] = [
        (JOURNAL, None, JournalBrokenError),
        (JOURNAL, b"", JournalBrokenError),
        (JOURNAL, b"".join(lines[:-1]), JournalBrokenError),
        (JOURNAL, b"".join([*lines[:1], *lines[2:]]), JournalBrokenError),
        (f"objects/{digest}", None, ArchiveInvalidError),
        (f"objects/{digest}", b"", ArchiveInvalidError),
    ]
    for path, data, error in cases:
        if data is None:
            (run_dir / path).unlink()
        else:
            (run_dir / path).write_bytes(data)
        packed = archive_run(run_dir, tmp_path / "archives").path
        with pytest.raises(error):
            verify_packed(packed)
        (run_dir / path).write_bytes(whole[path])


def test_what_an_archive_left_out_is_noted(run_dir: Path, tmp_path: Path) -> None:
    (run_dir / "outputs" / "link").symlink_to("/etc/passwd")
    (run_dir / "objects" / "mine").write_bytes(b"x")
    packed = archive_run(run_dir, tmp_path / "archives").path
    assert verify_packed(packed).notes == ("left out: outputs/link is a symbolic link",)
    assert verify_run(run_dir).notes == ("objects/mine is no object",)


def test_an_archive_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFoundError):
        verify_packed(tmp_path / "nosuch.tar.gz")
