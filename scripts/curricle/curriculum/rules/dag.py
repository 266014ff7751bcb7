"""Rules on prerequisites: they exist, and they form a graph without cycles."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from curricle.curriculum.graph import redundant_edges
from curricle.curriculum.rules.rule import Example, Hit, Rule, Subject
from curricle.findings import Category, Severity
from curricle.pointers import pointer_to
from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_CYCLE_SHOWN_MAX: Final = 12


def _unknown(subject: Subject) -> Iterator[Hit]:
    known = set(subject.graph.ids)
    for at, node in enumerate(subject.curriculum.nodes):
        if known.issuperset(node.prerequisites):
            continue
        for index, name in enumerate(node.prerequisites):
            if name not in known:
                yield Hit(
                    pointer_to("nodes", at, "prerequisites", index),
                    f"{node.title!r} needs {one_line(name, 60)!r}, and no node has that id",
                )


def _self(subject: Subject) -> Iterator[Hit]:
    for at, node in enumerate(subject.curriculum.nodes):
        if node.id in node.prerequisites:
            yield Hit(
                pointer_to("nodes", at, "prerequisites", node.prerequisites.index(node.id)),
                f"{node.title!r} ({one_line(node.id, 60)}) needs itself",
            )


def _duplicate(subject: Subject) -> Iterator[Hit]:
    for at, node in enumerate(subject.curriculum.nodes):
        if len(set(node.prerequisites)) == len(node.prerequisites):
            continue
        for name, count in Counter(node.prerequisites).items():
            if count > 1:
                second = node.prerequisites.index(name, node.prerequisites.index(name) + 1)
                yield Hit(
                    pointer_to("nodes", at, "prerequisites", second),
                    f"{node.title!r} names the prerequisite {one_line(name, 60)!r} {count} times",
                )


def _cycles(subject: Subject) -> Iterator[Hit]:
    nodes = subject.curriculum.nodes
    for cycle in subject.cycles:
        shown = [one_line(nodes[at].id, 60) for at in (*cycle, cycle[0])]
        if len(shown) > _CYCLE_SHOWN_MAX:
            left_out = len(shown) - _CYCLE_SHOWN_MAX
            shown[_CYCLE_SHOWN_MAX - 1 : -1] = [f"({left_out} more)"]
        last = nodes[cycle[-1]].id
        first = nodes[cycle[0]]
        yield Hit(
            pointer_to("nodes", cycle[0], "prerequisites", first.prerequisites.index(last)),
            f"{len(cycle)} nodes need each other in a cycle: {' → '.join(shown)}",
        )


def _isolated(subject: Subject) -> Iterator[Hit]:
    graph = subject.graph
    if len(graph.ids) == 1:
        return
    for at, node in enumerate(subject.curriculum.nodes):
        if not graph.needs[at] and not graph.feeds[at]:
            yield Hit(
                pointer_to("nodes", at), f"{node.title!r} needs no other node, and none needs it"
            )


def _redundant(subject: Subject) -> Iterator[Hit]:
    if subject.cycles:
        return
    nodes = subject.curriculum.nodes
    for before, after in redundant_edges(subject.graph, subject.order, subject.levels):
        yield Hit(
            pointer_to(
                "nodes", after, "prerequisites", nodes[after].prerequisites.index(nodes[before].id)
            ),
            f"{nodes[after].title!r} names {nodes[before].title!r}, which another of its"
            " prerequisites already needs",
        )


def _too_many(subject: Subject) -> Iterator[Hit]:
    limit = subject.needed_spec.constraints.max_prerequisites_per_node
    if limit is None:
        return
    for at, node in enumerate(subject.curriculum.nodes):
        if len(node.prerequisites) > limit:
            yield Hit(
                pointer_to("nodes", at, "prerequisites"),
                f"{node.title!r} has {len(node.prerequisites)} prerequisites, the spec allows"
                f" {limit}",
            )


DAG_RULES: Final = (
    Rule(
        id="dag.unknown-prerequisite",
        category=Category.DAG,
        severity=Severity.ERROR,
        summary="Every prerequisite is the id of a node.",
        hint="correct the id, add the node, or remove the prerequisite",
        example=Example(curriculum={"/nodes/1/prerequisites": ["tabels"]}),
        check=_unknown,
    ),
    Rule(
        id="dag.self-prerequisite",
        category=Category.DAG,
        severity=Severity.ERROR,
        summary="No node needs itself.",
        hint="remove the node's own id from its prerequisites",
        example=Example(curriculum={"/nodes/1/prerequisites": ["queries"]}),
        check=_self,
    ),
    Rule(
        id="dag.duplicate-prerequisite",
        category=Category.DAG,
        severity=Severity.ERROR,
        summary="No node names a prerequisite twice.",
        hint="keep one of them",
        example=Example(curriculum={"/nodes/1/prerequisites": ["tables", "tables"]}),
        check=_duplicate,
    ),
    Rule(
        id="dag.cycle",
        category=Category.DAG,
        severity=Severity.ERROR,
        summary="The prerequisites form no cycle.",
        hint="remove the prerequisite of the cycle that is least true",
        example=Example(curriculum={"/nodes/0/prerequisites": ["joins"]}),
        check=_cycles,
    ),
    Rule(
        id="dag.isolated-node",
        category=Category.DAG,
        severity=Severity.WARNING,
        summary="Every node is connected to another; some subjects have parts that are not.",
        hint="name what it builds on, or leave it if it stands alone in the subject",
        example=Example(curriculum={"/nodes/3/prerequisites": []}),
        check=_isolated,
    ),
    Rule(
        id="dag.redundant-edge",
        category=Category.DAG,
        severity=Severity.WARNING,
        summary="No prerequisite is named that already follows from another one.",
        hint="remove it: learners come by it anyway",
        example=Example(curriculum={"/nodes/2/prerequisites": ["queries", "tables"]}),
        check=_redundant,
    ),
    Rule(
        id="dag.too-many-prerequisites",
        category=Category.DAG,
        severity=Severity.ERROR,
        summary="No node has more prerequisites than constraints.max_prerequisites_per_node.",
        hint="remove the weakest, or raise the limit in inputs/topic_spec.json",
        example=Example(
            curriculum={"/nodes/2/prerequisites": ["queries", "indexes"]},
            topic_spec={"/constraints/max_prerequisites_per_node": 1},
        ),
        needs_spec=True,
        check=_too_many,
    ),
)
