"""The graph in the language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.printable import one_line

if TYPE_CHECKING:
    from curricle.export.material import Material


def render_dot(material: Material) -> str:
    """Return a `digraph`, arrows from prerequisite to what builds on it."""
    nodes, critical = material.curriculum.nodes, material.critical
    lines = ["digraph curriculum {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
    for at, node in enumerate(nodes):
        width = ", penwidth=2" if at in critical else ""
        lines.append(f"  n{at} [label={_quoted(node.title)}{width}];")
    lines += [
        f"  n{before} -> n{after};"
        for after, needs in enumerate(material.graph.needs)
        for before in needs
    ]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
