"""Which project a log is of, by the marks that fetching its source leaves."""

from __future__ import annotations

from functools import cache
from typing import Final

from curricle.expressions import Pattern, compile_pattern

_SAMPLE_BYTES: Final = 1 << 18
_MARKS: Final = (
    r"Cloning into '(?:[^'\n]*/)?([\w.-]+)'",
    r"git clone [^\n]*[:/][\w.-]+/([\w.-]+)",
    r"repository: [\w.-]+/([\w.-]+)",
    r"Git repository in /builds/[^\n]*?([\w.-]+)/\.git",
    r"/home/runner/work/([\w.-]+)/",
)


def find_project(text: bytes) -> str:
    """Return a project's name without its owner, or nothing where the log does not tell.

    A fork has another owner and the same name.
    """
    sample = text[:_SAMPLE_BYTES]
    found = [match for pattern in _patterns() if (match := pattern.search(sample))]
    if not found:
        return ""
    first = min(found, key=lambda match: match.start())
    return first.group(1).decode(errors="replace").lower().removesuffix(".git")


@cache
def _patterns() -> tuple[Pattern, ...]:
    return tuple(map(compile_pattern, _MARKS))
