"""One file that holds a whole run as it is, and the way back.

Works on bytes and knows nothing of what they mean, so a run whose `run.json` is broken can be
archived like any other. The same run gives the same file; restoring refuses whatever is not
exactly what the manifest says.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import secrets
import shutil
import stat
import tarfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import ArchiveInvalidError, ArchiveNotFoundError, IoError, RunExistsError
from curricle.fsio import (
    DRAFT_PREFIX,
    file_digest,
    make_folder,
    new_file,
    path_within,
    sync_folder,
    translated,
)
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import ARCHIVES, LOCK_FILE
from curricle.printable import is_utf_8
from curricle.schema import DocumentKind, check_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MEMBER_BYTES_MAX: Final = 4_000_000_000
TOTAL_BYTES_MAX: Final = 8_000_000_000
RATIO_MAX: Final = 500
"""No large run compresses better; an archive that claims to is a bomb."""
MANIFEST: Final = "manifest.json"

_MANIFEST_BYTES_MAX: Final = 64_000_000
_DIGEST_DIGITS: Final = 12
_RATIO_FREE_BYTES: Final = 1_000_000_000
_CHUNK_BYTES: Final = 1 << 20
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_DAMAGED: Final = (tarfile.TarError, OSError, zlib.error, EOFError, ValueError, MemoryError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """An archive that was written or was there already."""

    path: Path
    sha256: str
    file_count: int
    left_out: tuple[tuple[str, str], ...]
    """Path and reason of what is no plain file or folder."""


def archive_run(run_dir: Path, folder: Path) -> Archive:
    """Write `<run_id>-<12 digits>.tar.gz` (mode 0600) and return it; an equal one is kept.

    Raises:
        ArchiveInvalidError: a file of that name is there and holds something else.
        DiskFullError, PermissionDeniedError, IoError: no archive was written.
    """
    entries = sorted(_walk(run_dir, ""), key=lambda entry: entry[0])
    files = [path for path, kind in entries if kind == "file"]
    left_out = tuple((path, kind) for path, kind in entries if kind not in {"file", "folder"})
    manifest = _manifest(run_dir, files, entries, left_out)
    data = document_bytes(manifest)
    target = folder / f"{run_dir.name}-{sha256_hex(data)[:_DIGEST_DIGITS]}.tar.gz"
    make_folder(folder, mode=0o700)
    try:
        with new_file(target, mode=0o600) as file:
            _write(file, run_dir, data, manifest)
    except FileExistsError:
        _check_same(target, data)
    return Archive(
        path=target,
        sha256=file_digest(target, limit_bytes=TOTAL_BYTES_MAX),
        file_count=len(files),
        left_out=left_out,
    )


def restore_run(archive: Path, runs_dir: Path) -> Path:
    """Unpack an archive into a new run and return its folder.

    Raises:
        ArchiveNotFoundError: there is no such file.
        ArchiveInvalidError: it is damaged, unsafe or none of ours; nothing was unpacked.
        RunExistsError: a run of that id is there.
    """
    if not archive.is_file():
        raise ArchiveNotFoundError(archive)
    draft = runs_dir / f"{DRAFT_PREFIX}restore-{secrets.token_hex(8)}"
    try:
        with _opened(archive) as tar:
            target = _unpack(tar, archive, runs_dir, draft)
        return _moved(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _walk(run_dir: Path, below: str) -> Iterator[tuple[str, str]]:
    """Yield path and kind of everything in a run but its lock and drafts."""
    path = run_dir / below
    with translated(path):
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    for entry in entries:
        relative = f"{below}/{entry.name}" if below else entry.name
        if relative == LOCK_FILE or entry.name.startswith(DRAFT_PREFIX):
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if not is_utf_8(entry.name):
            yield os.fsencode(relative).decode(errors="backslashreplace"), "has no UTF-8 name"
        elif stat.S_ISDIR(mode):
            yield relative, "folder"
            yield from _walk(run_dir, relative)
        elif stat.S_ISREG(mode):
            yield relative, "file"
        else:
            yield relative, "is a symbolic link" if stat.S_ISLNK(mode) else "is no plain file"


def _manifest(
    run_dir: Path,
    files: list[str],
    entries: list[tuple[str, str]],
    left_out: tuple[tuple[str, str], ...],
) -> dict[str, Any]:
    return {
        "schema_version": "1.0",
        "run_id": run_dir.name,
        "files": [_file_entry(run_dir, path) for path in files],
        "folders": [path for path, kind in entries if kind == "folder"],
        "left_out": [{"path": path, "reason": reason} for path, reason in left_out],
    }


def _file_entry(run_dir: Path, path: str) -> dict[str, Any]:
    file = path_within(run_dir, path)
    with translated(file):
        status = file.lstat()
    return {
        "path": path,
        "sha256": file_digest(file, limit_bytes=MEMBER_BYTES_MAX),
        "size_bytes": status.st_size,
        "mode": stat.S_IMODE(status.st_mode) & 0o700 | 0o600,
    }


def _write(file: IO[bytes], run_dir: Path, data: bytes, manifest: Mapping[str, Any]) -> None:
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        tar.addfile(_member(MANIFEST, len(data), 0o600), io.BytesIO(data))
        for entry in manifest["files"]:
            path = path_within(run_dir, entry["path"])
            name = f"{manifest['run_id']}/{entry['path']}"
            with translated(path), path.open("rb") as content:
                source = _Digesting(content)
                tar.addfile(_member(name, entry["size_bytes"], entry["mode"]), source)
                is_same = source.sha256 == entry["sha256"] and not content.read(1)
            if not is_same:
                raise IoError(path, "it changed while it was archived")


class _Digesting:
    """A file that is read once, with the digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._digest.update(chunk)
        return chunk


