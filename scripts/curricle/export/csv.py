"""The curriculum as a table for spreadsheets; no cell can start a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from curricle.printable import amount, one_line

if TYPE_CHECKING:
    from curricle.export.material import Material

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The signs, and their wide forms, which East Asian spreadsheets take for the same."""
_COLUMNS: Final = (
    "id",
    "title",
    "capability",
    "prerequisites",
    "estimate_minutes",
    "week",
    "level",
    "mastery_task",
    "pass_criteria",
    "confidence",
    "sources",
)


def render_csv(material: Material) -> str:
    """Return one row a node in document order, with a header; lines end in CR LF (RFC 4180)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for at, node in enumerate(material.curriculum.nodes):
        row = (
            node.id,
            node.title,
            node.capability,
            "; ".join(node.prerequisites),
            amount(node.estimate_minutes, decimals=6),
            str(material.week_of.get(node.id, "")),
            str(material.levels[at]),
            node.mastery_check.task,
            node.mastery_check.pass_criteria,
            "" if node.confidence is None else amount(node.confidence, decimals=6),
            "; ".join(f"{s.path}:{s.first_line}-{s.last_line}" for s in node.sources),
        )
        writer.writerow([_cell(text) for text in row])
    return buffer.getvalue()


def _cell(text: str) -> str:
    flat = one_line(text)
    return f"'{flat}" if flat.startswith(_FORMULA_STARTS) else flat
