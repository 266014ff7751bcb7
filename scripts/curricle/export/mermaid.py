"""The graph as a Mermaid flow chart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from curricle.printable import one_line

if TYPE_CHECKING:
    from curricle.export.material import Material

_SPECIAL: Final = re.compile(r"[^\w .,:()/+-]|_|^[+-]|(?<=\d)\.(?=\s)")
"""What is written as an entity: signs of Mermaid's own, and what would begin a Markdown list."""


def render_mermaid(material: Material) -> str:
    """Return a `flowchart`, arrows from prerequisite to what builds on it."""
    lines = ["flowchart LR"]
    for at, node in enumerate(material.curriculum.nodes):
        lines.append(f"  n{at}[{label(node.title)}]")
    lines += [
        f"  n{before} --> n{after}"
        for after, needs in enumerate(material.graph.needs)
        for before in needs
    ]
    if material.chain:
        lines.append("  classDef critical stroke-width:3px")
        lines.append(f"  class {','.join(f'n{at}' for at in sorted(material.critical))} critical")
    return "\n".join([*lines, ""])


def label(text: str) -> str:
    """Return a text as a quoted label, in which no sign is Mermaid's own."""
    # Mermaid knows numeric entities written with a # and without an ampersand.
    return '"' + _SPECIAL.sub(lambda match: f"#{ord(match.group())};", one_line(text)) + '"'
