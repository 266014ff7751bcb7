"""Rules on size and time: within the spec's limits, without sudden jumps."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

from curricle.curriculum.rules.rule import Example, Hit, Rule, Subject
from curricle.findings import Category, Severity
from curricle.pointers import pointer_to
from curricle.printable import amount, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

_JUMP_FACTOR: Final = 4
_JUMP_MINUTES_MIN: Final = 120


def _hours_below(subject: Subject) -> Iterator[Hit]:
    hours, limits = _hours(subject), subject.needed_spec.constraints
    if hours < limits.total_hours_min:
        yield Hit(
            "/nodes",
            f"the nodes take {amount(hours)} hours, the spec asks for at least"
            f" {amount(limits.total_hours_min)}",
        )


def _hours_above(subject: Subject) -> Iterator[Hit]:
    hours, limits = _hours(subject), subject.needed_spec.constraints
    if hours > limits.total_hours_max:
        yield Hit(
            "/nodes",
            f"the nodes take {amount(hours)} hours,"
            f" the spec allows at most {amount(limits.total_hours_max)}",
        )


def _hours(subject: Subject) -> float:
    minutes: float = sum(node.estimate_minutes for node in subject.curriculum.nodes)
    return round(minutes / 60, 2)


def _too_few(subject: Subject) -> Iterator[Hit]:
    limit = subject.needed_spec.constraints.node_count_min
    if limit is not None and len(subject.curriculum.nodes) < limit:
        yield Hit("/nodes", f"{_size(subject)}, the spec asks for at least {limit}")


def _too_many(subject: Subject) -> Iterator[Hit]:
    limit = subject.needed_spec.constraints.node_count_max
    if limit is not None and len(subject.curriculum.nodes) > limit:
        yield Hit("/nodes", f"{_size(subject)}, the spec allows at most {limit}")


def _size(subject: Subject) -> str:
    return f"the curriculum has {counted(len(subject.curriculum.nodes), 'node')}"


def _jumps(subject: Subject) -> Iterator[Hit]:
    nodes = subject.curriculum.nodes
    usual = median(node.estimate_minutes for node in nodes)
    threshold = max(usual * _JUMP_FACTOR, _JUMP_MINUTES_MIN)
    for at, node in enumerate(nodes):
        if node.estimate_minutes > threshold:
            yield Hit(
                pointer_to("nodes", at, "estimate_minutes"),
                f"{node.title!r} takes {amount(node.estimate_minutes)} minutes,"
                f" half of the nodes take at most {amount(usual)}",
            )


WORKLOAD_RULES: Final = (
    Rule(
        id="quality.hours-below-minimum",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="The nodes take at least constraints.total_hours_min.",
        hint="add what is missing, or lower the limit in inputs/topic_spec.json",
        example=Example(
            topic_spec={"/constraints/total_hours_min": 500, "/constraints/total_hours_max": 900}
        ),
        needs_spec=True,
        check=_hours_below,
    ),
    Rule(
        id="quality.hours-above-maximum",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="The nodes take at most constraints.total_hours_max.",
        hint="leave something out, shorten estimates, or raise the limit in inputs/topic_spec.json",
        example=Example(
            topic_spec={"/constraints/total_hours_min": 0, "/constraints/total_hours_max": 1}
        ),
        needs_spec=True,
        check=_hours_above,
    ),
    Rule(
        id="quality.too-few-nodes",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="There are at least constraints.node_count_min nodes.",
        hint="split nodes that hold several concepts, or lower the limit",
        example=Example(
            topic_spec={"/constraints/node_count_min": 50, "/constraints/node_count_max": 90}
        ),
        needs_spec=True,
        check=_too_few,
    ),
    Rule(
        id="quality.too-many-nodes",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="There are at most constraints.node_count_max nodes.",
        hint="merge nodes, or raise the limit",
        example=Example(topic_spec={"/constraints/node_count_max": 2}),
        needs_spec=True,
        check=_too_many,
    ),
    Rule(
        id="quality.workload-jump",
        category=Category.QUALITY,
        severity=Severity.WARNING,
        summary="No node takes many times as long as is usual in the curriculum.",
        hint="split the node, or check its estimate",
        example=Example(curriculum={"/nodes/2/estimate_minutes": 900}),
        check=_jumps,
    ),
)
