"""What documents for people are made from: a curriculum, its plan, its findings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from curricle.curriculum.graph import critical_path, levels, topological_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.curriculum.graph import Graph
    from curricle.curriculum.values import Curriculum, Node


@dataclass(frozen=True, kw_only=True)
class Material:
    """The values that every format draws on; all of them can be read by anyone."""

    curriculum: Curriculum
    plan: Mapping[str, Any] | None
    """`plan.json`, or None when there is no current plan."""
    report: Mapping[str, Any] | None
    """`validation_report.json`, or None when there is no current report."""

    @cached_property
    def graph(self) -> Graph:
        """Return the prerequisite graph."""
        return self.curriculum.to_graph()

    @cached_property
    def order(self) -> list[int]:
        """Return all nodes: a teaching order, then those that a cycle holds back."""
        held_back = set(range(len(self.graph.ids))).difference(self.ranked)
        return [*self.ranked, *sorted(held_back)]

    @cached_property
    def ranked(self) -> list[int]:
        """Return the nodes that no cycle holds back, in a teaching order."""
        return topological_order(self.graph)

    @cached_property
    def levels(self) -> list[int]:
        """Return for each node how many steps of prerequisites lead to it."""
        return levels(self.graph, self.ranked)

    @cached_property
    def chain(self) -> tuple[int, ...]:
        """Return the critical path: the chain of prerequisites that takes longest."""
        minutes = [node.estimate_minutes for node in self.curriculum.nodes]
        return critical_path(self.graph, self.ranked, minutes)[0]

    @property
    def critical(self) -> frozenset[int]:
        """Return the nodes of the critical path."""
        return frozenset(self.chain)

    @cached_property
    def week_of(self) -> dict[str, int]:
        """Return the week in which each node is finished; empty without a plan."""
        if self.plan is None:
            return {}
        return {
            item["node_id"]: week["week"] for week in self.plan["weeks"] for item in week["items"]
        }

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Return id → node."""
        return {node.id: node for node in self.curriculum.nodes}

    @property
    def hours(self) -> float:
        """Return the hours of all nodes."""
        return round(sum(node.estimate_minutes for node in self.curriculum.nodes) / 60, 1)
