from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from curricle.curriculum.planner import make_plan
from curricle.curriculum.values import Curriculum
from curricle.stages.plan_page import render_plan_page
from graphs import node_document
from hostile import hostile_document, unprintable
from rendered import headings, kinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def page_of(nodes: Sequence[Mapping[str, Any]], hours: float, start: date | None = None) -> str:
    curriculum = Curriculum.from_json({"topic": "Graph", "nodes": nodes})
    plan = make_plan(curriculum, hours_per_week=hours, start_date=start)
    return render_plan_page(plan, curriculum)


def test_the_page_has_every_week_with_work_reviews_and_what_it_ends_with() -> None:
    nodes = [node_document("a", minutes=60), node_document("b", ["a"], minutes=150)]
    assert page_of(nodes, 1.5, date(2026, 1, 5)).splitlines() == [
        "# Plan: Graph",
        "",
        "3.5 hours in 3 weeks of at most 1.5 hours.",
        "",
        "The critical path takes 3.5 hours: Topic a → Topic b",
        "",
        "> longer than a week of 90 minutes, so split: Topic b",
        "",
        "## Week 1, from 2026-01-05",
        "",
        "- Topic a: 60 minutes",
        "- **deliverable**: Topic a: Solve a",
        "",
        "## Week 2, from 2026-01-12",
        "",
        "- Topic b (part 1 of 2): 84 minutes",
        "- review: Topic a of week 1, 6 minutes",
        "- **deliverable**: Topic b: notes and worked examples of part 1 of 2",
        "",
        "## Week 3, from 2026-01-19",
        "",
        "- Topic b (part 2 of 2): 66 minutes",
        "- **deliverable**: Topic b: Solve b",
    ]


def test_weeks_without_a_start_date_have_numbers_only() -> None:
    assert headings(page_of([node_document("a")], 1)) == ["# Plan: Graph", "## Week 1"]


def test_nothing_hostile_gets_out_of_its_line() -> None:
    curriculum = Curriculum.from_json(hostile_document())
    plan = make_plan(curriculum, hours_per_week=2)
    page = render_plan_page(plan, curriculum)
    title, *weeks = headings(page)
    assert title.startswith("# Plan: ")
    assert weeks == [f"## Week {week.week}" for week in plan.weeks]
    assert kinds(page) & {"html_block", "html_inline", "link_open", "code_inline", "hr"} == set()
    assert unprintable(page) == set()
