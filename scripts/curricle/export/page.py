"""The curriculum as one self-contained HTML page: graph, nodes, plan, findings.

The page loads nothing: its style and script stand in it, and a content security policy names
their digests and forbids everything else. All text is made printable and escaped on its way into
the template.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Final

from curricle.curriculum.addresses import is_web_address
from curricle.export.drawing import draw
from curricle.fsio import read_file
from curricle.printable import counted, printable
from curricle.resources import template_path

if TYPE_CHECKING:
    from curricle.export.material import Material

_TEMPLATE: Final = "export/page.html.j2"
_STYLE: Final = "export/page.css"
_SCRIPT: Final = "export/page.js"


def render_html(material: Material) -> str:
    """Return the page."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _text(_STYLE), _text(_SCRIPT)
    page: str = environment.from_string(_text(_TEMPLATE)).render(
        counted=counted,
        style=style,
        script=script,
        policy="default-src 'none'; base-uri 'none'; form-action 'none'"
        f"; style-src '{_source(style)}'; script-src '{_source(script)}'",
        topic=material.curriculum.topic,
        drawing=draw(material),
        nodes=[_node(at, material) for at in material.order],
        plan=material.plan,
        titles={node.id: node.title for node in material.curriculum.nodes},
        anchors={node.id: at for at, node in enumerate(material.curriculum.nodes)},
        questions=[q.question for q in material.curriculum.open_questions],
        findings=(material.report or {}).get("findings", []),
        counts=(material.report or {}).get("counts"),
        shape={
            "nodes": len(material.curriculum.nodes),
            "edges": material.graph.edge_count,
            "hours": material.hours,
            "chain": len(material.chain),
        },
    )
    return page


def _node(at: int, material: Material) -> dict[str, Any]:
    node = material.curriculum.nodes[at]
    reasons = {evidence.id: evidence.reason for evidence in node.prerequisite_evidence}
    return {
        "at": at,
        "title": node.title,
        "capability": node.capability,
        "minutes": node.estimate_minutes,
        "week": material.week_of.get(node.id),
        "confidence": node.confidence,
        "needs": [
            {"id": before, "reason": reasons.get(before, "")} for before in node.prerequisites
        ],
        "feeds": [material.curriculum.nodes[after].id for after in material.graph.feeds[at]],
        "ideas": node.core_ideas,
        "pitfalls": node.pitfalls,
        "task": node.mastery_check.task,
        "criteria": node.mastery_check.pass_criteria,
        "resources": [
            {
                "title": resource.title,
                "url": resource.url if is_web_address(resource.url) else None,
                "place": resource.url,
            }
            for resource in node.resources
        ],
    }


def _shown(value: object) -> object:
    # What is marked safe is of a class of its own, and stays as it is.
    return printable(value) if type(value) is str else value


def _text(relative: str) -> str:
    return read_file(template_path(relative)).decode()


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"
