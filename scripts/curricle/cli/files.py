"""Files that a user names on the command line."""

from __future__ import annotations

import os
from pathlib import Path

from curricle.errors import InvalidArgumentError
from curricle.fsio import find_file, translated, write_file
from curricle.layout import CONTEXT


def read_given(option: str, name: str | None) -> bytes | None:
    """Return the bytes of a file that an option names, or None where it was not given.

    Raises:
        InvalidArgumentError: there is no such plain file.
        IoError, PermissionDeniedError: it cannot be read.
    """
    if name is None:
        return None
    path = Path(name)
    with translated(path):
        is_other = path.exists() and not path.is_file()
    if is_other:
        raise InvalidArgumentError(
            f"{option} names {name!r}, which is no plain file", hint="name a file"
        )
    data = find_file(path)
    if data is None:
        raise InvalidArgumentError(
            f"{option} names {name!r}, and there is no such file", hint="check the path"
        )
    return data


def write_wanted(option: str, name: str, data: bytes, run_dir: Path) -> None:
    """Write a file that an option names; what is there and is no plain file is left alone.

    Raises:
        InvalidArgumentError: a device, a FIFO, a link or a folder is there, or it lies in the run.
        DiskFullError, PermissionDeniedError, IoError: it cannot be written.
    """
    path = Path(name)
    with translated(path):
        is_other = path.is_symlink() or (path.exists() and not path.is_file())
        is_in_run = path.resolve().is_relative_to(run_dir.resolve())
    if is_other:
        raise InvalidArgumentError(
            f"{option} names {name!r}, which is no plain file", hint="name a file; - is stdout"
        )
    if is_in_run:
        raise InvalidArgumentError(
            f"{option} names {name!r}, which lies in the run",
            hint="what a run holds is written by its own commands; name a place outside",
        )
    write_file(path, data)


def read_context(folder: str | None) -> dict[str, bytes]:
    """Return path inside the run to bytes for every plain file below a folder; links are skipped.

    Raises:
        InvalidArgumentError: there is no such folder.
    """
    if folder is None:
        return {}
    root = Path(folder)
    if not root.is_dir():
        raise InvalidArgumentError(
            f"--context names {folder!r}, and there is no such folder", hint="check the path"
        )
    found = {}
    with translated(root):
        for below, folders, files in os.walk(root):
            folders.sort()
            for file in sorted(files):
                path = Path(below) / file
                if path.is_file() and not path.is_symlink():
                    relative = path.relative_to(root).as_posix()
                    found[f"{CONTEXT}/{relative}"] = find_file(path) or b""
    return found
