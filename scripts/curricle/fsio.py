"""Reads and replaces files so that a crash, a full disk or a link never costs data.

Every write goes to a draft beside its target, is synced, and is renamed into place; the folder
is synced after. All of it uses `os` calls directly: each is a boundary at which the process may
die, and the tests kill it at every one. What belongs in which file: `runs/`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final

from curricle.errors import CurricleError, DiskFullError, IoError, PermissionDeniedError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

MAX_DOCUMENT_BYTES: Final = 256_000_000
MAX_LOG_BYTES: Final = 4_000_000_000
DRAFT_PREFIX: Final = ".draft-"

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_CHUNK_BYTES: Final = 1 << 20


def find_file(path: Path, *, limit_bytes: int = MAX_DOCUMENT_BYTES) -> bytes | None:
    """Return the bytes of a plain file, or None where there is none.

    Raises:
        IoError: it is no plain file (a FIFO, a device, a folder) or larger than `limit_bytes`.
        PermissionDeniedError: it cannot be opened.
    """
    with _plain_file(path, limit_bytes) as descriptor:
        return None if descriptor is None else _read_rest(descriptor, path, limit_bytes)


def read_file(path: Path, *, limit_bytes: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Return the bytes of a plain file that must be there.

    Raises:
        IoError: as `find_file`, and when there is no such file.
    """
    data = find_file(path, limit_bytes=limit_bytes)
    if data is None:
        raise IoError(path, "there is no such file")
    return data


def file_digest(path: Path, *, limit_bytes: int = MAX_DOCUMENT_BYTES) -> str:
    """Return the SHA-256 of a plain file as 64 hexadecimal digits, without holding it in memory.

    Raises:
        IoError, PermissionDeniedError: as `read_file`.
    """
    digest = hashlib.sha256()
    for chunk in read_chunks(path, limit_bytes=limit_bytes):
        digest.update(chunk)
    return digest.hexdigest()


def read_chunks(
    path: Path, *, limit_bytes: int = MAX_DOCUMENT_BYTES
) -> Generator[bytes, None, None]:
    """Yield the bytes of a plain file that must be there, a part at a time.

    Raises:
        IoError, PermissionDeniedError: as `read_file`.
    """
    with _plain_file(path, limit_bytes) as descriptor:
        if descriptor is None:
            raise IoError(path, "there is no such file")
        while chunk := os.read(descriptor, _CHUNK_BYTES):
            yield chunk


def find_tail(path: Path, offset: int, *, limit_bytes: int = MAX_LOG_BYTES) -> bytes | None:
    """Return a plain file's bytes from an offset on; None where it is missing or shorter.

    Raises:
        IoError, PermissionDeniedError: as `read_file`.
    """
    with _plain_file(path, limit_bytes) as descriptor:
        if descriptor is None or os.fstat(descriptor).st_size < offset:
            return None
        os.lseek(descriptor, offset, os.SEEK_SET)
        return _read_rest(descriptor, path, limit_bytes)


