from __future__ import annotations

import hashlib
import os
import resource
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from command import tree
from curricle.errors import IoError
from curricle.fsio import (
    append_to_file,
    cut_file,
    file_digest,
    find_file,
    find_size,
    find_tail,
    make_folder,
    new_file,
    path_within,
    read_file,
    remove_drafts,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

READERS = (find_file, read_file, file_digest)


@pytest.fixture(params=["folder", "fifo", "socket", "device", "link to a fifo"])
def no_plain_file(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "odd"
    match request.param:
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "link to a fifo":
            os.mkfifo(tmp_path / "pipe")
            path.symlink_to("pipe")
        case "socket":
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(str(path))
                yield path
            return
    yield path


@pytest.mark.parametrize("read", READERS)
def test_what_is_no_plain_file_is_refused_without_waiting(
    read: Callable[[Path], object], no_plain_file: Path
) -> None:
    with pytest.raises(IoError) as caught:
        read(no_plain_file)
    assert str(no_plain_file) in str(caught.value)


@pytest.mark.parametrize(
    ("make", "reason"),
    [(os.mkdir, "it is a folder"), (os.mkfifo, "it is a FIFO")],
    ids=["folder", "fifo"],
)
def test_the_refusal_says_what_is_there_instead(
    make: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    make(tmp_path / "odd")
    with pytest.raises(IoError, match=f"{reason}, expected a plain file"):
        read_file(tmp_path / "odd")


@pytest.mark.parametrize(
    "name",
    ["n" * 300, "a\0b", "\ud800", "loop/x"],
    ids=["300 characters", "NUL", "half a pair", "below a link to itself"],
)
@pytest.mark.parametrize(
    ("use", "more"),
    [
        *((read, []) for read in READERS),
        (find_tail, [0]),
        (find_size, []),
        (make_folder, []),
        (write_file, [b"x"]),
        (append_to_file, [b"x"]),
        (cut_file, [0]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_name_that_the_system_cannot_use_is_a_typed_error(
    use: Callable[..., object], more: list[Any], name: str, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(IoError):
        use(tmp_path / name, *more)
    assert os.listdir(tmp_path) == ["loop"]  # noqa: PTH208 - names, also those of drafts


def test_a_file_is_read_whole_and_a_missing_one_is_none(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    (tmp_path / "file").write_bytes(data)
    (tmp_path / "link").symlink_to("file")
    assert find_file(tmp_path / "file") == read_file(tmp_path / "link") == data
    assert file_digest(tmp_path / "file") == hashlib.sha256(data).hexdigest()
    assert find_file(tmp_path / "none") is None
    assert find_file(tmp_path / "file" / "below") is None


def test_a_tail_is_read_whole_however_little_one_call_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: real(descriptor, min(size, 3)))
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert [find_tail(path, at) for at in (0, 4, 10, 11)] == [b"0123456789", b"456789", b"", None]
    assert find_tail(tmp_path / "none", 0) is None
    assert find_tail(path / "below", 0) is None


def test_an_empty_file_is_not_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert find_file(tmp_path / "empty") == b""
    assert find_size(tmp_path / "empty") == 0


@pytest.mark.parametrize("read", [read_file, file_digest])
def test_a_missing_file_that_must_be_there_is_a_typed_error(
    read: Callable[[Path], object], tmp_path: Path
) -> None:
    with pytest.raises(IoError, match="no such file"):
        read(tmp_path / "none")


@pytest.mark.parametrize("read", READERS)
def test_a_file_is_read_up_to_the_limit_and_refused_beyond(
    read: Callable[..., object], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read(path, limit_bytes=5)
    with pytest.raises(IoError, match="it has 5 bytes, the limit is 4"):
        read(path, limit_bytes=4)


def test_a_file_that_is_longer_than_it_says_is_refused_too() -> None:
    with pytest.raises(IoError, match="it grew beyond 10 bytes while it was read"):
        read_file(Path("/proc/self/status"), limit_bytes=10)


def test_a_size_is_that_of_a_plain_file_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"123")
    (tmp_path / "link").symlink_to("file")
    assert find_size(tmp_path / "file") == 3
    for name in ("link", ".", "none", "file/below"):
        assert find_size(tmp_path / name) is None


def test_a_written_file_replaces_the_old_one_and_leaves_nothing_else(tmp_path: Path) -> None:
    for data in (b"first", b"", b"second"):
        write_file(tmp_path / "file", data)
        assert tree(tmp_path) == {"file": data}


def test_a_link_at_the_target_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    (tmp_path / "file").symlink_to(outside)
    write_file(tmp_path / "file", b"new")
    assert not (tmp_path / "file").is_symlink()
    assert tree(tmp_path) == {"outside": b"precious", "file": b"new"}


def test_a_folder_at_the_target_is_a_typed_error_and_stays(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"precious")
    with pytest.raises(IoError, match="directory"):
        write_file(tmp_path / "folder", b"new")
    assert tree(tmp_path) == {"folder/file": b"precious"}


def test_a_missing_folder_is_a_typed_error(tmp_path: Path) -> None:
    for write in (write_file, append_to_file):
        with pytest.raises(IoError, match="no such file or directory"):
            write(tmp_path / "none" / "file", b"new")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(("mode", "umask", "found"), [(0o666, 0o22, 0o644), (0o600, 0, 0o600)])
def test_a_file_gets_the_mode_it_is_given_less_the_umask(
    mode: int, umask: int, found: int, tmp_path: Path
) -> None:
    before = os.umask(umask)
    try:
        write_file(tmp_path / "written", b"", mode=mode)
        with new_file(tmp_path / "new", mode=mode):
            pass
        make_folder(tmp_path / "folder", mode=mode | 0o111)
    finally:
        os.umask(before)
    assert (tmp_path / "written").stat().st_mode & 0o777 == found
    assert (tmp_path / "new").stat().st_mode & 0o777 == found
    assert (tmp_path / "folder").stat().st_mode & 0o666 == found


def test_a_new_file_appears_whole_when_its_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "new"
    with new_file(path, mode=0o600) as file:
        file.write(b"one ")
        assert not path.exists()
        file.write(b"two")
    assert tree(tmp_path) == {"new": b"one two"}


def test_a_new_file_whose_block_fails_never_appears(tmp_path: Path) -> None:
    def fail() -> None:
        with new_file(tmp_path / "new", mode=0o600) as file:
            file.write(b"half")
            raise KeyError("why")

    with pytest.raises(KeyError, match="why"):
        fail()
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("kind", ["file", "folder", "link", "link to nowhere"])
def test_a_new_file_never_takes_the_place_of_anything(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "taken"
    (tmp_path / "other").write_bytes(b"other")
    match kind:
        case "file":
            path.write_bytes(b"old")
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to("other" if kind == "link" else "nowhere")
    before = (tree(tmp_path), path.lstat().st_ino)
    with pytest.raises(FileExistsError), new_file(path, mode=0o600) as file:
        file.write(b"new")
    assert (tree(tmp_path), path.lstat().st_ino) == before


def test_appending_makes_a_file_and_keeps_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    for line in (b"one\n", b"two\n"):
        append_to_file(path, line)
    assert path.read_bytes() == b"one\ntwo\n"
    cut_file(path, 4)
    assert path.read_bytes() == b"one\n"
    with pytest.raises(IoError, match="no such file"):
        cut_file(tmp_path / "none", 0)


def test_a_folder_is_made_with_those_above_it_and_one_that_is_there_is_left(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "a" / "b" / "c"
    make_folder(folder, mode=0o700)
    (folder / "file").write_bytes(b"x")
    make_folder(folder, mode=0o777)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert tree(tmp_path) == {"a/b/c/file": b"x"}
    for path in (folder / "file", folder / "file" / "below"):
        with pytest.raises(IoError):
            make_folder(path)


def test_only_drafts_that_are_plain_files_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".draft-0123").write_bytes(b"half")
    (tmp_path / "draft-").write_bytes(b"mine")
    (tmp_path / ".draft-folder").mkdir()
    (tmp_path / ".draft-folder" / ".draft-1").write_bytes(b"below")
    (tmp_path / ".draft-link").symlink_to("draft-")
    remove_drafts(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".draft-folder", ".draft-link", "draft-"]
    with pytest.raises(IoError):
        remove_drafts(tmp_path / "none")


@pytest.mark.parametrize("linked", ["outputs", "outputs/plan", "outputs/plan/plan.json"])
@pytest.mark.parametrize("target", ["elsewhere", "nowhere", "/etc"])
def test_a_path_through_a_link_is_refused(linked: str, target: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / linked).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / linked).symlink_to(target)
    with pytest.raises(IoError, match="it is a symbolic link") as caught:
        path_within(tmp_path, "outputs/plan/plan.json")
    assert caught.value.details["path"] == str(tmp_path / linked)


def test_a_path_of_plain_or_missing_parts_is_given_below_a_root_that_may_be_a_link(
    tmp_path: Path,
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").touch()
    (tmp_path / "link").symlink_to("run")
    root = tmp_path / "link"
    for relative in ("run.json", "outputs/plan/plan.json", "run.json/below"):
        assert path_within(root, relative) == root / relative


def test_a_file_beyond_the_size_limit_of_the_process_is_refused_and_the_old_one_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old\n")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    errors: list[Any] = []
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        for write in (write_file, append_to_file):
            with pytest.raises(Exception, match="file too large") as caught:
                write(path, b"x" * 200_000)
            errors.append(caught.value)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [error.code for error in errors] == ["disk_full", "disk_full"]
    assert tree(tmp_path) == {"file": b"old\n"}
