"""Text that tries to get out of every format there is, and a curriculum made of it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from curricle.curriculum.planner import make_plan
from curricle.curriculum.values import Curriculum
from curricle.export.material import Material
from graphs import node_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

HOSTILE: Final = (
    "=1+1<script>alert(1)</script><!--]]>\"'`|*_[x](javascript:alert(1))\x00\x1b[31m\u202e\x9b\r\n"
    "# heading\n- item\n::error::x\nEND:VEVENT\nend\n},;\\ &lt;b&gt; ${x} {{7*7}} {% x %} %0A #35;"
)
URLS: Final = (
    "javascript:alert(1)",
    " https://example.org/",
    "data:text/html,<script>alert(1)</script>",
    'https://example.org/"><script>alert(1)</script>',
    "https://example.org/>) [x](javascript:alert(1))",
    "//example.org",
    "inputs/scope.md#L3",
)


def hostile_document() -> dict[str, Any]:
    """Return a curriculum in which every text is hostile; it passes the schema and few rules."""
    nodes = []
    for at, needs in enumerate([[], [f"0{HOSTILE}", f"ghost{HOSTILE}"]]):
        node = node_document(f"{at}{HOSTILE}", needs, minutes=400)
        texts = {"title": f"{HOSTILE}{at}", "capability": HOSTILE, f"odd{HOSTILE}": at}
        lists = {"core_ideas": [HOSTILE], "pitfalls": [HOSTILE]}
        check = {"task": HOSTILE, "pass_criteria": HOSTILE}
        resources = [{"title": HOSTILE, "url": url, "kind": "k", "role": "r"} for url in URLS]
        evidence = [{"id": need, "reason": HOSTILE} for need in needs]
        node |= {**texts, **lists, "mastery_check": check, "resources": resources}
        nodes.append({**node, "prerequisite_evidence": evidence})
    return {"topic": HOSTILE, "nodes": nodes, "open_questions": [HOSTILE], f"odd{HOSTILE}": 1}


def material_of(
    document: Mapping[str, Any], *, start_date: date | None = None, report: Any = None
) -> Material:
    """Return what documents are made from, with a plan of two hours a week."""
    curriculum = Curriculum.from_json(document)
    plan = make_plan(curriculum, hours_per_week=2, start_date=start_date)
    return Material(curriculum=curriculum, plan=plan.to_json(), report=report)


def unprintable(text: str, allowed: str = "\n") -> set[str]:
    """Return the control, direction and line-separating characters in a text."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {char for char in text if unicodedata.category(char) in kinds} - set(allowed)
