"""Infers what builds on what, from what the text says, and keeps the reason and line of each edge.

What the document states (`statements.py`) is taken whole; what its structure implies is found here;
of what else its words suggest (`inference.py`) each concept gets the few strongest. The strongest
of all comes first, and what would close a cycle is refused and told.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from curricle.curriculum.graph import graph_of, levels, redundant_edges, topological_order
from curricle.generation.acyclic import AcyclicGraph
from curricle.generation.edges import BrokenCycle, Edge, Prerequisites
from curricle.generation.evidence import gather_evidence, is_basis
from curricle.generation.inference import inferred_edges
from curricle.generation.precedence import place_in_series
from curricle.generation.statements import stated_edges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curricle.generation.outline import Concept

_SERIES_SCORE: Final = 12.0
_BASIS_SCORE: Final = 10.0
_PART_SCORE: Final = 8.0


def infer_prerequisites(concepts: Sequence[Concept], *, limit: int | None) -> Prerequisites:
    """Return what builds on what; no concept gets more than `limit` prerequisites where set."""
    evidence = gather_evidence(concepts)
    stated = list(stated_edges(concepts, evidence))
    known = {(edge.before, edge.after) for edge in stated}
    edges = [*stated, *_structural(concepts), *inferred_edges(concepts, evidence, known)]
    level = evidence.precedence.level
    order = sorted(range(len(concepts)), key=lambda at: (level[at], at))
    return settle(edges, order, limit=limit)


def settle(edges: Iterable[Edge], order: Sequence[int], *, limit: int | None) -> Prerequisites:
    """Return the strongest edges that form a DAG, without those that follow from others.

    `order` is a guess at the final order of all concepts; a good one saves time.
    """
    strongest: dict[tuple[int, int], Edge] = {}
    for edge in edges:
        pair = (edge.before, edge.after)
        if pair not in strongest or strongest[pair].score < edge.score:
            strongest[pair] = edge
    kept, broken = _without_cycles(order, strongest.values())
    return _limited(_reduced(len(order), kept), broken, limit)


def _structural(concepts: Sequence[Concept]) -> Iterator[Edge]:
    """Yield what series, foundations and headings without a text of their own imply."""
    series = {place: at for at, c in enumerate(concepts) if (place := place_in_series(c.title))}
    for (name, number), after in series.items():
        if (name, number - 1) in series:
            before = series[name, number - 1]
            yield Edge(
                before=before,
                after=after,
                score=_SERIES_SCORE,
                reason=f"comes before it in the series {concepts[before].title}, "
                f"{concepts[after].title}",
                path=concepts[after].path,
                line=concepts[after].line,
            )
    for at, concept in enumerate(concepts):
        if is_basis(concept):
            for after, other in enumerate(concepts):
                if after != at and other.parent == concept.parent and not other.is_unwritten:
                    yield Edge(
                        before=at,
                        after=after,
                        score=_BASIS_SCORE,
                        reason="its title says that it is the basis of the rest",
                        path=concept.path,
                        line=concept.line,
                    )
        if concept.parent is not None and not concepts[concept.parent].has_text:
            whole = concepts[concept.parent]
            yield Edge(
                before=at,
                after=concept.parent,
                score=_PART_SCORE,
                reason=f"is one of the parts that make up {whole.title}",
                path=concept.path,
                line=concept.line,
            )


def _without_cycles(
    order: Sequence[int], edges: Iterable[Edge]
) -> tuple[list[Edge], list[BrokenCycle]]:
    graph = AcyclicGraph(order)
    kept, broken = [], []
    for edge in sorted(edges, key=lambda e: (-e.score, e.after, e.before)):
        way = graph.add(edge.before, edge.after)
        if way:
            broken.append(BrokenCycle(cycle=way, edge=edge))
        else:
            kept.append(edge)
    return kept, broken


def _reduced(count: int, edges: Sequence[Edge]) -> list[Edge]:
    needs: list[list[str]] = [[] for _ in range(count)]
    for edge in edges:
        needs[edge.after].append(str(edge.before))
    graph = graph_of([str(at) for at in range(count)], needs)
    order = topological_order(graph)
    redundant = set(redundant_edges(graph, order, levels(graph, order)))
    return [edge for edge in edges if (edge.before, edge.after) not in redundant]


def _limited(
    edges: Sequence[Edge], broken: Sequence[BrokenCycle], limit: int | None
) -> Prerequisites:
    kept, dropped = [], []
    taken: defaultdict[int, int] = defaultdict(int)
    for edge in sorted(edges, key=lambda e: (-e.score, e.after, e.before)):
        if limit is not None and taken[edge.after] >= limit:
            dropped.append(edge)
            continue
        taken[edge.after] += 1
        kept.append(edge)
    return Prerequisites(
        edges=tuple(sorted(kept, key=lambda e: (e.after, e.before))),
        broken_cycles=tuple(broken),
        dropped=tuple(dropped),
    )
