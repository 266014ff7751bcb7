"""Faults of the disk, and death, at every system call that `fsio.py` makes."""

from __future__ import annotations

import errno
import os
import signal
from typing import TYPE_CHECKING, Any, Final

import pytest

from command import tree
from curricle.errors import CurricleError, DiskFullError, IoError, PermissionDeniedError
from curricle.fsio import (
    append_to_file,
    cut_file,
    file_digest,
    find_file,
    find_size,
    make_folder,
    new_file,
    path_within,
    remove_drafts,
    sync_folder,
    translated,
    write_file,
)
from faults import forked, stop_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TYPES: Final = {
    errno.ENOSPC: DiskFullError,
    errno.EDQUOT: DiskFullError,
    errno.EFBIG: DiskFullError,
    errno.EACCES: PermissionDeniedError,
    errno.EPERM: PermissionDeniedError,
    errno.EROFS: PermissionDeniedError,
    errno.EIO: IoError,
    errno.EMFILE: IoError,
    errno.ESTALE: IoError,
}
OLD: Final = b"old\n" * 3
NEW: Final = b"new\n" * 500
CALLS: Final = "open write fsync close replace link unlink ftruncate mkdir".split()


def put_new(path: Path) -> None:
    with new_file(path, mode=0o600) as file:
        file.write(NEW)


def breaking(name: str, number: int, *, at: int = 1) -> Callable[..., Any]:
    """Return a system call that fails the first time, or the `at`-th, and works otherwise."""
    real = getattr(os, name)
    calls = 0

    def call(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)

    return call


@pytest.mark.parametrize("number", TYPES, ids=errno.errorcode.get)
def test_each_error_of_the_system_becomes_the_promised_type_and_keeps_its_reason(
    number: int, tmp_path: Path
) -> None:
    with pytest.raises(CurricleError) as caught, translated(tmp_path):
        raise OSError(number, os.strerror(number))
    assert type(caught.value) is TYPES[number]
    assert caught.value.details == {
        "path": str(tmp_path),
        "reason": os.strerror(number).lower(),
    }
    assert isinstance(caught.value.__cause__, OSError)


