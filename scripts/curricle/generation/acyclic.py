"""Takes edges one by one and refuses those that would close a cycle.

Offered the strongest first, that breaks every cycle at its weakest edge. The order is kept up to
date by the algorithm of Pearce and Kelly, "A dynamic topological sort algorithm for directed
acyclic graphs" (2007): an edge that agrees with it costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class AcyclicGraph:
    """A growing graph without cycles over nodes numbered from 0."""

    def __init__(self, order: Sequence[int]) -> None:
        """`order` is a guess at the final order of all nodes; a good one saves time."""
        self.position = [0] * len(order)
        for position, node in enumerate(order):
            self.position[node] = position
        self.after: list[list[int]] = [[] for _ in order]
        self.before: list[list[int]] = [[] for _ in order]

    def add(self, before: int, after: int) -> tuple[int, ...]:
        """Add an edge; return `()`, or the way from `after` to `before` that forbids it."""
        low, high = self.position[after], self.position[before]
        if before == after:
            return (before,)
        if low < high:
            came_from = self._reach(after, high)
            if before in came_from:
                return _way(came_from, before)
            self._reorder(list(came_from), self._reach_back(before, low))
        self.after[before].append(after)
        self.before[after].append(before)
        return ()

    def _reach(self, start: int, highest: int) -> dict[int, int]:
        """Return what can be reached below `highest`, each with where from; or the way up to it."""
        came_from = {start: start}
        pending = [start]
        position = self.position
        while pending:
            node = pending.pop()
            for after in self.after[node]:
                if position[after] < highest and after not in came_from:
                    came_from[after] = node
                    pending.append(after)
                elif position[after] == highest:
                    came_from[after] = node
                    return came_from
        return came_from

    def _reach_back(self, start: int, lowest: int) -> list[int]:
        found = {start}
        pending = [start]
        while pending:
            for before in self.before[pending.pop()]:
                if self.position[before] >= lowest and before not in found:
                    found.add(before)
                    pending.append(before)
        return list(found)

    def _reorder(self, forward: list[int], backward: list[int]) -> None:
        place = self.position.__getitem__
        moved = sorted(backward, key=place) + sorted(forward, key=place)
        for node, position in zip(moved, sorted(map(place, moved)), strict=True):
            self.position[node] = position


def _way(came_from: dict[int, int], end: int) -> tuple[int, ...]:
    way = [end]
    while came_from[way[-1]] != way[-1]:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))
