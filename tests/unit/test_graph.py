from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import networkx
from hypothesis import given

from curricle.curriculum.graph import (
    critical_path,
    find_cycles,
    graph_of,
    levels,
    redundant_edges,
    topological_order,
)
from graphs import dags, digraphs

if TYPE_CHECKING:
    from curricle.curriculum.graph import Graph

Needs = dict[str, list[str]]


def own(needs: Needs) -> Graph:
    return graph_of(list(needs), needs.values())


def theirs(needs: Needs) -> networkx.DiGraph[str]:
    graph = networkx.DiGraph()
    graph.add_nodes_from(needs)
    graph.add_edges_from((before, node) for node, names in needs.items() for before in names)
    return graph


@given(dags())
def test_an_order_puts_every_prerequisite_first(needs: Needs) -> None:
    graph = own(needs)
    order = topological_order(graph)
    place = {node: at for at, node in enumerate(order)}
    assert sorted(order) == list(range(len(needs)))
    assert all(place[before] < place[node] for node in order for before in graph.needs[node])


@given(dags())
def test_levels_are_the_longest_ways_that_networkx_finds(needs: Needs) -> None:
    graph = own(needs)
    expected = {
        node: level
        for level, nodes in enumerate(networkx.topological_generations(theirs(needs)))
        for node in nodes
    }
    found = levels(graph, topological_order(graph))
    assert dict(zip(graph.ids, found, strict=True)) == expected


@given(dags())
def test_redundant_edges_are_those_that_a_transitive_reduction_drops(needs: Needs) -> None:
    graph = own(needs)
    order = topological_order(graph)
    found = {
        (graph.ids[before], graph.ids[after])
        for before, after in redundant_edges(graph, order, levels(graph, order))
    }
    whole = theirs(needs)
    assert found == set(whole.edges) - set(networkx.transitive_reduction(whole).edges)


@given(dags())
def test_the_critical_path_is_as_long_as_the_longest_path_of_networkx(needs: Needs) -> None:
    graph = own(needs)
    minutes = [len(names) * 7 + at + 1 for at, names in enumerate(needs.values())]
    path, length = critical_path(graph, topological_order(graph), minutes)
    weighted = theirs(needs)
    weight = dict(zip(needs, minutes, strict=True))
    for before, after in weighted.edges:
        weighted.edges[before, after]["weight"] = weight[after]
    longest = max(
        weight[start]
        + networkx.dag_longest_path_length(
            weighted.subgraph(networkx.descendants(weighted, start) | {start})
        )
        for start in needs
        if not needs[start]
    )
    assert length == longest == sum(minutes[node] for node in path)
    assert all(before in graph.needs[after] for before, after in itertools.pairwise(path))


@given(digraphs())
def test_each_strongly_connected_part_gives_one_cycle_and_a_dag_none(needs: Needs) -> None:
    graph = own(needs)
    cycles = find_cycles(graph)
    parts = [p for p in networkx.strongly_connected_components(theirs(needs)) if len(p) > 1]
    assert len(cycles) == len(parts)
    for cycle in cycles:
        assert cycle[0] == min(cycle)
        for before, after in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert before in graph.needs[after]
        assert any({graph.ids[node] for node in cycle} <= part for part in parts)


@given(digraphs())
def test_an_order_is_shorter_than_the_graph_exactly_when_there_is_a_cycle(needs: Needs) -> None:
    is_dag = networkx.is_directed_acyclic_graph(theirs(needs))
    assert (len(topological_order(own(needs))) == len(needs)) is is_dag


def test_unknown_repeated_and_self_prerequisites_are_passed_over() -> None:
    graph = graph_of(["a", "b"], [["a", "ghost"], ["a", "a"]])
    assert graph.needs == ((), (0,))
    assert graph.edge_count == 1


def test_of_two_nodes_with_one_id_the_first_is_meant() -> None:
    assert graph_of(["a", "a", "b"], [[], [], ["a"]]).needs == ((), (), (0,))


def test_redundant_edges_are_found_across_blocks_of_descendants() -> None:
    # More sources with a skipping edge than fit into one block of bits.
    count = 9000
    needs: Needs = {"m": []}
    for at in range(count):
        needs[f"a{at}"] = []
        needs[f"b{at}"] = [f"a{at}"]
        needs[f"c{at}"] = [f"b{at}", f"a{at}"]
    graph = own(needs)
    order = topological_order(graph)
    assert len(redundant_edges(graph, order, levels(graph, order))) == count
