"""The topic spec as a prompt shows it: what is asked for, within which limits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curricle.printable import without_control_characters

if TYPE_CHECKING:
    from curricle.curriculum.topic_spec import TopicSpec


def request_of(spec: TopicSpec, *, node_count_max: int | None, is_whole: bool) -> str:
    """Return the fields of a spec that an author acts on, one a line.

    Without `is_whole` the items in scope are left out: they are shared between questions.
    """
    limits = spec.constraints
    fields: dict[str, Any] = {
        "goal": spec.goal,
        "audience": spec.audience,
        "known_already": spec.prerequisites,
        "depth": limits.depth.value,
        "domain_mode": spec.domain_mode.value,
        "evidence_mode": spec.evidence_mode.value,
        "total_hours": [limits.total_hours_min, limits.total_hours_max],
        "node_count_min": limits.node_count_min if is_whole else None,
        "node_count_max": node_count_max,
        "max_prerequisites_per_node": limits.max_prerequisites_per_node,
        "domain": spec.context_pack.domain,
        "scope_in": spec.scope_in if is_whole else (),
        "scope_out": spec.scope_out,
        "misconceptions": spec.misconceptions,
        "required_outcomes": spec.context_pack.required_outcomes,
        "focus_terms": spec.context_pack.focus_terms,
    }
    return "\n".join(
        f"{name}: {without_control_characters(json.dumps(value, ensure_ascii=False))}"
        for name, value in fields.items()
        if value not in (None, "", ())
    )
