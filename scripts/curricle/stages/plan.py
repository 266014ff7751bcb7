"""From a valid curriculum and the weekly budget to a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.canonical import document_bytes
from curricle.curriculum.planner import make_plan
from curricle.layout import PLAN, PLAN_PAGE
from curricle.stages.plan_page import render_plan_page

if TYPE_CHECKING:
    from datetime import date

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.curriculum.values import Curriculum


def plan(curriculum: Curriculum, spec: TopicSpec, start_date: date | None) -> dict[str, bytes]:
    """Return the bytes of `plan.json` and `plan.md`.

    Raises:
        InvalidArgumentError: with this start date, the plan outlasts the calendar.
        TopicSpecInvalidError: the budget is too small for the curriculum.
    """
    made = make_plan(
        curriculum, hours_per_week=spec.constraints.hours_per_week, start_date=start_date
    )
    return {
        PLAN: document_bytes(made.to_json()),
        PLAN_PAGE: render_plan_page(made, curriculum).encode(),
    }
