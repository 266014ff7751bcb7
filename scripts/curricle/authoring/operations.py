"""Applies the operations of an answer to a curriculum's document, in order.

Nodes are named by number: the document's own from 1, then those added, in the order in which they
are. Fields that this version does not know stay as they are. Whether the result is a better
curriculum is for the validator to say.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.answers import UnfitAnswerError, shown, text_of, texts_of
from curricle.authoring.ideas import cite, read_minutes, read_title
from curricle.generation.compose import node_ids
from curricle.generation.exclusion import flaw_of
from curricle.generation.outline import Concept
from curricle.generation.references import references_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from curricle.authoring.material import Shown

OPERATIONS_MAX: Final = 200
_TEXT_FIELDS: Final = ("capability",)
_LIST_FIELDS: Final = ("core_ideas", "pitfalls")
_CHECK_FIELDS: Final = {"mastery_task": "task", "pass_criteria": "pass_criteria"}
_NEEDED_FIELDS: Final = ("title", "capability", "mastery_task", "pass_criteria", "minutes")

_Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What operations may touch."""

    nodes: Collection[int]
    """Indexes of nodes that may be changed, removed, or given prerequisites."""
    before: Collection[int]
    """Indexes of further nodes that may become prerequisites."""
    shown: Shown
    """Lines that may be cited."""


