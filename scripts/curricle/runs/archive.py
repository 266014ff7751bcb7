"""One file that holds a whole run as it is.

Works on bytes and knows nothing of what they mean, so a run whose `run.json` is broken can be
archived like any other. The same run gives the same file. The way back: `restore.py`.
"""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import ArchiveInvalidError, IoError
from curricle.fsio import (
    DRAFT_PREFIX,
    file_digest,
    make_folder,
    new_file,
    path_within,
    translated,
)
from curricle.layout import LOCK_FILE
from curricle.printable import is_utf_8
from curricle.runs.restore import MANIFEST, TOTAL_BYTES_MAX, Digesting, verify_archive
from curricle.tarballs import member, writing_tarball

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MEMBER_BYTES_MAX: Final = 4_000_000_000

_DIGEST_DIGITS: Final = 12


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


def _check_same(target: Path, manifest: bytes) -> None:
    try:
        verify_archive(target, manifest)
    except ArchiveInvalidError as error:
        raise ArchiveInvalidError(target, error.why, is_in_the_way=True) from error


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
    with writing_tarball(file) as tar:
        tar.addfile(member(MANIFEST, len(data), 0o600), io.BytesIO(data))
        for entry in manifest["files"]:
            path = path_within(run_dir, entry["path"])
            name = f"{manifest['run_id']}/{entry['path']}"
            with translated(path), path.open("rb") as content:
                source = Digesting(content)
                tar.addfile(member(name, entry["size_bytes"], entry["mode"]), source)
                is_same = source.sha256 == entry["sha256"] and not content.read(1)
            if not is_same:
                raise IoError(path, "it changed while it was archived")
