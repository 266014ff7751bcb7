"""Mends in a curriculum what a rule can mend without knowing the subject.

Each mend answers one kind of finding and changes nothing else. What needs a judgement (which of
two titles to keep, what a missing text should say) is left as it is.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from curricle.curriculum.graph import find_cycles, graph_of
from curricle.curriculum.rules.shape import ID_LENGTH_MAX
from curricle.curriculum.titles import singular, title_key, words_of
from curricle.generation.limits import bend_minutes
from curricle.pointers import parts_of
from curricle.printable import amount, without_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.findings import Finding

_Document: TypeAlias = dict[str, Any]
_Pointer: TypeAlias = list[str]


def mend_document(
    document: Mapping[str, Any], findings: Iterable[Finding], spec: TopicSpec | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the document with what could be mended mended, and a sentence for each change.

    Expects a document that passed its schema. Pointers are followed from the last to the first,
    so that removing one entry does not move those still to be mended.
    """
    mended = deepcopy(dict(document))
    changes = []
    done: set[str] = set()
    for finding in sorted(findings, key=_place, reverse=True):
        mend = _MENDS.get(finding.rule)
        if mend is None or (finding.pointer in done and finding.pointer):
            continue
        if change := mend(mended, parts_of(finding.pointer), spec):
            done.add(finding.pointer)
            changes.append(change)
    return mended, tuple(reversed(changes))


def note_feedback(document: Mapping[str, Any], feedback: str) -> dict[str, Any]:
    """Return the document with a person's feedback as an open question on the nodes it names."""
    words = " ".join(feedback.split())
    named = [document["nodes"][at]["id"] for at in find_named(document, words)]
    question: dict[str, Any] = {"question": f"Feedback to be acted on: {words}"}
    if named:
        question["related_nodes"] = named
    return {**document, "open_questions": [*document.get("open_questions", []), question]}


def find_named(document: Mapping[str, Any], text: str) -> list[int]:
    """Return the indexes of the nodes that a text names by title."""
    # In a sentence an article may also be the last word of a title: Vitamin A.
    keys = (title_key(text), tuple(map(singular, words_of(text))))
    spoken = [f" {' '.join(key)} " for key in keys]
    return [
        at
        for at, node in enumerate(document["nodes"])
        if (key := " ".join(title_key(node["title"]))) and any(f" {key} " in s for s in spoken)
    ]


def _place(finding: Finding) -> list[tuple[int, str]]:
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in parts_of(finding.pointer)]


def _node(document: _Document, parts: _Pointer) -> dict[str, Any]:
    node: dict[str, Any] = document["nodes"][int(parts[1])]
    return node


def _drop_prerequisite(document: _Document, parts: _Pointer, _: TopicSpec | None) -> str:
    node = _node(document, parts)
    return _remove_edge(node, int(parts[3]))


def _remove_edge(node: dict[str, Any], index: int) -> str:
    name = node["prerequisites"].pop(index)
    if name not in node["prerequisites"] and "prerequisite_evidence" in node:
        kept = [e for e in node["prerequisite_evidence"] if e["id"] != name]
        node["prerequisite_evidence"] = kept
    return f"{node['title']} no longer names {name!r} as a prerequisite"


def _break_cycle(document: _Document, parts: _Pointer, _: TopicSpec | None) -> str | None:
    """Remove the edge of the cycle that nothing explains, else the one pointing back furthest."""
    nodes = document["nodes"]
    graph = graph_of([n["id"] for n in nodes], [n["prerequisites"] for n in nodes])
    cycle = next((c for c in find_cycles(graph) if int(parts[1]) in c), None)
    if cycle is None:
        return None
    edges = list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))

    def weakness(edge: tuple[int, int]) -> tuple[bool, int]:
        before, after = edge
        explained = {e["id"] for e in nodes[after].get("prerequisite_evidence", ())}
        return nodes[before]["id"] not in explained, before - after

    before, after = max(edges, key=weakness)
    return _remove_edge(nodes[after], nodes[after]["prerequisites"].index(nodes[before]["id"]))