def test_our_own_errors_and_bugs_pass_unchanged(tmp_path: Path) -> None:
    for error in (DiskFullError(tmp_path, "inside"), KeyError("bug"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught, translated(tmp_path / "outside"):
            raise error
        assert caught.value is error


def test_an_error_without_a_number_is_still_typed(tmp_path: Path) -> None:
    with pytest.raises(IoError, match="odd"), translated(tmp_path):
        raise OSError("odd")


@pytest.mark.parametrize("number", TYPES, ids=errno.errorcode.get)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_a_fault_while_writing_keeps_the_old_file_and_leaves_no_draft(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    with monkeypatch.context() as faults:
        faults.setattr(os, call, breaking(call, number))
        with pytest.raises(TYPES[number]) as caught:
            write_file(path, NEW)
    assert caught.value.details["path"] == str(path)
    assert tree(tmp_path) == {"file": OLD}


@pytest.mark.parametrize("number", TYPES, ids=errno.errorcode.get)
@pytest.mark.parametrize("call", ["open", "fsync", "link"])
def test_a_fault_while_making_a_new_file_leaves_nothing(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as faults:
        faults.setattr(os, call, breaking(call, number))
        with pytest.raises(TYPES[number]):
            put_new(tmp_path / "file")
    assert tree(tmp_path) == {}


def test_a_draft_that_cannot_be_removed_is_a_typed_error_and_waits_for_the_next_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for use in (lambda: put_new(tmp_path / "file"), lambda: remove_drafts(tmp_path)):
        with monkeypatch.context() as faults:
            faults.setattr(os, "unlink", breaking("unlink", errno.EROFS))
            with pytest.raises(PermissionDeniedError):
                use()
    remove_drafts(tmp_path)
    assert tree(tmp_path) == {"file": NEW}


@pytest.mark.parametrize("number", TYPES, ids=errno.errorcode.get)
@pytest.mark.parametrize(("call", "at"), [("open", 1), ("write", 1), ("write", 2), ("fsync", 1)])
def test_a_fault_while_appending_leaves_the_file_as_long_as_it_was(
    call: str, at: int, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    path.write_bytes(OLD)
    write = os.write
    with monkeypatch.context() as faults:
        faults.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
        faults.setattr(os, call, breaking(call, number, at=at))
        with pytest.raises(TYPES[number]):
            append_to_file(path, NEW)
    assert tree(tmp_path) == {"journal": OLD}


def test_a_system_that_takes_a_few_bytes_at_a_time_still_gets_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    write_file(tmp_path / "file", NEW)
    append_to_file(tmp_path / "file", OLD)
    assert tree(tmp_path) == {"file": NEW + OLD}


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_an_interrupt_while_writing_keeps_the_old_file_and_leaves_no_draft(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "file"
    path.write_bytes(OLD)
    with monkeypatch.context() as faults:
        faults.setattr(os, call, interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_file(path, NEW)
    assert tree(tmp_path) == {"file": OLD}


@pytest.mark.parametrize(
    ("call", "use"),
    [
        ("open", find_file),
        ("read", find_file),
        ("open", file_digest),
        ("read", file_digest),
        ("lstat", find_size),
        ("open", sync_folder),
        ("fsync", sync_folder),
        ("scandir", remove_drafts),
        ("mkdir", lambda path: make_folder(path / "new")),
        ("ftruncate", lambda path: cut_file(path, 1)),
        ("fsync", lambda path: cut_file(path, 1)),
        ("lstat", lambda path: path_within(path, "outputs/plan")),
    ],
)
def test_every_other_use_of_the_disk_has_typed_errors_too(
    call: str,
    use: Callable[[Path], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    for number, error in TYPES.items():
        with monkeypatch.context() as faults:
            faults.setattr(os, call, breaking(call, number))
            with pytest.raises(error):
                use(tmp_path if use in {sync_folder, remove_drafts} else path)


def test_no_descriptor_stays_open_after_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counts what is open
    (tmp_path / "file").write_bytes(OLD)
    for call, use in (
        ("fsync", lambda: write_file(tmp_path / "file", NEW)),
        ("write", lambda: append_to_file(tmp_path / "file", NEW)),
        ("fsync", lambda: put_new(tmp_path / "new")),
        ("read", lambda: find_file(tmp_path / "file")),
        ("fsync", lambda: sync_folder(tmp_path)),
    ):
        with monkeypatch.context() as faults:
            faults.setattr(os, call, breaking(call, errno.EIO))
            with pytest.raises(IoError):
                use()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - as above


def dies_at(change: int, use: Callable[[], object]) -> bool:
    """Tell whether a process that dies at a change to the disk comes that far."""

    def work() -> None:
        stop_at(change)()
        use()

    status = forked(work)
    assert status in {0, -signal.SIGKILL}
    return status != 0


@pytest.mark.parametrize(
    ("use", "left"),
    [
        (lambda path: write_file(path, NEW), {OLD, NEW}),
        (lambda path: append_to_file(path, NEW), {OLD, OLD + NEW}),
        (lambda path: put_new(path.with_name("new")), {OLD}),
    ],
    ids=["write", "append", "new"],
)
def test_death_at_any_change_leaves_each_file_old_or_new_and_whole(
    use: Callable[[Path], object], left: set[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    seen = set()
    call = 0
    path.write_bytes(OLD)
    while dies_at(call, lambda: use(path)):
        remove_drafts(tmp_path)
        files = tree(tmp_path)
        seen.add(files.pop("file"))
        assert files in ({}, {"new": NEW})
        path.with_name("new").unlink(missing_ok=True)
        path.write_bytes(OLD)
        call += 1
    assert call >= 3
    assert seen == left
