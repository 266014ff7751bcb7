"""The plan as a Markdown page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.printable import amount, counted
from curricle.stages.markdown import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.curriculum.planner import Plan, Week
    from curricle.curriculum.values import Curriculum


def render_plan_page(plan: Plan, curriculum: Curriculum) -> str:
    """Return `plan.md`."""
    titles = {node.id: plain(node.title) for node in curriculum.nodes}
    hours, budget = plan.total_minutes / 60, plan.budget_minutes_per_week / 60
    lines = [
        f"# Plan: {plain(curriculum.topic)}",
        "",
        (
            f"{amount(hours)} hours in {counted(len(plan.weeks), 'week')}"
            f" of at most {amount(budget)} hours."
        ),
        "",
        f"The critical path takes {amount(plan.critical_path_minutes / 60)} hours: "
        + " → ".join(titles[node_id] for node_id in plan.critical_path),
        "",
        *(f"> {plain(warning)}" for warning in plan.warnings),
        *([""] if plan.warnings else []),
    ]
    for week in plan.weeks:
        lines += _week(week, titles)
    return "\n".join(lines)


def _week(week: Week, titles: Mapping[str, str]) -> Iterator[str]:
    starts = f", from {week.starts_on.isoformat()}" if week.starts_on else ""
    yield f"## Week {week.week}{starts}"
    yield ""
    for item in week.items:
        part = f" (part {item.part} of {item.parts})" if item.parts > 1 else ""
        yield f"- {titles[item.node_id]}{part}: {amount(item.minutes)} minutes"
    for review in week.reviews:
        yield (
            f"- review: {titles[review.node_id]} of week {review.learned_in_week},"
            f" {amount(review.minutes)} minutes"
        )
    for deliverable in week.deliverables:
        yield f"- **deliverable**: {plain(deliverable)}"
    yield ""
