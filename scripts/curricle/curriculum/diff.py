"""What changed between two revisions of a curriculum, so that applying it gives the second.

Works on the JSON documents, not on values: a field that this version does not know changes like
any other. Both documents passed their schema and have unique ids.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from curricle.canonical import is_same_json, line_bytes
from curricle.curriculum.graph import critical_path, graph_of, topological_order
from curricle.curriculum.planner import weeks_of_nodes
from curricle.curriculum.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from curricle.curriculum.graph import Graph

Document: TypeAlias = "Mapping[str, Any]"

_SIMILAR_ENOUGH: Final = 85
"""Of 100, by `rapidfuzz`: below this a removed and an added node are two nodes."""
_PAIRS_COMPARED_MAX: Final = 250_000
_CONTENT: Final = ("capability", "core_ideas", "mastery_check")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A field with what it was and what it is; absent is not the same as null."""

    field: str
    before: object
    after: object
    is_added: bool = False
    is_removed: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the change as it stands in reports."""
        flags = {"added": self.is_added, "removed": self.is_removed}
        return {
            "field": self.field,
            "before": self.before,
            "after": self.after,
            **{name: True for name, is_set in flags.items() if is_set},
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Diff:
    """What changed; node ids are the later ones but in `removed` and `renamed`."""

    document: tuple[Change, ...]
    added: tuple[Document, ...]
    removed: tuple[Document, ...]
    renamed: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, tuple[Change, ...]], ...]
    order: tuple[str, ...] | None
    edges_added: tuple[tuple[str, str], ...]
    edges_removed: tuple[tuple[str, str], ...]
    minutes_delta: float
    weeks_moved: tuple[tuple[str, int | None, int | None], ...]
    critical_path_before: tuple[tuple[str, ...], float]
    critical_path_after: tuple[tuple[str, ...], float]

    @property
    def is_empty(self) -> bool:
        """Tell whether both revisions say the same."""
        return not (
            self.document
            or self.added
            or self.removed
            or self.renamed
            or self.changed
            or self.order
        )

    def to_json(self, *, from_sha256: str | None, to_sha256: str) -> dict[str, Any]:
        """Return `diff_report.json`."""
        return {
            "schema_version": "1.0",
            "from": from_sha256,
            "to": to_sha256,
            "document": [change.to_json() for change in self.document],
            "nodes": {
                "added": list(self.added),
                "removed": list(self.removed),
                "renamed": [{"from": old, "to": new} for old, new in self.renamed],
                "changed": [
                    {"id": node_id, "fields": [change.to_json() for change in changes]}
                    for node_id, changes in self.changed
                ],
            },
            "order": list(self.order) if self.order is not None else None,
            "edges": {
                "added": [{"before": a, "after": b} for a, b in self.edges_added],
                "removed": [{"before": a, "after": b} for a, b in self.edges_removed],
            },
            "minutes_delta": self.minutes_delta,
            "weeks_moved": [
                {"node_id": node_id, "before": before, "after": after}
                for node_id, before, after in self.weeks_moved
            ],
            "critical_path": {
                "before": _path_json(self.critical_path_before),
                "after": _path_json(self.critical_path_after),
            },
        }


def diff_curricula(
    before: Document | None, after: Document, *, hours_per_week: float | None
) -> Diff:
    """Return what changed; without a `before`, nothing did.

    `hours_per_week` is None when there is no ready spec: then no node has a week to move from.
    """
    if before is None:
        before = after
    old = {node["id"]: node for node in before["nodes"]}
    new = {node["id"]: node for node in after["nodes"]}
    names = _find_renames(
        [node for node_id, node in old.items() if node_id not in new],
        [node for node_id, node in new.items() if node_id not in old],
    )
    kept = {names.get(node_id, node_id): node for node_id, node in old.items()}
    removed = [node for node_id, node in kept.items() if node_id not in new]
    added = [node for node_id, node in new.items() if node_id not in kept]
    changed = (
        (node_id, _changes(_renamed_node(kept[node_id], names), node, skip=frozenset({"id"})))
        for node_id, node in new.items()
        if node_id in kept
    )
    natural = [node_id for node_id in kept if node_id in new] + [node["id"] for node in added]
    is_moved = natural != list(new)
    old_edges = _edges(before["nodes"], names)
    new_edges = _edges(after["nodes"], {})
    old_shape, new_shape = _shape(before), _shape(after)
    return Diff(
        document=_changes(_renamed_document(before, names), after, skip=frozenset({"nodes"})),
        added=tuple(added),
        removed=tuple(removed),
        renamed=tuple(sorted(names.items())),
        changed=tuple((node_id, changes) for node_id, changes in changed if changes),
        order=tuple(new) if is_moved else None,
        edges_added=tuple(sorted(new_edges - old_edges)),
        edges_removed=tuple(sorted(old_edges - new_edges)),
        minutes_delta=round(sum(new_shape.minutes) - sum(old_shape.minutes), 6),
        weeks_moved=_weeks_moved(old_shape, new_shape, names, hours_per_week),
        critical_path_before=old_shape.critical_path(),
        critical_path_after=new_shape.critical_path(),
    )


def _find_renames(removed: Sequence[Document], added: Sequence[Document]) -> dict[str, str]:
    """Return old id → new id: same title, else same content, else titles and tasks much alike."""
    names: dict[str, str] = {}
    for pair in (_pair_by_title, _pair_by_content, _pair_by_likeness):
        taken = set(names.values())
        names |= pair(
            [node for node in removed if node["id"] not in names],
            [node for node in added if node["id"] not in taken],
        )
    return names


def _pair_by_title(removed: Sequence[Document], added: Sequence[Document]) -> dict[str, str]:
    return _pair_equal(
        [(title_key(node["title"]), node["id"]) for node in removed],
        [(title_key(node["title"]), node["id"]) for node in added],
    )


def _pair_by_content(removed: Sequence[Document], added: Sequence[Document]) -> dict[str, str]:
    def content(node: Document) -> bytes:
        return line_bytes([node.get(name) for name in _CONTENT])

    return _pair_equal(
        [(content(node), node["id"]) for node in removed],
        [(content(node), node["id"]) for node in added],
    )


def _pair_equal(
    removed: Sequence[tuple[object, str]], added: Sequence[tuple[object, str]]
) -> dict[str, str]:
    """Pair what has the same key, where only one on each side has it."""
    old_counts = Counter(key for key, _ in removed)
    new_counts = Counter(key for key, _ in added)
    target = dict(added)
    return {
        node_id: target[key] for key, node_id in removed if old_counts[key] == new_counts[key] == 1
    }


def _pair_by_likeness(removed: Sequence[Document], added: Sequence[Document]) -> dict[str, str]:
    if not 0 < len(removed) * len(added) <= _PAIRS_COMPARED_MAX:
        return {}
    from rapidfuzz import fuzz

    scores = sorted(
        (-score, old["id"], new["id"])
        for old in removed
        for new in added
        if (score := fuzz.token_sort_ratio(_likeness_text(old), _likeness_text(new)))
        >= _SIMILAR_ENOUGH
    )
    names: dict[str, str] = {}
    taken: set[str] = set()
    for _, old_id, new_id in scores:
        if old_id not in names and new_id not in taken:
            names[old_id] = new_id
            taken.add(new_id)
    return names


def _likeness_text(node: Document) -> str:
    return f"{node['title']} {node['capability']}"


def _renamed_node(node: Document, names: Mapping[str, str]) -> Document:
    if not names:
        return node
    renamed = dict(node)
    renamed["id"] = names.get(node["id"], node["id"])
    renamed["prerequisites"] = [names.get(p, p) for p in node["prerequisites"]]
    if "prerequisite_evidence" in node:
        renamed["prerequisite_evidence"] = [
            {**evidence, "id": names.get(evidence["id"], evidence["id"])}
            for evidence in node["prerequisite_evidence"]
        ]
    return renamed


def _renamed_document(document: Document, names: Mapping[str, str]) -> Document:
    if not names or "open_questions" not in document:
        return document
    return {
        **document,
        "open_questions": [
            {**question, "related_nodes": [names.get(n, n) for n in question["related_nodes"]]}
            if isinstance(question, dict) and "related_nodes" in question
            else question
            for question in document["open_questions"]
        ],
    }


def _changes(before: Document, after: Document, *, skip: frozenset[str]) -> tuple[Change, ...]:
    if is_same_json(before, after):
        return ()
    return tuple(
        Change(
            field=name,
            before=before.get(name),
            after=after.get(name),
            is_added=name not in before,
            is_removed=name not in after,
        )
        for name in sorted((before.keys() | after.keys()) - skip)
        if (name in before) != (name in after) or not is_same_json(before[name], after[name])
    )


def _edges(nodes: Iterable[Document], names: Mapping[str, str]) -> set[tuple[str, str]]:
    return {
        (names.get(before, before), names.get(node["id"], node["id"]))
        for node in nodes
        for before in node["prerequisites"]
    }


@dataclass(frozen=True, slots=True)
class _Shape:
    """The graph of a revision and the minutes of its nodes."""

    graph: Graph
    minutes: tuple[float, ...]

    def critical_path(self) -> tuple[tuple[str, ...], float]:
        path, length = critical_path(self.graph, topological_order(self.graph), self.minutes)
        return tuple(self.graph.ids[node] for node in path), round(length, 6)


def _shape(document: Document) -> _Shape:
    nodes = document["nodes"]
    return _Shape(
        graph_of([node["id"] for node in nodes], (node["prerequisites"] for node in nodes)),
        tuple(node["estimate_minutes"] for node in nodes),
    )


def _weeks_moved(
    before: _Shape, after: _Shape, names: Mapping[str, str], hours_per_week: float | None
) -> tuple[tuple[str, int | None, int | None], ...]:
    if hours_per_week is None:
        return ()
    old = weeks_of_nodes(before.graph, before.minutes, hours_per_week=hours_per_week)
    old = {names.get(node_id, node_id): week for node_id, week in old.items()}
    new = weeks_of_nodes(after.graph, after.minutes, hours_per_week=hours_per_week)
    return tuple(
        (node_id, old[node_id], week)
        for node_id, week in new.items()
        if node_id in old and old[node_id] != week
    )


def _path_json(path: tuple[tuple[str, ...], float]) -> dict[str, Any]:
    return {"nodes": list(path[0]), "minutes": path[1]}
