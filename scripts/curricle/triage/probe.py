"""The commands that tell whether a test depends on the order in which tests run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_JEST: Final = ("jest", "vitest")


def probe_commands(pack: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what to type: the failing test alone, then all in another order, and how to report."""
    return tuple(_commands(pack))


def _commands(pack: Mapping[str, Any]) -> Iterator[str]:
    tool = pack["fingerprint"].partition("-")[0]
    test = pack["failing_tests"][0] if pack["failing_tests"] else ""
    file = next(iter(pack["suspect_files"]), "")
    if tool in _JEST:
        where = f" {shlex.quote(file)}" if file else ""
        runner = f"npx {tool}{' run' if tool == 'vitest' else ''}"
        shuffled = "--randomize" if tool == "jest" else "--sequence.shuffle"
        yield f"{runner}{where} -t {shlex.quote(test)}"
        yield f"{runner} {shuffled}"
        return
    if tool in {"pytest", "unittest", "python"}:
        name = shlex.quote(test.rpartition(".")[2].partition("[")[0])
        yield f"python -m pytest {shlex.quote(file) if file else ''} -k {name}".replace("  ", " ")
        yield "python -m pytest -p randomly -p no:cacheprovider"
        yield "python -m pytest -p no:randomly"
        return
    yield "# run the failing test alone, then all tests in another order:"
    yield f"# {test or pack['first_failure_line']}"