def apply_operations(
    document: Mapping[str, Any], answer: Mapping[str, Any], reach: Reach
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the changed document, and a sentence for each change.

    Raises:
        UnfitAnswerError: an operation names what is out of reach, or lacks what it needs.
    """
    if len(answer["operations"]) > OPERATIONS_MAX:
        raise UnfitAnswerError(f"it has more than {OPERATIONS_MAX} operations")
    copy = deepcopy(dict(document))
    bench = _Bench(document=copy, nodes=list(copy["nodes"]), reach=reach, own=set(reach.nodes))
    changes = []
    for at, entry in enumerate(answer["operations"], 1):
        try:
            changes.append(_OPERATIONS[entry["operation"]](bench, entry))
        except UnfitAnswerError as error:
            raise UnfitAnswerError(f"operation {at}, {entry['operation']}: {error}") from error
    if not bench.document["nodes"]:
        raise UnfitAnswerError("it removes every node")
    return bench.document, tuple(changes)


@dataclass(kw_only=True, slots=True)
class _Bench:
    """A document that is being changed."""

    document: dict[str, Any]
    nodes: list[_Entry | None]
    """By number less one; None for what was removed."""
    reach: Reach
    own: set[int]
    """Indexes of what may be changed: what is in reach, and what was added."""

    def target(self, number: int) -> _Entry:
        """Return a node that may be changed."""
        at = int(number) - 1
        node = self.nodes[at] if at in self.own else None
        if node is None:
            raise UnfitAnswerError(f"node {number} is none that it may change")
        return node

    def prerequisite(self, number: int | None) -> _Entry:
        """Return a node that may be needed by others."""
        at = -1 if number is None else int(number) - 1
        node = self.nodes[at] if at in self.own or at in self.reach.before else None
        if node is None:
            raise UnfitAnswerError(f"before {number} is none of the nodes that were shown")
        return node


def _add_node(bench: _Bench, entry: _Entry) -> str:
    if int(entry["node"]) != len(bench.nodes) + 1:
        raise UnfitAnswerError(f"the next new node has the number {len(bench.nodes) + 1}")
    missing = [name for name in _NEEDED_FIELDS if entry[name] is None]
    if missing:
        raise UnfitAnswerError(f"a new node needs {', '.join(missing)}")
    node: _Entry = {
        "id": "",
        "title": "",
        "capability": "",
        "prerequisites": [],
        "core_ideas": [],
        "pitfalls": [],
        "mastery_check": {},
        "estimate_minutes": 0,
        "resources": [],
    }
    _set_fields(bench, node, entry)
    taken = [other["id"] for other in bench.document["nodes"]]
    plain = node_ids([node["title"]])[0]
    node["id"], number = plain, 2
    while node["id"] in taken:
        node["id"], number = f"{plain}-{number}", number + 1
    bench.own.add(len(bench.nodes))
    bench.nodes.append(node)
    bench.document["nodes"].append(node)
    return f"{node['title']} was added: {_reason(entry)}"


def _replace_fields(bench: _Bench, entry: _Entry) -> str:
    node = bench.target(entry["node"])
    before = node["title"]
    names = _set_fields(bench, node, entry)
    if not names:
        raise UnfitAnswerError("it names no field to replace")
    return f"{before}: {', '.join(names)} replaced: {_reason(entry)}"


def _remove_node(bench: _Bench, entry: _Entry) -> str:
    node = bench.target(entry["node"])
    at = int(entry["node"]) - 1
    bench.nodes[at] = None
    nodes = bench.document["nodes"]
    nodes[:] = [other for other in nodes if other is not node]
    if all(other["id"] != node["id"] for other in nodes):
        for other in nodes:
            _unlink(other, node["id"])
        for question in bench.document.get("open_questions", ()):
            if isinstance(question, dict) and "related_nodes" in question:
                kept = [name for name in question["related_nodes"] if name != node["id"]]
                question["related_nodes"] = kept
    return f"{node['title']} was removed: {_reason(entry)}"


def _add_edge(bench: _Bench, entry: _Entry) -> str:
    node, needed = bench.target(entry["node"]), bench.prerequisite(entry["before"])
    if node is needed or node["id"] == needed["id"]:
        raise UnfitAnswerError("a node cannot need itself")
    reason = _reason(entry)
    if needed["id"] not in node["prerequisites"]:
        node["prerequisites"].append(needed["id"])
    evidence = node.setdefault("prerequisite_evidence", [])
    evidence[:] = [own for own in evidence if own["id"] != needed["id"]]
    evidence.append({"id": needed["id"], "reason": reason})
    return f"{node['title']} names {needed['title']} as a prerequisite: {reason}"


def _remove_edge(bench: _Bench, entry: _Entry) -> str:
    node, needed = bench.target(entry["node"]), bench.prerequisite(entry["before"])
    if needed["id"] not in node["prerequisites"]:
        raise UnfitAnswerError(f"{shown(node['title'])} does not need {shown(needed['title'])}")
    _unlink(node, needed["id"])
    return f"{node['title']} no longer names {needed['title']} as a prerequisite: {_reason(entry)}"


_OPERATIONS: Final[Mapping[str, Callable[[_Bench, _Entry], str]]] = {
    "add_node": _add_node,
    "replace_fields": _replace_fields,
    "remove_node": _remove_node,
    "add_edge": _add_edge,
    "remove_edge": _remove_edge,
}


def _set_fields(bench: _Bench, node: _Entry, entry: _Entry) -> list[str]:
    """Put the fields of an operation that are not null into a node; return their names."""
    names = []
    if entry["title"] is not None:
        node["title"] = _title(entry["title"])
        names.append("title")
    for name in _TEXT_FIELDS:
        if entry[name] is not None:
            node[name] = text_of(entry[name], name)
            names.append(name)
    for name in _LIST_FIELDS:
        if entry[name] is not None:
            node[name] = list(texts_of(entry[name], name))
            names.append(name)
    for name, own in _CHECK_FIELDS.items():
        if entry[name] is not None:
            node["mastery_check"][own] = text_of(entry[name], name)
            names.append(name)
    if entry["minutes"] is not None:
        node["estimate_minutes"] = read_minutes(entry["minutes"])
        names.append("minutes")
    if any(entry[name] is not None for name in ("document", "first_line", "last_line")):
        _set_source(bench, node, entry)
        names.append("source")
    return names


def _set_source(bench: _Bench, node: _Entry, entry: _Entry) -> None:
    number, first, last = (entry[name] for name in ("document", "first_line", "last_line"))
    if number is None or first is None or last is None:
        raise UnfitAnswerError("document, first_line and last_line go together")
    source = cite(int(number), int(first), int(last), bench.reach.shown)
    node["sources"] = [
        {"path": source.path, "first_line": source.first_line, "last_line": source.last_line}
    ]
    concept = Concept(
        title=node["title"],
        line=source.first_line,
        last_line=source.last_line,
        parent=None,
        path=source.path,
    )
    for resource in references_of(concept, ()):
        if all(own["url"] != resource.url for own in node["resources"]):
            node["resources"].append(
                {
                    "title": resource.title,
                    "url": resource.url,
                    "kind": resource.kind,
                    "role": resource.role,
                    "citation": resource.citation,
                }
            )


def _unlink(node: _Entry, name: str) -> None:
    node["prerequisites"] = [other for other in node["prerequisites"] if other != name]
    if "prerequisite_evidence" in node:
        kept = [own for own in node["prerequisite_evidence"] if own["id"] != name]
        node["prerequisite_evidence"] = kept


def _title(title: str) -> str:
    kept = read_title(title)
    if flaw := flaw_of(kept):
        raise UnfitAnswerError(f"the title {shown(kept)} {flaw}")
    return kept


def _reason(entry: _Entry) -> str:
    return text_of(entry["reason"], "the reason", length_max=500)
