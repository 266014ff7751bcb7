"""Whether an archive holds what its manifest says, and the run in it what its journal says.

Reads the archive from front to back and unpacks nothing; of large files, a part at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.audit.verification import (
    DIGEST,
    FoundArtifact,
    Names,
    Verified,
    find_missing,
    is_inside,
    notes_on_head,
    place_of,
)
from curricle.errors import ArchiveInvalidError, JournalBrokenError
from curricle.layout import JOURNAL, OBJECTS, RUN_FILE
from curricle.runs.journal import Followed, follow_chain
from curricle.runs.proof import parse_known_head
from curricle.runs.restore import opened_archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from curricle.runs.journal import Head
    from curricle.runs.restore import Digesting

_CHUNK_BYTES: Final = 1 << 20
_RUN_FILE_BYTES_MAX: Final = 64_000_000
_HINT: Final = "keep the archive as evidence; the run in it is not the one that was recorded"


def verify_packed(archive: Path) -> Verified:
    """Return what was checked of an archive.

    Raises:
        ArchiveNotFoundError: there is no such file.
        ArchiveInvalidError: it is damaged, unsafe or not what its manifest says; or an object in
            it was changed, or one that the journal names is not in it.
        JournalBrokenError: an entry of the journal in it was changed, removed, reordered or cut.
    """
    names = Names()
    digests: dict[str, str] = {}
    followed, record = None, b""
    with opened_archive(archive) as (manifest, contents):
        run_id: str = manifest["run_id"]
        for entry, content in contents:
            digests[entry["path"]] = entry["sha256"]
            if entry["path"] == JOURNAL:
                followed = follow_chain(_chunks(content), visit=names.take)
            elif entry["path"] == RUN_FILE and entry["size_bytes"] <= _RUN_FILE_BYTES_MAX:
                record = b"".join(_chunks(content))
            for _ in _chunks(content):
                pass
    known = parse_known_head(record, run_id)
    head = _check_journal(archive, run_id, followed, known)
    present = _check_objects(archive, digests)
    if problem := find_missing(names, present):
        line, why = problem
        raise ArchiveInvalidError(archive, f"line {line} of its journal {why}")
    return Verified(
        run_id=run_id,
        head=head,
        has_torn_line=bool(followed and followed.torn_bytes),
        objects=len(present),
        objects_named=len(names.objects),
        artifacts=tuple(
            FoundArtifact(path=path, state=place_of(output, digests.get(path), known))
            for path, output in sorted(names.outputs.items())
            if is_inside(path)
        ),
        notes=(*_notes(manifest), *notes_on_head(known, head)),
        archive=str(archive),
    )


def _chunks(content: Digesting) -> Iterator[bytes]:
    while chunk := content.read(_CHUNK_BYTES):
        yield chunk


def _check_journal(
    archive: Path, run_id: str, followed: Followed | None, known: Head | None
) -> Head:
    if followed is None:
        raise _broken(archive, run_id, "it is missing")
    if followed.broken_line:
        raise _broken(archive, run_id, followed.why, line=followed.broken_line)
    if not followed.head.entries:
        raise _broken(archive, run_id, "it has no entries")
    if known is None:
        return followed.head
    if followed.head.entries < known.entries:
        raise _broken(
            archive,
            run_id,
            f"it has {followed.head.entries} entries, run.json knows {known.entries}:"
            " entries were cut",
        )
    # NOTE: run.json comes after the journal, so that what it knows is looked up in a second
    # reading; but for a run that was interrupted, it knows the last line.
    is_last = followed.head.entries == known.entries
    digest = followed.head.sha256 if is_last else _digest_at(archive, known.entries)
    if digest != known.sha256:
        raise _broken(
            archive, run_id, "the entry is not the one that run.json knows", line=known.entries
        )
    return followed.head


def _digest_at(archive: Path, number: int) -> str | None:
    with opened_archive(archive) as (_, contents):
        digest = None
        for entry, content in contents:
            if entry["path"] == JOURNAL:
                digest = follow_chain(_chunks(content), at={number}).digests.get(number)
            for _ in _chunks(content):
                pass
    return digest


def _check_objects(archive: Path, digests: Mapping[str, str]) -> frozenset[str]:
    """Return the objects that hold; their digests are those of the manifest, which were checked."""
    present = set()
    for path, digest in digests.items():
        folder, _, name = path.rpartition("/")
        if folder == OBJECTS and DIGEST.fullmatch(name):
            if digest != name:
                raise ArchiveInvalidError(
                    archive, f"{path} does not hold the bytes that its name says"
                )
            present.add(name)
    return frozenset(present)


def _notes(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"left out: {one['path']} {one['reason']}" for one in manifest["left_out"])


def _broken(archive: Path, run_id: str, why: str, *, line: int | None = None) -> JournalBrokenError:
    error = JournalBrokenError(run_id, why, line=line)
    error.hint = _HINT
    error.next_step = ()
    error.details["archive"] = str(archive)
    return error
