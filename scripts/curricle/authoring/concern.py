"""Which nodes a finding or a person's feedback is about, and what of them a model is shown."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.material import shown_lines
from curricle.findings import Severity
from curricle.generation.mending import MENDED_BY_RULE, find_named
from curricle.pointers import parts_of
from curricle.printable import one_line, without_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from curricle.findings import Finding

FINDINGS_MAX: Final = 12
"""Shown at a time; others come up again once these are mended."""
NODES_MAX: Final = 16
"""Shown whole at a time."""
_NEIGHBOURS_MAX: Final = 60
_LINES_MAX: Final = 60
_LINES_CHARACTERS_MAX: Final = 30_000
_LINES_OF_SOURCE_MAX: Final = 20
_PLACES_MAX: Final = 3
_QUOTED: Final = re.compile(r"([\"'])(.+?)\1")
_SHOWN_FIELDS: Final = (
    "title",
    "capability",
    "core_ideas",
    "pitfalls",
    "mastery_check",
    "estimate_minutes",
    "sources",
)


def findings_to_ask(findings: Iterable[Finding], *, is_mended_by_rule: bool) -> list[Finding]:
    """Return the findings worth a question, errors first: what rules have mended is not."""
    open_findings = (
        finding
        for finding in findings
        if finding.severity is not Severity.NOTE
        and not (is_mended_by_rule and finding.rule in MENDED_BY_RULE)
    )
    ranked = sorted(open_findings, key=lambda finding: finding.severity is not Severity.ERROR)
    return ranked[:FINDINGS_MAX]


def nodes_of_finding(document: Mapping[str, Any], finding: Finding) -> list[int]:
    """Return the indexes of the nodes that a finding points at or names."""
    nodes = document["nodes"]
    parts = parts_of(finding.pointer)
    found = []
    if len(parts) > 1 and parts[0] == "nodes" and parts[1].isdecimal():
        found = [int(parts[1])]
    words = set(finding.message.replace("→", " ").split())
    for at, node in enumerate(nodes):
        is_in_cycle = finding.rule == "dag.cycle" and one_line(node["id"], 60) in words
        if is_in_cycle or repr(node["title"]) in finding.message:
            found.append(at)
    return [at for at in dict.fromkeys(found) if at < len(nodes)]


def nodes_of_findings(document: Mapping[str, Any], findings: Iterable[Finding]) -> list[int]:
    """Return the nodes that findings are about, in their order, as many as are shown."""
    named = (at for finding in findings for at in nodes_of_finding(document, finding))
    return list(dict.fromkeys(named))[:NODES_MAX]


def nodes_of_feedback(document: Mapping[str, Any], feedback: str) -> list[int]:
    """Return the nodes that feedback names by title, as many as are shown."""
    return find_named(document, " ".join(feedback.split()))[:NODES_MAX]


def neighbours_of(document: Mapping[str, Any], nodes: Sequence[int]) -> list[int]:
    """Return the other nodes that these need or that need them, as many as are shown."""
    own = set(nodes)
    ids = {document["nodes"][at]["id"] for at in nodes}
    needed = {name for at in nodes for name in document["nodes"][at]["prerequisites"]}
    found = [
        at
        for at, node in enumerate(document["nodes"])
        if at not in own and (node["id"] in needed or not ids.isdisjoint(node["prerequisites"]))
    ]
    return found[:_NEIGHBOURS_MAX]


def rows_of_nodes(document: Mapping[str, Any], nodes: Iterable[int]) -> Iterator[str]:
    """Yield each node as a line: its number, its fields, and the numbers of what it needs."""
    number = {node["id"]: at + 1 for at, node in reversed(list(enumerate(document["nodes"])))}
    for at in nodes:
        node = document["nodes"][at]
        fields = {name: node[name] for name in _SHOWN_FIELDS if name in node}
        fields["needs"] = [number[n] for n in node["prerequisites"] if n in number]
        yield f"{at + 1}| {_plain(fields)}"


def rows_of_titles(document: Mapping[str, Any], nodes: Iterable[int]) -> Iterator[str]:
    """Yield each node as a line: its number, id and title."""
    for at in nodes:
        node = document["nodes"][at]
        yield f"{at + 1}| {one_line(node['id'], 120)} | {one_line(node['title'])}"


def rows_of_findings(document: Mapping[str, Any], findings: Iterable[Finding]) -> Iterator[str]:
    """Yield each finding as a line: rule, numbers of its nodes, message, hint."""
    for finding in findings:
        numbers = ", ".join(str(at + 1) for at in nodes_of_finding(document, finding)[:NODES_MAX])
        about = f" (node {numbers})" if numbers else ""
        message, hint = one_line(finding.message, 500), one_line(finding.hint, 200)
        yield f"{finding.rule}{about}: {message} - {hint}"


def lines_to_cite(
    document: Mapping[str, Any],
    nodes: Iterable[int],
    findings: Iterable[Finding],
    texts: Mapping[str, str],
) -> dict[str, list[tuple[int, str]]]:
    """Return path → a few lines that the nodes cite, and that speak of what no node covers."""
    lines = {path: shown_lines(text) for path, text in texts.items()}
    chosen: dict[str, dict[int, str]] = {}
    count = characters = 0
    for path, number in (*_cited(document, nodes), *_speaking(findings, lines)):
        if path not in lines or number > len(lines[path]):
            continue
        line, held = lines[path][number - 1], chosen.setdefault(path, {})
        if number in held:
            continue
        count, characters = count + 1, characters + len(line)
        if count > _LINES_MAX or characters > _LINES_CHARACTERS_MAX:
            break
        held[number] = line
    return {path: sorted(held.items()) for path, held in sorted(chosen.items()) if held}


def _cited(document: Mapping[str, Any], nodes: Iterable[int]) -> Iterator[tuple[str, int]]:
    for at in nodes:
        for source in document["nodes"][at].get("sources", ()):
            last = min(source["last_line"], source["first_line"] + _LINES_OF_SOURCE_MAX - 1)
            for number in range(source["first_line"], last + 1):
                yield source["path"], number


def _speaking(
    findings: Iterable[Finding], lines: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, int]]:
    """Yield lines with the item that a finding on coverage quotes, each with the one after it."""
    for finding in findings:
        item = _QUOTED.search(finding.message) if finding.pointer == "/nodes" else None
        if item is None:
            continue
        for path, held in sorted(lines.items()):
            places = [at for at, line in enumerate(held, 1) if item[2].lower() in line.lower()]
            for at in places[:_PLACES_MAX]:
                yield path, at
                if at < len(held):
                    yield path, at + 1


def _plain(value: object) -> str:
    return without_control_characters(json.dumps(value, ensure_ascii=False))
