from __future__ import annotations

from itertools import pairwise

import networkx
from hypothesis import given
from hypothesis import strategies as st

from curricle.generation.acyclic import AcyclicGraph

NODES = 8
PAIRS = st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1))


@given(st.lists(PAIRS, max_size=40), st.permutations(range(NODES)))
def test_exactly_the_edges_that_close_a_cycle_are_refused_and_the_way_is_one(
    pairs: list[tuple[int, int]], order: list[int]
) -> None:
    graph = AcyclicGraph(order)
    theirs: networkx.DiGraph[int] = networkx.DiGraph()
    theirs.add_nodes_from(range(NODES))
    for before, after in pairs:
        closes = networkx.has_path(theirs, after, before)
        way = graph.add(before, after)
        assert bool(way) is closes
        if closes:
            assert (way[0], way[-1]) == (after, before)
            assert all(theirs.has_edge(a, b) for a, b in pairwise(way))
        else:
            theirs.add_edge(before, after)
    assert all(graph.position[a] < graph.position[b] for a, b in theirs.edges)
