"""The curriculum and plan as one Markdown document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from curricle.curriculum.addresses import is_web_address
from curricle.printable import amount, counted, one_line
from curricle.stages.markdown import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.curriculum.values import Node
    from curricle.export.material import Material

_SPECIAL_IN_ADDRESS: Final = re.compile(r"([\\<>&])")


def render_markdown(material: Material) -> str:
    """Return the document: overview, nodes in teaching order, plan, open questions."""
    curriculum = material.curriculum
    lines = [
        f"# {plain(curriculum.topic)}",
        "",
        (
            f"{counted(len(curriculum.nodes), 'node')},"
            f" {counted(material.graph.edge_count, 'edge')}, {amount(material.hours)} hours."
        ),
        "",
    ]
    for at in material.order:
        lines += _node(curriculum.nodes[at], material)
    if material.plan:
        lines += ["## Plan", ""]
        for week in material.plan["weeks"]:
            lines += _week(week, material)
    if curriculum.open_questions:
        lines += ["## Open questions", ""]
        lines += [f"- {plain(question.question)}" for question in curriculum.open_questions]
        lines.append("")
    return "\n".join(lines)


def _node(node: Node, material: Material) -> Iterator[str]:
    week = material.week_of.get(node.id)
    yield f"## {plain(node.title)}"
    yield ""
    yield f"{plain(node.capability)}"
    yield ""
    yield f"- takes {amount(node.estimate_minutes)} minutes" + (f", in week {week}" if week else "")
    reasons = {evidence.id: evidence.reason for evidence in node.prerequisite_evidence}
    for before in node.prerequisites:
        title = plain(material.by_id[before].title) if before in material.by_id else plain(before)
        yield f"- needs {title}" + (f": {plain(reasons[before])}" if before in reasons else "")
    for heading, texts in (("Core ideas", node.core_ideas), ("Pitfalls", node.pitfalls)):
        if texts:
            yield ""
            yield f"**{heading}**"
            yield ""
            yield from (f"- {plain(text)}" for text in texts)
    yield ""
    yield f"**Check**: {plain(node.mastery_check.task)}"
    yield f"**Passed when**: {plain(node.mastery_check.pass_criteria)}"
    yield ""
    for resource in node.resources:
        if is_web_address(resource.url):
            yield f"- [{plain(resource.title)}](<{_address(resource.url)}>)"
        else:
            yield f"- {plain(resource.title)} ({plain(resource.url)})"
    yield ""


def _address(url: str) -> str:
    return _SPECIAL_IN_ADDRESS.sub(r"\\\1", one_line(url))


def _week(week: Mapping[str, Any], material: Material) -> Iterator[str]:
    starts = f", from {week['starts_on']}" if week["starts_on"] else ""
    yield f"### Week {week['week']}{starts}"
    yield ""
    for item in week["items"]:
        title = plain(material.by_id[item["node_id"]].title)
        yield f"- {title}: {amount(item['minutes'])} minutes (part {item['part']})"
    for review in week["reviews"]:
        yield f"- review {plain(material.by_id[review['node_id']].title)}"
    yield from (f"- deliverable: {plain(text)}" for text in week["deliverables"])
    yield ""
