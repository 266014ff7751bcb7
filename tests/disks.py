"""Small disks to fill; not everybody may mount one."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOT_TESTED: Final = "not tested: what needs a small disk to be mounted, which is not allowed here"


@contextmanager
def small_disk(folder: Path | str, size: str) -> Iterator[bool]:
    """Yield whether a disk of a size is mounted on a folder."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder],
        capture_output=True,
        check=False,
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True)


@cache
def may_mount() -> bool:
    """Tell whether a disk can be mounted here."""
    with tempfile.TemporaryDirectory() as folder, small_disk(folder, "64k") as is_mounted:
        return is_mounted
