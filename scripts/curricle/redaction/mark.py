"""What stands in the place of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.redaction.engine import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = r"\[redacted:[0-9a-z-]{1,40}#[0-9]{1,9}\]"
_BEGIN: Final = b"[redacted:"


def render_mark(kind: str, number: int) -> bytes:
    """Return the mark of a secret; nothing in it is derived from the secret's value."""
    return f"[redacted:{kind}#{number}]".encode("ascii")


def find_unmarked(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Return the parts of a range that are no marks, from left to right."""
    if data.find(_BEGIN, start, end) < 0:
        yield start, end
        return
    done = start
    for mark in compile_pattern(MARK).finditer(data[start:end]):
        yield done, start + mark.start()
        done = start + mark.end()
    yield done, end
