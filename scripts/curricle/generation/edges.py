"""Edges between concepts, as values: what builds on what, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PRECEDENCE_SCORE: Final = 0.1
"""What the signs of precedence add to an edge's score: enough to choose between equals."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A prerequisite with why it is one; concepts are indexes."""

    before: int
    after: int
    score: float
    reason: str
    path: str
    """The document inside the run that shows it, in `line`."""
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenCycle:
    """An edge that was left out because the others around a cycle are stronger."""

    cycle: tuple[int, ...]
    edge: Edge


@dataclass(frozen=True, kw_only=True, slots=True)
class Prerequisites:
    """What builds on what: a DAG without edges that follow from others."""

    edges: tuple[Edge, ...]
    broken_cycles: tuple[BrokenCycle, ...] = ()
    dropped: tuple[Edge, ...] = ()
    """Weaker edges beyond the limit for a node."""

    def cycles_json(self, titles: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield each broken cycle as it stands in `generation_notes.json`."""
        for broken in self.broken_cycles:
            yield {
                "cycle": [titles[at] for at in broken.cycle],
                "removed": {
                    "before": titles[broken.edge.before],
                    "after": titles[broken.edge.after],
                },
                "reason": f"it is the weakest of the cycle: {broken.edge.reason}",
            }

    def assumptions(self, titles: Sequence[str]) -> Iterator[str]:
        """Yield a sentence for each edge beyond the limit."""
        for edge in self.dropped:
            yield (
                f"{titles[edge.after]} does not name {titles[edge.before]} as a prerequisite,"
                " to stay within constraints.max_prerequisites_per_node"
            )
