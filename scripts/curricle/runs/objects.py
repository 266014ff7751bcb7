"""Every version of every artifact of a run, by the digest of its bytes.

What is here is never changed, but one that was damaged is put right. `diff` reads it by digest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from curricle.canonical import sha256_hex
from curricle.fsio import find_file, find_size, make_folder, path_within, write_file
from curricle.layout import OBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def keep_object(run_dir: Path, data: bytes, digest: str | None = None) -> str:
    """Make sure that `data`, whose digest may be known, is among the objects; return the digest."""
    digest = digest or sha256_hex(data)
    folder = path_within(run_dir, OBJECTS)
    path = path_within(folder, digest)
    if find_size(path) != len(data) or find_object(run_dir, digest) is None:
        make_folder(folder)
        write_file(path, data)
    return digest


def find_object(run_dir: Path, digest: str) -> bytes | None:
    """Return an object's bytes, or None when it is not there or was damaged."""
    if not _DIGEST.fullmatch(digest):
        return None
    data = find_file(path_within(path_within(run_dir, OBJECTS), digest))
    return data if data is not None and sha256_hex(data) == digest else None


def lost_objects(run_dir: Path, named: Iterable[str]) -> tuple[str, ...]:
    """Return the digests of objects that are named or there, and do not hold their bytes."""
    wanted = {*named, *digests_with_prefix(run_dir, "")}
    return tuple(sorted(d for d in wanted if find_object(run_dir, d) is None))


def digests_with_prefix(run_dir: Path, prefix: str) -> tuple[str, ...]:
    """Return the digests of objects that begin with `prefix`, sorted."""
    folder = path_within(run_dir, OBJECTS)
    if not folder.is_dir():
        return ()
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(n for n in names if _DIGEST.fullmatch(n) and n.startswith(prefix)))
