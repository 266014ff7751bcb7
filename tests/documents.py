"""Changes to documents, by JSON pointer or as a report of differences tells them."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from curricle.pointers import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def changed(document: Any, changes: Mapping[str, Any]) -> Any:
    """Return a copy with the value at each pointer replaced; None removes a field."""
    copy = deepcopy(document)
    for pointer, value in changes.items():
        *path, last = parts_of(pointer)
        holder = copy
        for part in path:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        key = int(last) if isinstance(holder, list) else last
        if value is None:
            del holder[key]
        else:
            holder[key] = deepcopy(value)
    return copy


def with_diff(before: Any, report: Any) -> Any:
    """Return the later curriculum from the earlier one and a `diff_report.json`."""
    names = {entry["from"]: entry["to"] for entry in report["nodes"]["renamed"]}
    gone = {node["id"] for node in report["nodes"]["removed"]}
    changes = {entry["id"]: entry["fields"] for entry in report["nodes"]["changed"]}
    after = deepcopy(before)
    nodes = [_renamed(node, names) for node in after["nodes"] if node["id"] not in gone]
    for node in nodes:
        _apply(node, changes.get(node["id"], ()))
    by_id = {node["id"]: node for node in [*nodes, *report["nodes"]["added"]]}
    for question in after.get("open_questions", ()):
        if isinstance(question, dict) and "related_nodes" in question:
            question["related_nodes"] = [names.get(n, n) for n in question["related_nodes"]]
    _apply(after, report["document"])
    after["nodes"] = [by_id[node_id] for node_id in report["order"] or by_id]
    return after


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    node["id"] = names.get(node["id"], node["id"])
    node["prerequisites"] = [names.get(p, p) for p in node["prerequisites"]]
    for evidence in node.get("prerequisite_evidence", ()):
        evidence["id"] = names.get(evidence["id"], evidence["id"])
    return node


def _apply(holder: dict[str, Any], changes: Iterable[Any]) -> None:
    for change in changes:
        if change.get("removed"):
            del holder[change["field"]]
        else:
            holder[change["field"]] = change["after"]
