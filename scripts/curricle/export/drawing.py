"""Where each node of the graph is drawn: columns by level, rows so that few edges cross.

The layered method of Sugiyama, Tagawa and Toda (1981): nodes stand in the column of their level,
and sweeps over the columns move each to the mean place of its neighbours. Titles are wrapped and
never cut, so boxes differ in height.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curricle.export.material import Material

DRAWN_MAX: Final = 2000
"""Nodes beyond which a drawing helps nobody, and a browser suffers."""

_COLUMN_WIDTH: Final = 270
_BOX_WIDTH: Final = 200
_LINE_HEIGHT: Final = 15
_PADDING: Final = 9
_GAP: Final = 14
_MARGIN: Final = 20
_SWEEPS: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A node as it is drawn; pixels from the top left."""

    node: int
    x: float
    y: float
    height: float
    lines: tuple[str, ...]

    @property
    def width(self) -> float:
        """Return the width, the same for all."""
        return _BOX_WIDTH


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrow:
    """An edge as it is drawn."""

    before: int
    after: int
    path: str
    """The `d` of an SVG path."""
    is_critical: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """The whole graph."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    line_height: float = _LINE_HEIGHT
    padding: float = _PADDING


def draw(material: Material) -> Drawing | None:
    """Return the drawing of a graph, or None when it has too many nodes to be read."""
    nodes = material.curriculum.nodes
    if len(nodes) > DRAWN_MAX:
        return None
    columns = _ordered_columns(material)
    lines = [_wrapped(one_line(node.title)) for node in nodes]
    heights = [len(own) * _LINE_HEIGHT + 2 * _PADDING for own in lines]
    tallest = max(sum(heights[node] + _GAP for node in column) for column in columns)
    boxes: dict[int, Box] = {}
    for level, column in enumerate(columns):
        y = _MARGIN + (tallest - sum(heights[node] + _GAP for node in column)) / 2
        for node in column:
            boxes[node] = Box(
                node=node,
                x=_MARGIN + level * _COLUMN_WIDTH,
                y=round(y, 1),
                height=heights[node],
                lines=lines[node],
            )
            y += heights[node] + _GAP
    chain = set(pairwise(material.chain))
    return Drawing(
        width=2 * _MARGIN + (len(columns) - 1) * _COLUMN_WIDTH + _BOX_WIDTH,
        height=2 * _MARGIN + tallest,
        boxes=tuple(boxes[node] for node in sorted(boxes)),
        arrows=tuple(
            _arrow(boxes[before], boxes[after], is_critical=(before, after) in chain)
            for after, needs in enumerate(material.graph.needs)
            for before in needs
            if before in boxes and after in boxes
        ),
    )


def _wrapped(text: str) -> tuple[str, ...]:
    lines = []
    while text:
        end = _fitting(text)
        if end < len(text):
            end = max(text.rfind(" ", 0, end + 1), 0) or end
        lines.append(text[:end])
        text = text[end:].lstrip()
    return tuple(lines) or ("",)


def _fitting(text: str) -> int:
    """Return how many of the first characters a box is wide enough for, at least one."""
    room = _BOX_WIDTH - 2.0 * _PADDING
    for at, char in enumerate(text):
        room -= _width(char)
        if room < 0:
            return max(at, 1)
    return len(text)


def _width(char: str) -> float:
    """Return the pixels of a character at 13 pixels' height, rather too many than too few."""
    if unicodedata.east_asian_width(char) in "WF":
        return 13.5
    if char in "mwMW@%":
        return 12.5
    return 9.5 if char.isupper() else 7.2


def _ordered_columns(material: Material) -> list[list[int]]:
    columns: list[list[int]] = [[] for _ in range(max(material.levels, default=0) + 1)]
    for node in material.order:
        columns[material.levels[node]].append(node)
    needs, feeds = material.graph.needs, material.graph.feeds
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        place = _places(columns)
        for column in columns if forward else reversed(columns):
            neighbours = needs if forward else feeds
            wanted = {
                node: _mean([place[n] for n in neighbours[node]], place[node]) for node in column
            }
            column.sort(key=lambda node: (wanted[node], place[node]))
            place |= _places([column])
    return columns


def _places(columns: Sequence[Sequence[int]]) -> dict[int, float]:
    """Return where in its column each node stands, 0 to 1."""
    return {node: (at + 0.5) / len(column) for column in columns for at, node in enumerate(column)}


def _mean(places: Sequence[float], own: float) -> float:
    return sum(places) / len(places) if places else own


def _arrow(before: Box, after: Box, *, is_critical: bool) -> Arrow:
    x1, y1 = before.x + before.width, before.y + before.height / 2
    x2, y2 = after.x, after.y + after.height / 2
    bend = max(30.0, (x2 - x1) / 2)
    return Arrow(
        before=before.node,
        after=after.node,
        path=f"M{x1:g},{y1:g} C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2:g},{y2:g}",
        is_critical=is_critical,
    )