def _keep_strongest(document: _Document, parts: _Pointer, spec: TopicSpec | None) -> str | None:
    limit = spec.constraints.max_prerequisites_per_node if spec else None
    if limit is None:
        return None
    node = _node(document, parts)
    explained = {e["id"] for e in node.get("prerequisite_evidence", ())}
    ranked = sorted(node["prerequisites"], key=lambda name: name not in explained)
    for name in ranked[limit:]:
        _remove_edge(node, node["prerequisites"].index(name))
    return f"{node['title']} keeps {limit} prerequisites"


def _drop_entry(document: _Document, parts: _Pointer, _: TopicSpec | None) -> str:
    node = _node(document, parts)
    node[parts[2]].pop(int(parts[3]))
    return f"{node['title']} lost an entry of {parts[2]} that could not stand"


def _rename(document: _Document, parts: _Pointer, _: TopicSpec | None) -> str:
    node = _node(document, parts)
    old = node["id"]
    taken = {other["id"] for other in document["nodes"]}
    plain = re.sub(r"[^A-Za-z0-9._:-]+", "-", old).strip("-._:") or "node"
    new, number = plain[:ID_LENGTH_MAX], 2
    while new in taken:
        end = f"-{number}"
        new, number = plain[: ID_LENGTH_MAX - len(end)] + end, number + 1
    is_only = sum(other["id"] == old for other in document["nodes"]) == 1
    node["id"] = new
    if is_only:
        _rename_references(document, old, new)
    return f"the id {old!r} became {new!r}"


def _rename_references(document: _Document, old: str, new: str) -> None:
    for node in document["nodes"]:
        node["prerequisites"] = [new if name == old else name for name in node["prerequisites"]]
        for evidence in node.get("prerequisite_evidence", ()):
            if evidence["id"] == old:
                evidence["id"] = new
    for question in document.get("open_questions", ()):
        if isinstance(question, dict) and "related_nodes" in question:
            related = question["related_nodes"]
            question["related_nodes"] = [new if name == old else name for name in related]


def _strip_control_characters(
    document: _Document, parts: _Pointer, _: TopicSpec | None
) -> str | None:
    holder: Any = document
    for part in parts[:-1]:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    key: Any = int(parts[-1]) if isinstance(holder, list) else parts[-1]
    if not isinstance(holder[key], str):
        return None
    kept = without_control_characters(holder[key]).strip()
    if not kept:
        return None
    holder[key] = kept
    return f"control characters were taken out of {'.'.join(parts)}"


def _bend_hours(document: _Document, _: _Pointer, spec: TopicSpec | None) -> str | None:
    if spec is None:
        return None
    minutes = [node["estimate_minutes"] for node in document["nodes"]]
    limits = spec.constraints
    bent = bend_minutes(minutes, limits.total_hours_min * 60, limits.total_hours_max * 60)
    if bent == minutes:
        return None
    for node, value in zip(document["nodes"], bent, strict=True):
        node["estimate_minutes"] = value
    return (
        f"estimates now add up to {amount(sum(bent) / 60)} hours, from {amount(sum(minutes) / 60)}"
    )


_MENDS: Final[Mapping[str, Callable[[_Document, _Pointer, TopicSpec | None], str | None]]] = {
    "dag.unknown-prerequisite": _drop_prerequisite,
    "dag.self-prerequisite": _drop_prerequisite,
    "dag.duplicate-prerequisite": _drop_prerequisite,
    "dag.redundant-edge": _drop_prerequisite,
    "dag.cycle": _break_cycle,
    "dag.too-many-prerequisites": _keep_strongest,
    "evidence.evidence-without-edge": _drop_entry,
    "evidence.source-out-of-range": _drop_entry,
    "schema.resource-url": _drop_entry,
    "schema.id-characters": _rename,
    "schema.duplicate-id": _rename,
    "schema.control-characters": _strip_control_characters,
    "quality.hours-below-minimum": _bend_hours,
    "quality.hours-above-maximum": _bend_hours,
}

MENDED_BY_RULE: Final = frozenset(_MENDS)
"""Rules whose findings need no judgement."""
