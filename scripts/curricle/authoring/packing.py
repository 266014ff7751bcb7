"""Cuts a long document into pieces that fit into questions, in order and without losing a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from curricle.authoring.material import Excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")


def packed(things: Iterable[T], size_of: Callable[[T], int], limit: int) -> list[list[T]]:
    """Return things in groups of at most `limit`; what is larger stands alone."""
    groups: list[list[T]] = []
    size = limit
    for thing in things:
        own = size_of(thing)
        if size + own > limit or not groups:
            groups.append([])
            size = 0
        groups[-1].append(thing)
        size += own
    return groups


def split(excerpt: Excerpt, limit: int) -> Iterator[Excerpt]:
    """Yield an excerpt in pieces of at most `limit` characters.

    They are cut between paragraphs where possible. A line is never cut: one that is longer stands
    alone.
    """
    held: list[tuple[int, str]] = []
    size = 0
    for line in excerpt.lines:
        own = Excerpt(path=excerpt.path, lines=(line,)).size
        while held and size + own > limit:
            cut = _cut(held)
            yield Excerpt(path=excerpt.path, lines=tuple(held[:cut]))
            held = held[cut:]
            size = Excerpt(path=excerpt.path, lines=tuple(held)).size
        held.append(line)
        size += own
    if held:
        yield Excerpt(path=excerpt.path, lines=tuple(held))


def _cut(lines: list[tuple[int, str]]) -> int:
    """Return the index after the last blank line in the second half, or the end."""
    blank = (
        at + 1 for at in range(len(lines) - 1, len(lines) // 2, -1) if not lines[at][1].strip()
    )
    return next(blank, len(lines))
