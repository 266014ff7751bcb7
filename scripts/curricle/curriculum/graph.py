"""The prerequisite graph on integers: order, cycles, longest path, redundant edges.

Nodes are indexes into `Graph.ids`. Everything but naming cycles runs on plain lists, close to
linear in nodes and edges; `networkx` comes in only when there is a cycle to name.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BLOCK_BITS: Final = 16384


@dataclass(frozen=True, slots=True)
class Graph:
    """A simple directed graph; `needs[b]` lists what has to be learned before `b`, ascending."""

    ids: tuple[str, ...]
    needs: tuple[tuple[int, ...], ...]
    feeds: tuple[tuple[int, ...], ...]
    """The reverse of `needs`: what can be learned after, ascending."""

    @property
    def edge_count(self) -> int:
        """Return the number of edges."""
        return sum(map(len, self.needs))


def graph_of(ids: Sequence[str], prerequisites: Iterable[Iterable[str]]) -> Graph:
    """Return the graph of parallel sequences of ids and prerequisite ids.

    Unknown ids, repetitions and self references are passed over: rules report them. Of two nodes
    with one id, the first is meant.
    """
    index = dict(zip(reversed(ids), reversed(range(len(ids))), strict=True))
    needs: list[tuple[int, ...]] = []
    feeds: list[list[int]] = [[] for _ in ids]
    for at, names in enumerate(prerequisites):
        known = {index.get(name, at) for name in names}
        known.discard(at)
        needs.append(tuple(sorted(known)))
        for before in known:
            feeds[before].append(at)
    return Graph(ids=tuple(ids), needs=tuple(needs), feeds=tuple(map(tuple, feeds)))


def topological_order(graph: Graph) -> list[int]:
    """Return all nodes that no cycle holds back, prerequisites first, ties in document order.

    Shorter than the graph when there is a cycle.
    """
    waiting = [len(before) for before in graph.needs]
    ready = [node for node, count in enumerate(waiting) if not count]
    order = []
    while ready:
        node = heapq.heappop(ready)
        order.append(node)
        for after in graph.feeds[node]:
            waiting[after] -= 1
            if not waiting[after]:
                heapq.heappush(ready, after)
    return order


def find_cycles(graph: Graph) -> tuple[tuple[int, ...], ...]:
    """Return one shortest cycle for each strongly connected part, in walking order.

    Each starts at its lowest index and walks from prerequisite to dependent. Empty for a DAG.
    """
    ordered = set(topological_order(graph))
    if len(ordered) == len(graph.ids):
        return ()
    import networkx

    tangled = networkx.DiGraph(
        (before, node)
        for node, needs in enumerate(graph.needs)
        if node not in ordered
        for before in needs
        if before not in ordered
    )
    parts = [p for p in networkx.strongly_connected_components(tangled) if len(p) > 1]
    return tuple(_shortest_cycle(graph, part) for part in sorted(parts, key=min))


def levels(graph: Graph, order: Sequence[int]) -> list[int]:
    """Return for each node of `order` the length of the longest way to it; others stay 0."""
    level = [0] * len(graph.ids)
    for node in order:
        if graph.needs[node]:
            level[node] = 1 + max(level[before] for before in graph.needs[node])
    return level


def critical_path(
    graph: Graph, order: Sequence[int], minutes: Sequence[float]
) -> tuple[tuple[int, ...], float]:
    """Return the chain of prerequisites that takes longest, and its minutes.

    Of chains that take equally long, the one whose nodes stand first in the document.
    """
    if not order:
        return (), 0
    total = [0.0] * len(graph.ids)
    previous = [-1] * len(graph.ids)
    for node in order:
        best = max(graph.needs[node], key=lambda before: (total[before], -before), default=-1)
        previous[node] = best
        total[node] = minutes[node] + (total[best] if best >= 0 else 0)
    node = max(order, key=lambda at: (total[at], -at))
    length = total[node]
    path = []
    while node >= 0:
        path.append(node)
        node = previous[node]
    return tuple(reversed(path)), length


def redundant_edges(
    graph: Graph, order: Sequence[int], level: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the edges `(before, after)` of a DAG that already follow from others, sorted.

    `order` and `level` are what `topological_order` and `levels` return.

    Only an edge that skips a level can be redundant. For the nodes where such edges begin,
    descendants are followed as sets of bits as far as those edges reach, one block of nodes at a
    time so that memory stays at a kilobyte a node.
    """
    position = dict(zip(order, range(len(order)), strict=True))
    reach = {
        before: at
        for at, after in enumerate(order)
        for before in graph.needs[after]
        if level[after] - level[before] > 1
    }
    suspects = sorted(reach, key=position.__getitem__)
    found: list[tuple[int, int]] = []
    for low in range(0, len(suspects), _BLOCK_BITS):
        block = suspects[low : low + _BLOCK_BITS]
        stretch = order[position[block[0]] : max(reach[node] for node in block) + 1]
        found += _doubled_edges(graph, block, stretch)
    return sorted(found, key=lambda edge: (edge[1], edge[0]))


def _doubled_edges(
    graph: Graph, block: Sequence[int], stretch: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the edges from a node of the block that another way also makes, within a stretch."""
    bit = [0] * len(graph.ids)
    for place, node in enumerate(block):
        bit[node] = 1 << place
    ancestors = [0] * len(graph.ids)
    for node in stretch:
        reached = direct = 0
        for before in graph.needs[node]:
            reached |= ancestors[before]
            direct |= bit[before]
        if doubled := reached & direct:
            yield from ((before, node) for before in graph.needs[node] if bit[before] & doubled)
        if graph.feeds[node]:
            ancestors[node] = reached | direct


def _shortest_cycle(graph: Graph, part: set[int]) -> tuple[int, ...]:
    start = min(part)
    came_from = {start: start}
    frontier = [start]
    while frontier:
        reached: list[int] = []
        for node in frontier:
            for after in graph.feeds[node]:
                if after == start:
                    return _walk_back(came_from, node, start)
                if after in part and after not in came_from:
                    came_from[after] = node
                    reached.append(after)
        frontier = reached
    raise AssertionError("a strongly connected part has a cycle through each of its nodes")


def _walk_back(came_from: dict[int, int], node: int, start: int) -> tuple[int, ...]:
    path = [node]
    while node != start:
        node = came_from[node]
        path.append(node)
    return tuple(reversed(path))