def _member(name: str, size_bytes: int, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size_bytes
    info.mode = mode
    return info


def _check_same(target: Path, manifest: bytes) -> None:
    with _opened(target) as tar:
        members = iter(tar)
        found = _read_manifest(tar, next(members, None), target)
        if document_bytes(found) != manifest:
            raise ArchiveInvalidError(target, "a file of that name holds something else")
        for _, content in _contents(tar, members, found, target):
            while content.read(_CHUNK_BYTES):
                pass


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    """Yield an archive to read from front to back; all of it, to its last byte, must be sound."""
    with translated(archive):
        file = archive.open("rb")
    try:
        with file, gzip.GzipFile(fileobj=file, mode="rb") as packed:
            # Blocks of the size of a header: nothing behind the last member is passed over.
            with tarfile.open(fileobj=packed, mode="r|", bufsize=tarfile.BLOCKSIZE) as tar:
                yield tar
            rest = packed.read(tarfile.RECORDSIZE + 1)
        if len(rest) > tarfile.RECORDSIZE or rest.strip(b"\0"):
            raise ArchiveInvalidError(archive, "something follows its last member")
    except _DAMAGED as error:
        raise ArchiveInvalidError(archive, f"it is damaged: {error}") from error


def _unpack(tar: tarfile.TarFile, archive: Path, runs_dir: Path, draft: Path) -> Path:
    members = iter(tar)
    manifest = _read_manifest(tar, next(members, None), archive)
    run_id: str = manifest["run_id"]
    _check_manifest(manifest, archive)
    target = runs_dir / run_id
    if os.path.lexists(target):
        raise RunExistsError(run_id, runs_dir)
    make_folder(runs_dir)
    make_folder(draft, mode=0o700)
    for path in manifest["folders"]:
        make_folder(draft / path)
    for entry, content in _contents(tar, members, manifest, archive):
        path = path_within(draft, entry["path"])
        make_folder(path.parent)
        with new_file(path, mode=int(entry["mode"]) & 0o777) as file:
            shutil.copyfileobj(content, file, _CHUNK_BYTES)
    return target


def _moved(draft: Path, target: Path) -> Path:
    with translated(target):
        os.rename(draft, target)  # noqa: PTH104 - must not replace, as Path.replace would
    sync_folder(target.parent)
    return target


def _read_manifest(
    tar: tarfile.TarFile, member: tarfile.TarInfo | None, archive: Path
) -> dict[str, Any]:
    if member is None or member.name != MANIFEST or not member.isreg():
        raise ArchiveInvalidError(archive, "it does not begin with a manifest")
    if member.size > _MANIFEST_BYTES_MAX:
        raise ArchiveInvalidError(archive, f"its manifest has {member.size} bytes")
    content = tar.extractfile(member)
    try:
        document = parse_json(content.read() if content else b"")
    except MalformedJsonError as error:
        raise ArchiveInvalidError(archive, f"its manifest is no JSON: {error.why}") from error
    if violations := check_document(DocumentKind.ARCHIVE_MANIFEST, document):
        first = violations[0]
        raise ArchiveInvalidError(archive, f"its manifest: {first.pointer} {first.message}")
    manifest: dict[str, Any] = document
    return manifest


def _check_manifest(manifest: Mapping[str, Any], archive: Path) -> None:
    if not _SAFE_NAME.fullmatch(manifest["run_id"]) or manifest["run_id"] == ARCHIVES:
        raise ArchiveInvalidError(archive, f"{manifest['run_id']!r} is no run id")
    for path in (*manifest["folders"], *(entry["path"] for entry in manifest["files"])):
        if not _is_safe(path):
            raise ArchiveInvalidError(archive, f"the path {path!r} could leave the run")
    files = {entry["path"] for entry in manifest["files"]}
    above = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    if len(files) < len(manifest["files"]) or files & (above | set(manifest["folders"])):
        raise ArchiveInvalidError(archive, "its manifest names a path twice")
    total = sum(entry["size_bytes"] for entry in manifest["files"])
    packed = archive.stat().st_size
    if total > TOTAL_BYTES_MAX or total > max(_RATIO_FREE_BYTES, packed * RATIO_MAX):
        raise ArchiveInvalidError(
            archive, f"it claims {total} bytes in {packed}, more than any run holds"
        )


def _is_safe(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return (
        bool(parts)
        and not path.startswith("/")
        and ".." not in parts
        and "\0" not in path
        and "/".join(parts) == path
        and path != LOCK_FILE
    )


def _contents(
    tar: tarfile.TarFile,
    members: Iterator[tarfile.TarInfo],
    manifest: Mapping[str, Any],
    archive: Path,
) -> Iterator[tuple[Mapping[str, Any], _Digesting]]:
    """Yield each file's entry in the manifest with its content, which the caller reads whole.

    When the next one is asked for, what was read must be what the entry says.
    """
    wanted = {f"{manifest['run_id']}/{entry['path']}": entry for entry in manifest["files"]}
    for member in members:
        entry = wanted.pop(member.name, None)
        if entry is None or not member.isreg():
            raise ArchiveInvalidError(archive, f"{member.name!r} is not in its manifest or no file")
        if member.size != entry["size_bytes"]:
            raise ArchiveInvalidError(archive, f"{member.name!r} is not of the size it should be")
        content = _Digesting(tar.extractfile(member) or io.BytesIO())
        yield entry, content
        if content.sha256 != entry["sha256"]:
            raise ArchiveInvalidError(archive, f"{member.name!r} was changed: its digest differs")
    if wanted:
        raise ArchiveInvalidError(archive, f"{len(wanted)} files of its manifest are missing")
