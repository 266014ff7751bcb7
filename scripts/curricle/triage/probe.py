"""The commands that tell whether a test depends on the order in which tests run."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_JEST: Final = frozenset({"jest", "vitest"})
_PYTEST: Final = frozenset({"pytest", "unittest", "python"})


def probe_commands(pack: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what to type: the failing test alone, then all tests in another order."""
    return tuple(_commands(pack))


def _commands(pack: Mapping[str, Any]) -> Iterator[str]:
    tool = pack["fingerprint"].partition("-")[0]
    test = pack["failing_tests"][0] if pack["failing_tests"] else ""
    where = [shlex.quote(file) for file in pack["suspect_files"][:1]]
    if test and tool in _JEST:
        runner = "npx vitest run" if tool == "vitest" else "npx jest"
        # Both join the names of groups with a blank, and take an expression.
        name = re.escape(test.replace(" › ", " ").replace(" > ", " ")).replace("\\ ", " ")
        yield " ".join([runner, *where, "-t", shlex.quote(name)])
        yield f"{runner} {'--sequence.shuffle' if tool == 'vitest' else '--randomize'}"
    elif test and tool in _PYTEST:
        name = test.partition("[")[0].rpartition(".")[2].partition(" ")[0]
        yield " ".join(["python -m pytest", *where, "-k", shlex.quote(name)])
        yield "python -m pip install pytest-randomly && python -m pytest -p randomly"
    else:
        yield "# run the failing test alone, then all tests in another order:"
        yield f"# {test or pack['first_failure_line']}"
