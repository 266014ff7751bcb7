"""Writes archives whose bytes depend on what is in them alone: no times, no owners."""

from __future__ import annotations

import gzip
import io
import tarfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@contextmanager
def writing_tarball(file: IO[bytes]) -> Iterator[tarfile.TarFile]:
    """Yield a gzipped archive to be filled."""
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield tar


def write_members(file: IO[bytes], members: Mapping[str, bytes]) -> None:
    """Write a gzipped archive of small members, in their order, each with mode 0600."""
    with writing_tarball(file) as tar:
        for name, data in members.items():
            tar.addfile(member(name, len(data), 0o600), io.BytesIO(data))


def member(name: str, size_bytes: int, mode: int) -> tarfile.TarInfo:
    """Return the header of a plain file."""
    info = tarfile.TarInfo(name)
    info.size = size_bytes
    info.mode = mode
    return info
