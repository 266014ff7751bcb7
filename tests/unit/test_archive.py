from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import stat
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import tree
from curricle.canonical import sha256_hex
from curricle.errors import ArchiveInvalidError, DiskFullError, IoError, RunExistsError
from curricle.fsio import DRAFT_PREFIX
from curricle.inspection import inspect_run
from curricle.layout import LOCK_FILE, RUN_FILE, Stage
from curricle.runs.archive import archive_run
from curricle.runs.restore import MANIFEST, restore_run
from curricle.schema import DocumentKind, check_document
from histories import copy_of, finished_run

if TYPE_CHECKING:
    from collections.abc import Callable

RUN_ID = "20260131-093000-bread-0a1b"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path / "runs")


def manifest_of(archive: Path) -> dict[str, Any]:
    with tarfile.open(archive) as tar:
        content = tar.extractfile(MANIFEST)
        assert content is not None
        document: dict[str, Any] = json.loads(content.read())
        return document


def kept(folder: Path) -> dict[str, bytes | None]:
    """Return path to bytes of what an archive has to bring back; None stands for a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.name != LOCK_FILE
    }


@pytest.mark.capability("R12")
def test_a_run_comes_back_as_it_was(run_dir: Path, tmp_path: Path) -> None:
    (run_dir / "inputs/context/tool.sh").write_bytes(b"#!/bin/sh\n")
    (run_dir / "inputs/context/tool.sh").chmod(0o755)
    archive = archive_run(run_dir, tmp_path / "archives")
    restored = restore_run(archive.path, tmp_path / "elsewhere")
    assert restored == tmp_path / "elsewhere" / run_dir.name
    assert kept(restored) == kept(run_dir)
    assert stat.S_IMODE(restored.stat().st_mode) == 0o700
    assert os.access(restored / "inputs/context/tool.sh", os.X_OK)
    inspection = inspect_run(restored)
    assert inspection.stage is inspect_run(run_dir).stage is Stage.SPEC_READY
    assert archive_run(restored, tmp_path / "again").sha256 == archive.sha256


names = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12
).filter(lambda name: name not in {".", "..", LOCK_FILE} and not name.startswith(DRAFT_PREFIX))
trees = st.recursive(
    st.binary(max_size=400),
    lambda inner: st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


def grow(folder: Path, content: dict[str, Any]) -> None:
    for name, value in content.items():
        if isinstance(value, bytes):
            (folder / name).write_bytes(value)
        else:
            (folder / name).mkdir()
            grow(folder / name, value)


@given(st.dictionaries(names, trees, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_tree_comes_back_byte_for_byte(content: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        run_dir = Path(scratch) / "runs" / RUN_ID
        run_dir.mkdir(parents=True)
        grow(run_dir, content)
        archive = archive_run(run_dir, Path(scratch) / "archives")
        assert archive.left_out == ()
        assert kept(restore_run(archive.path, Path(scratch) / "other")) == kept(run_dir)


def test_the_same_state_gives_the_same_bytes_wherever_and_whenever(
    run_dir: Path, tmp_path: Path
) -> None:
    first = archive_run(run_dir, tmp_path / "one")
    other = copy_of(run_dir, tmp_path / "deep" / "down")
    for path in other.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o750 if path.is_dir() else 0o640)
    (other / LOCK_FILE).write_bytes(b"somebody\n")
    (other / "logs" / f"{DRAFT_PREFIX}00").write_bytes(b"half")
    second = archive_run(other, tmp_path / "two")
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.path.name == second.path.name
    assert first.sha256 == second.sha256 == sha256_hex(first.path.read_bytes())


def test_archives_are_private_named_by_their_content_and_never_overwritten(
    run_dir: Path, tmp_path: Path
) -> None:
    before = tree(run_dir)
    first = archive_run(run_dir, tmp_path / "archives")
    inode = first.path.stat()
    assert archive_run(run_dir, tmp_path / "archives") == first
    assert first.path.stat() == inode
    assert stat.S_IMODE(inode.st_mode) == 0o600
    assert first.path.name.startswith(f"{run_dir.name}-")
    assert len(first.path.name) == len(run_dir.name) + len("-") + 12 + len(".tar.gz")
    assert tree(run_dir) == before
    (run_dir / RUN_FILE).write_bytes(b"{}")
    second = archive_run(run_dir, tmp_path / "archives")
    assert second.path != first.path
    assert first.path.read_bytes()
    assert len(list((tmp_path / "archives").iterdir())) == 2


def test_the_manifest_names_every_file_with_its_digest_and_fits_its_schema(
    run_dir: Path, tmp_path: Path
) -> None:
    archive = archive_run(run_dir, tmp_path)
    manifest = manifest_of(archive.path)
    assert check_document(DocumentKind.ARCHIVE_MANIFEST, manifest) == ()
    files = {path: data for path, data in tree(run_dir).items() if path != LOCK_FILE}
    assert {entry["path"]: entry["sha256"] for entry in manifest["files"]} == {
        path: sha256_hex(data) for path, data in files.items()
    }
    assert archive.file_count == len(files)
    with tarfile.open(archive.path) as tar:
        members = tar.getmembers()
    assert [m.name for m in members] == [MANIFEST, *(f"{run_dir.name}/{p}" for p in sorted(files))]
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in members} == {(0, 0, 0, "", "")}


@pytest.mark.capability("R12")
@pytest.mark.parametrize("data", [None, b"", b"{", b"\xff\x00", b"[]"], ids=repr)
def test_a_run_whose_record_is_broken_is_archived_and_restored_like_any_other(
    data: bytes | None, run_dir: Path, tmp_path: Path
) -> None:
    (run_dir / RUN_FILE).unlink()
    if data is not None:
        (run_dir / RUN_FILE).write_bytes(data)
    archive = archive_run(run_dir, tmp_path / "archives")
    assert kept(restore_run(archive.path, tmp_path / "elsewhere")) == kept(run_dir)


def test_what_is_no_plain_file_is_left_out_and_told(run_dir: Path, tmp_path: Path) -> None:
    (run_dir / "inputs/passwd").symlink_to("/etc/passwd")
    (run_dir / "inputs/folder").symlink_to("/etc")
    os.mkfifo(run_dir / "logs/fifo")
    (run_dir / os.fsdecode(b"inputs/gr\xf6\xdfe")).write_bytes(b"x")
    archive = archive_run(run_dir, tmp_path)
    assert archive.left_out == (
        ("inputs/folder", "is a symbolic link"),
        ("inputs/gr\\xf6\\xdfe", "has no UTF-8 name"),
        ("inputs/passwd", "is a symbolic link"),
        ("logs/fifo", "is no plain file"),
    )
    assert [tuple(left.values()) for left in manifest_of(archive.path)["left_out"]] == list(
        archive.left_out
    )
    restored = restore_run(archive.path, tmp_path / "elsewhere")
    assert not any(path.is_symlink() for path in restored.rglob("*"))


def test_restoring_never_overwrites(run_dir: Path, tmp_path: Path) -> None:
    archive = archive_run(run_dir, tmp_path / "archives").path
    before = tree(run_dir)
    with pytest.raises(RunExistsError) as caught:
        restore_run(archive, run_dir.parent)
    assert (caught.value.code, caught.value.exit_status) == ("run_exists", 4)
    assert tree(run_dir) == before
    for put in (Path.touch, Path.mkdir, lambda path: path.symlink_to("nowhere")):
        target = tmp_path / put.__name__ / run_dir.name
        target.parent.mkdir()
        put(target)
        with pytest.raises(RunExistsError):
            restore_run(archive, target.parent)
        assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="emptied"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut"),
        pytest.param(lambda data: data[:-1], id="last byte gone"),
        pytest.param(lambda data: data + b"x", id="longer"),
        pytest.param(lambda data: data[:-5] + b"\0" + data[-4:], id="changed"),
        pytest.param(lambda _: gzip.compress(b"another"), id="another"),
    ],
)
def test_a_file_of_the_same_name_that_is_not_the_same_archive_is_told_and_left(
    damage: Callable[[bytes], bytes], run_dir: Path, tmp_path: Path
) -> None:
    archive = archive_run(run_dir, tmp_path).path
    damaged = damage(archive.read_bytes())
    archive.write_bytes(damaged)
    with pytest.raises(ArchiveInvalidError, match="is there already and not the archive") as caught:
        archive_run(run_dir, tmp_path)
    assert "move that file away" in caught.value.hint
    assert archive.read_bytes() == damaged
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(DRAFT_PREFIX)]


def test_an_archive_packed_by_another_zlib_is_the_same_archive(
    run_dir: Path, tmp_path: Path
) -> None:
    archive = archive_run(run_dir, tmp_path).path
    archive.write_bytes(gzip.compress(gzip.decompress(archive.read_bytes()), 1, mtime=0))
    assert archive_run(run_dir, tmp_path).sha256 == sha256_hex(archive.read_bytes())


@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_a_full_disk_leaves_no_archive(
    call: str, run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    class FullFile(io.FileIO):
        def write(self, _: Any) -> int:
            raise OSError(28, "No space left on device")

    if call == "write":
        monkeypatch.setattr(os, "fdopen", lambda descriptor, _: FullFile(descriptor, "wb"))
    else:
        monkeypatch.setattr(os, call, full)
    with pytest.raises(DiskFullError):
        archive_run(run_dir, tmp_path / "archives")
    assert list((tmp_path / "archives").iterdir()) == []


def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(IoError):
        archive_run(tmp_path / RUN_ID, tmp_path / "archives")
    shutil.rmtree(tmp_path / "archives", ignore_errors=True)
    assert list(tmp_path.iterdir()) == []