def find_size(path: Path) -> int | None:
    """Return the size in bytes of a plain file, or None where there is none."""
    with translated(path):
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def write_file(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Put `data` in the place of `path`, whole or not at all.

    `mode` is what the file gets before the umask. A link at `path` is replaced, not followed.

    Raises:
        DiskFullError, PermissionDeniedError, IoError: nothing was replaced; or it was, and the
            folder could not be synced.
    """
    draft = path.with_name(DRAFT_PREFIX + secrets.token_hex(8))
    with translated(path):
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            try:
                _write_all(descriptor, data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(draft, path)  # noqa: PTH105 - a boundary of its own
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


@contextmanager
def new_file(path: Path, *, mode: int) -> Iterator[BinaryIO]:
    """Yield a file that appears at `path` when the block ends without an error.

    Raises:
        FileExistsError: something is at `path` already; it is left as it is.
        DiskFullError, PermissionDeniedError, IoError: there is no new file.
    """
    draft = path.with_name(DRAFT_PREFIX + secrets.token_hex(8))
    with translated(path):
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with translated(path), os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError as error:
            raise _typed(error, path) from error
    finally:
        with translated(path):
            draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def append_to_file(path: Path, data: bytes) -> None:
    """Add `data` to the end of a file and sync it; the file is made where it is missing.

    Raises:
        DiskFullError, PermissionDeniedError, IoError: the file is as long as it was before.
    """
    with translated(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            size_before = os.fstat(descriptor).st_size
            try:
                _write_all(descriptor, data)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size_before)
                raise
        finally:
            os.close(descriptor)


def cut_file(path: Path, size_bytes: int) -> None:
    """Shorten a file to its first `size_bytes` bytes and sync it."""
    with translated(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, size_bytes)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it; folders that are there already are left as they are."""
    with translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.mkdir(path, mode)  # noqa: PTH102 - a boundary of its own, see the module's docstring
        except FileExistsError:
            if not path.is_dir():
                raise


def sync_folder(path: Path) -> None:
    """Make renames in a folder survive a power cut."""
    with translated(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def free_bytes(folder: Path) -> int:
    """Return how much room there is on the disk of a folder for whoever we are."""
    with translated(folder):
        return shutil.disk_usage(folder).free


def remove_drafts(folder: Path) -> None:
    """Remove what writers that died have left; only for a caller that holds the run's lock."""
    with translated(folder), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(DRAFT_PREFIX) and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)  # noqa: PTH108 - a boundary of its own


def path_within(root: Path, relative: str) -> Path:
    """Return `root/relative` after checking that no part below `root` is a link.

    A link in a run could lead a write to a file outside it.

    Raises:
        IoError: a part is a symbolic link.
    """
    path = root
    for part in relative.split("/"):
        path = path / part
        with translated(path):
            try:
                mode = os.lstat(path).st_mode
            except (FileNotFoundError, NotADirectoryError):
                continue
        if stat.S_ISLNK(mode):
            raise IoError(path, "it is a symbolic link, a run holds plain files and folders only")
    return path


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the operating system's errors inside the block into typed ones about `path`."""
    try:
        yield
    except OSError as error:
        raise _typed(error, path) from error
    except ValueError as error:
        # A path with a NUL character or half a surrogate pair.
        raise IoError(path, str(error)) from error


def _typed(error: OSError, path: Path) -> CurricleError:
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        return DiskFullError(path, reason.lower())
    if error.errno in _DENIED:
        return PermissionDeniedError(path, reason.lower())
    return IoError(path, reason.lower())


@contextmanager
def _plain_file(path: Path, limit_bytes: int) -> Iterator[int | None]:
    """Yield the descriptor of a plain file to read, or None where there is none."""
    with translated(path):
        try:
            # O_NONBLOCK: opening a FIFO without a writer would wait for ever.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            descriptor = None
        if descriptor is None:
            yield None
            return
        try:
            _check_plain(os.fstat(descriptor), path, limit_bytes)
            yield descriptor
        finally:
            os.close(descriptor)


def _read_rest(descriptor: int, path: Path, limit_bytes: int) -> bytes:
    size = os.fstat(descriptor).st_size - os.lseek(descriptor, 0, os.SEEK_CUR)
    chunks = []
    left = limit_bytes + 1
    # One call returns 2 GB at most.
    while left > 0 and (chunk := os.read(descriptor, min(left, max(size, _CHUNK_BYTES)))):
        chunks.append(chunk)
        left -= len(chunk)
    if left <= 0:
        raise IoError(path, f"it grew beyond {limit_bytes} bytes while it was read")
    return b"".join(chunks) if len(chunks) != 1 else chunks[0]


def _check_plain(status: os.stat_result, path: Path, limit_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise IoError(path, f"it is {_kind(status.st_mode)}, expected a plain file")
    if status.st_size > limit_bytes:
        raise IoError(path, f"it has {status.st_size} bytes, the limit is {limit_bytes}")


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
