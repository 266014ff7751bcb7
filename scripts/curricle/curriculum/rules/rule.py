"""What a rule is, and what it looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from curricle.curriculum.graph import find_cycles, levels, topological_order
from curricle.curriculum.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from curricle.curriculum.graph import Graph
    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.curriculum.values import Curriculum
    from curricle.findings import Category, Severity


@dataclass(frozen=True)
class Subject:
    """A curriculum with all that rules may want to know about it."""

    curriculum: Curriculum
    raw: bytes
    """The document's bytes, for a quick look before a slow one."""
    spec: TopicSpec | None
    """None when there is no ready spec: rules that need one are skipped."""
    line_counts: Mapping[str, int]
    """Path inside the run to its number of lines, for each document that nodes may cite."""

    @cached_property
    def graph(self) -> Graph:
        """Return the graph of known, distinct prerequisites."""
        return self.curriculum.to_graph()

    @cached_property
    def order(self) -> list[int]:
        """Return the topological order; shorter than the nodes when there is a cycle."""
        return topological_order(self.graph)

    @cached_property
    def levels(self) -> list[int]:
        """Return for each node how many steps of prerequisites lead to it."""
        return levels(self.graph, self.order)

    @cached_property
    def cycles(self) -> tuple[tuple[int, ...], ...]:
        """Return the cycles, empty for a DAG."""
        if len(self.order) == len(self.graph.ids):
            return ()
        return find_cycles(self.graph)

    @cached_property
    def title_keys(self) -> tuple[tuple[str, ...], ...]:
        """Return for each node what its title shares with others that name the same concept."""
        return tuple(title_key(node.title) for node in self.curriculum.nodes)

    @property
    def needed_spec(self) -> TopicSpec:
        """Return the spec, for rules that are only run when there is one."""
        assert self.spec is not None  # noqa: S101 - tells the type checker
        return self.spec


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a rule is broken."""

    pointer: str
    message: str
    severity: Severity | None = None
    """Where it differs from the rule's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """Changes to the example documents that break the rule; null removes a field."""

    curriculum: Mapping[str, Any] = field(default_factory=dict)
    """JSON pointer to new value."""
    topic_spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One thing that should hold for every curriculum."""

    id: str
    category: Category
    severity: Severity
    summary: str
    """What should hold, in one sentence."""
    hint: str
    """What to do when it does not."""
    example: Example
    needs_spec: bool = False
    check: Callable[[Subject], Iterable[Hit]] | None
    """None where the JSON Schema states the rule: it is checked before there is a subject."""


def all_texts(curriculum: Curriculum) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every text that people read, with the path to it."""
    yield ("topic",), curriculum.topic
    for at, node in enumerate(curriculum.nodes):
        yield ("nodes", at, "title"), node.title
        yield ("nodes", at, "capability"), node.capability
        for name, texts in (("core_ideas", node.core_ideas), ("pitfalls", node.pitfalls)):
            for index, text in enumerate(texts):
                yield ("nodes", at, name, index), text
        yield ("nodes", at, "mastery_check", "task"), node.mastery_check.task
        yield ("nodes", at, "mastery_check", "pass_criteria"), node.mastery_check.pass_criteria
        for index, resource in enumerate(node.resources):
            yield ("nodes", at, "resources", index, "title"), resource.title
            yield ("nodes", at, "resources", index, "role"), resource.role
    for at, question in enumerate(curriculum.open_questions):
        yield ("open_questions", at), question.question
