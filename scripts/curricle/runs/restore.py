"""The way back from an archive to a run; what is not exactly what its manifest says is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import tarfile
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes
from curricle.errors import ArchiveInvalidError, ArchiveNotFoundError, RunExistsError
from curricle.fsio import make_folder, new_file, path_within, translated
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import ARCHIVES, LOCK_FILE
from curricle.runs.draft import draft_folder, put_in_place
from curricle.schema import DocumentKind, check_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

TOTAL_BYTES_MAX: Final = 8_000_000_000
RATIO_MAX: Final = 500
"""No large run compresses better; an archive that claims to is a bomb."""
MANIFEST: Final = "manifest.json"

_MANIFEST_BYTES_MAX: Final = 64_000_000
_RATIO_FREE_BYTES: Final = 1_000_000_000
_CHUNK_BYTES: Final = 1 << 20
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_DAMAGED: Final = (tarfile.TarError, OSError, zlib.error, EOFError, ValueError, MemoryError)


class Digesting:
    """A file that is read once, with the digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Return the digest of what was read so far, as hexadecimal digits."""
        return self._digest.hexdigest()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, all that are left where no size is given."""
        chunk = self._file.read(size)
        self._digest.update(chunk)
        return chunk


def restore_run(archive: Path, runs_dir: Path) -> Path:
    """Unpack an archive into a new run and return its folder.

    Raises:
        ArchiveNotFoundError: there is no such file.
        ArchiveInvalidError: it is damaged, unsafe or none of ours; nothing was unpacked.
        RunExistsError: a run of that id is there.
    """
    with ExitStack() as stack:
        with opened_archive(archive) as (manifest, contents):
            run_id: str = manifest["run_id"]
            if os.path.lexists(runs_dir / run_id):
                raise RunExistsError(run_id, runs_dir)
            made = stack.enter_context(draft_folder(runs_dir)) / run_id
            _unpack(manifest["folders"], contents, made)
        if not put_in_place(made, runs_dir / run_id):
            raise RunExistsError(run_id, runs_dir)
    return runs_dir / run_id


@contextmanager
def opened_archive(
    archive: Path,
) -> Iterator[tuple[Mapping[str, Any], Iterator[tuple[Mapping[str, Any], Digesting]]]]:
    """Yield the manifest of an archive, and each file's entry in it with the file's content.

    The caller reads each content whole before the next, and all of them; by the end of the block,
    everything was what the manifest says.

    Raises:
        ArchiveNotFoundError: there is no such file.
        ArchiveInvalidError: it is damaged, unsafe or none of ours.
    """
    if not archive.is_file():
        raise ArchiveNotFoundError(archive)
    with _opened(archive) as tar:
        members = iter(tar)
        manifest = _read_manifest(tar, next(members, None), archive)
        _check_manifest(manifest, archive)
        yield manifest, _contents(tar, members, manifest, archive)


def verify_archive(archive: Path, manifest: bytes) -> None:
    """Read a whole archive and check that it is what a manifest describes.

    Raises:
        ArchiveInvalidError: it is damaged or holds something else.
    """
    with _opened(archive) as tar:
        members = iter(tar)
        found = _read_manifest(tar, next(members, None), archive)
        if document_bytes(found) != manifest:
            raise ArchiveInvalidError(archive, "it holds another state of the run")
        for _, content in _contents(tar, members, found, archive):
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


def _unpack(
    folders: Iterable[str], files: Iterable[tuple[Mapping[str, Any], Digesting]], made: Path
) -> None:
    make_folder(made, mode=0o700)
    for folder in folders:
        make_folder(made / folder)
    for entry, content in files:
        path = path_within(made, entry["path"])
        make_folder(path.parent)
        with new_file(path, mode=int(entry["mode"]) & 0o777) as file:
            shutil.copyfileobj(content, file, _CHUNK_BYTES)


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
) -> Iterator[tuple[Mapping[str, Any], Digesting]]:
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
        content = Digesting(tar.extractfile(member) or io.BytesIO())
        yield entry, content
        if content.sha256 != entry["sha256"]:
            raise ArchiveInvalidError(archive, f"{member.name!r} was changed: its digest differs")
    if wanted:
        raise ArchiveInvalidError(archive, f"{len(wanted)} files of its manifest are missing")
