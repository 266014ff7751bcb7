"""Which project a log is of, by the marks that fetching its source leaves."""

from __future__ import annotations

import re
from typing import Final

_SAMPLE_BYTES: Final = 1 << 18
_MARKS: Final = re.compile(
    rb"Cloning into '(?:[^']*/)?([\w.-]+)'"
    rb"|git clone [^\n]*[:/][\w.-]+/([\w.-]+?)(?:\.git)?(?:\s|$)"
    rb"|^[^\n]{0,60}repository: [\w.-]+/([\w.-]+)"
    rb"|Git repository in /builds/[^\n]*?([\w.-]+)/\.git"
    rb"|/home/runner/work/([\w.-]+)/",
    re.MULTILINE,
)


def find_project(text: bytes) -> str:
    """Return a project's name without its owner, or nothing where the log does not tell.

    A fork has another owner and the same name.
    """
    found = _MARKS.search(text, 0, _SAMPLE_BYTES)
    if not found:
        return ""
    name = next(group for group in found.groups() if group is not None)
    return name.decode(errors="replace").lower()
