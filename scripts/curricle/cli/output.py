"""How commands speak: the answer on stdout, messages on stderr, JSON as one object.

No control character of a document ever reaches a terminal: everything printed passes through
`printable`.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TextIO

from curricle.printable import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from curricle.errors import CurricleError

SCHEMA_VERSION: Final = "1.0"

_RED: Final = "\x1b[31m"
_YELLOW: Final = "\x1b[33m"
_GREEN: Final = "\x1b[32m"
_BOLD: Final = "\x1b[1m"
_RESET: Final = "\x1b[0m"
STYLES: Final = {"error": _RED, "warning": _YELLOW, "good": _GREEN, "strong": _BOLD}


def write_answer(text: str) -> None:
    """Print a command's answer: text that may hold anything, made printable line by line."""
    _write(sys.stdout, printable(text).rstrip("\n") + "\n")


def write_raw(text: str) -> None:
    """Print a document that has its own rules for escaping, such as a calendar."""
    _write(sys.stdout, text)


def write_json(document: Mapping[str, Any]) -> None:
    """Print one JSON object with a `schema_version` and nothing else."""
    whole = {"schema_version": SCHEMA_VERSION, **document}
    # Escaping everything beyond ASCII keeps the output the same in every locale.
    _write(sys.stdout, json.dumps(whole, indent=2, sort_keys=False) + "\n")


def write_message(text: str) -> None:
    """Print a message for the person; stdout stays free for the answer.

    Where nobody can read it, the work goes on.
    """
    with suppress(OSError):
        _write(sys.stderr, printable(text) + "\n")


def styled(text: str, style: str, *, use_color: bool) -> str:
    """Return text in a style of `STYLES` where colour is wanted.

    The text is made printable first; `write_styled` prints the result.
    """
    plain = printable(text)
    return f"{STYLES[style]}{plain}{_RESET}" if use_color else plain


def write_styled(lines: Sequence[str]) -> None:
    """Print lines whose parts were made printable before they were styled."""
    _write(sys.stdout, "\n".join(lines) + "\n")


def error_json(error: CurricleError) -> dict[str, Any]:
    """Return an error as it stands in JSON answers."""
    from curricle.failures.fingerprint import fingerprint_of
    from curricle.runbook.catalogue import CATALOGUE

    return {
        "code": error.code,
        "message": str(error),
        "hint": error.hint,
        "recovery": CATALOGUE[error.code].path,
        "exit_status": error.exit_status,
        "fingerprint": fingerprint_of(error.code, str(error), error.details),
        "details": error.details,
    }


def write_error(error: CurricleError, command_line: Callable[[Sequence[str]], str]) -> None:
    """Print an error: what happened, what to do, and the exact command to type."""
    write_message(f"error[{error.code}]: {error}")
    if error.hint:
        write_message(f"hint: {error.hint}")
    if error.next_step:
        write_message(f"next: {command_line(error.next_step)}")


@contextmanager
def progress(what: str) -> Iterator[Callable[[str], None]]:
    """Yield a function for messages; on a terminal, show meanwhile that something goes on."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield write_message
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, no_color=is_plain())
    with console.status(what):
        yield lambda text: console.print(printable(text))


def is_plain() -> bool:
    """Tell whether `NO_COLOR` asks for no colours (any value but the empty one)."""
    return bool(os.environ.get("NO_COLOR"))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with aligned columns; the last column is as long as it is.

    A cell may hold anything; it is shown on one line.
    """
    if not rows:
        return []
    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    stream.flush()
    left = memoryview(text.encode(stream.encoding, "backslashreplace"))
    # NOTE: with PYTHONUNBUFFERED, a full disk takes a part and only the next write fails.
    while left:
        left = left[stream.buffer.write(left) or 0 :]
    stream.flush()
