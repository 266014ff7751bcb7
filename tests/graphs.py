"""Curricula with nothing but a graph in them, drawn or made to measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from curricle.curriculum.values import Curriculum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def node_document(node_id: str, needs: Sequence[str] = (), minutes: float = 60) -> dict[str, Any]:
    """Return a node with every required field."""
    return {
        "id": node_id,
        "title": f"Topic {node_id}",
        "capability": f"Apply topic {node_id}",
        "prerequisites": list(needs),
        "core_ideas": [f"Idea of {node_id}"],
        "pitfalls": [],
        "mastery_check": {"task": f"Solve {node_id}", "pass_criteria": "It is right"},
        "estimate_minutes": minutes,
        "resources": [],
    }


def curriculum_of(needs: Mapping[str, Sequence[str]], minutes: float = 60) -> Curriculum:
    """Return a curriculum from id to prerequisites."""
    nodes = [node_document(node_id, before, minutes) for node_id, before in needs.items()]
    return Curriculum.from_json({"topic": "Graph", "nodes": nodes})


@st.composite
def dags(draw: st.DrawFn, nodes_max: int = 14) -> dict[str, list[str]]:
    """Draw id to prerequisites without a cycle, in an order that is not topological."""
    count = draw(st.integers(1, nodes_max))
    ids = [f"n{at}" for at in range(count)]
    needs = {
        node: draw(st.lists(st.sampled_from(ids[:at]), unique=True)) if at else []
        for at, node in enumerate(ids)
    }
    return {node: needs[node] for node in draw(st.permutations(ids))}


@st.composite
def digraphs(draw: st.DrawFn, nodes_max: int = 10) -> dict[str, list[str]]:
    """Draw id to other ids, with cycles as they come."""
    ids = [f"n{at}" for at in range(draw(st.integers(1, nodes_max)))]
    return {
        node: draw(st.lists(st.sampled_from([i for i in ids if i != node]), unique=True))
        if len(ids) > 1
        else []
        for node in ids
    }
