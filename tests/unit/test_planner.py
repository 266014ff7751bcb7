from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.curriculum.graph import graph_of
from curricle.curriculum.planner import (
    REVIEW_AFTER_WEEKS,
    REVIEW_SHARE_OF_WEEK,
    Plan,
    make_plan,
    weeks_of_nodes,
)
from curricle.curriculum.values import Curriculum
from curricle.errors import TopicSpecInvalidError
from graphs import curriculum_of, dags, node_document

MINUTES = st.one_of(st.integers(1, 1500), st.floats(0.25, 900).map(lambda m: round(m, 2)))


@st.composite
def curricula(draw: st.DrawFn) -> Curriculum:
    needs = draw(dags())
    nodes = [node_document(node, before, draw(MINUTES)) for node, before in needs.items()]
    return Curriculum.from_json({"topic": "Plan", "nodes": nodes})


HOURS = st.sampled_from([0.1, 0.5, 1, 3, 7.5, 40])


def finished_in(plan: Plan) -> dict[str, int]:
    return {item.node_id: week.week for week in plan.weeks for item in week.items}


@given(curricula(), HOURS)
def test_every_minute_of_every_node_is_planned_once(curriculum: Curriculum, hours: float) -> None:
    plan = make_plan(curriculum, hours_per_week=hours)
    planned: Counter[str] = Counter()
    for week in plan.weeks:
        for item in week.items:
            planned[item.node_id] += item.minutes
    wanted = {node.id: node.estimate_minutes for node in curriculum.nodes}
    assert planned.keys() == wanted.keys()
    assert all(planned[node] == pytest.approx(minutes) for node, minutes in wanted.items())
    assert plan.total_minutes == pytest.approx(sum(wanted.values()))


@given(curricula(), HOURS)
def test_no_week_is_over_budget_and_none_is_empty(curriculum: Curriculum, hours: float) -> None:
    plan = make_plan(curriculum, hours_per_week=hours)
    for week in plan.weeks:
        assert week.items
        assert week.minutes + week.review_minutes <= plan.budget_minutes_per_week + 1e-6
        assert week.review_minutes <= plan.budget_minutes_per_week * REVIEW_SHARE_OF_WEEK + 1e-6


@given(curricula(), HOURS)
def test_nothing_begins_before_what_it_needs_is_finished(
    curriculum: Curriculum, hours: float
) -> None:
    plan = make_plan(curriculum, hours_per_week=hours)
    needs = {node.id: set(node.prerequisites) for node in curriculum.nodes}
    done: set[str] = set()
    for week in plan.weeks:
        for item in week.items:
            assert needs[item.node_id] <= done
            if item.part == item.parts:
                done.add(item.node_id)


@given(curricula(), HOURS)
def test_only_a_node_longer_than_what_a_week_has_is_split(
    curriculum: Curriculum, hours: float
) -> None:
    plan = make_plan(curriculum, hours_per_week=hours)
    whole_week = plan.budget_minutes_per_week * (1 - REVIEW_SHARE_OF_WEEK)
    minutes = {node.id: node.estimate_minutes for node in curriculum.nodes}
    parts: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for week in plan.weeks:
        for item in week.items:
            parts[item.node_id].append((item.part, item.parts))
    for node, found in parts.items():
        assert found == [(at + 1, len(found)) for at in range(len(found))]
        if minutes[node] <= whole_week:
            assert len(found) == 1


@given(curricula(), HOURS)
def test_reviews_come_at_growing_gaps_after_a_node_is_finished(
    curriculum: Curriculum, hours: float
) -> None:
    plan = make_plan(curriculum, hours_per_week=hours)
    finished = finished_in(plan)
    for week in plan.weeks:
        for review in week.reviews:
            assert review.learned_in_week == finished[review.node_id]
            assert week.week - review.learned_in_week in REVIEW_AFTER_WEEKS


@given(curricula(), HOURS)
def test_the_short_way_to_weeks_agrees_with_the_plan(curriculum: Curriculum, hours: float) -> None:
    nodes = curriculum.nodes
    graph = graph_of([node.id for node in nodes], (node.prerequisites for node in nodes))
    minutes = [node.estimate_minutes for node in nodes]
    plan = make_plan(curriculum, hours_per_week=hours)
    assert weeks_of_nodes(graph, minutes, hours_per_week=hours) == finished_in(plan)


def test_a_plan_has_as_many_weeks_as_the_budget_needs() -> None:
    curriculum = curriculum_of({f"n{at}": [] for at in range(1000)}, minutes=60)
    plan = make_plan(curriculum, hours_per_week=5)
    assert len(plan.weeks) > 200
    assert max(len(week.items) for week in plan.weeks) == 5
    assert plan.warnings == ()


def test_a_node_longer_than_a_week_is_split_and_the_warning_names_it() -> None:
    plan = make_plan(curriculum_of({"long": []}, minutes=150), hours_per_week=1)
    assert [week.minutes for week in plan.weeks] == [60, 60, 30]
    assert [(i.part, i.parts) for week in plan.weeks for i in week.items] == [
        (1, 3),
        (2, 3),
        (3, 3),
    ]
    assert plan.warnings == ("longer than a week of 60 minutes, so split: Topic long",)


def test_every_week_has_a_deliverable_and_a_date_when_the_start_is_known() -> None:
    plan = make_plan(
        curriculum_of({"a": [], "b": ["a"], "c": ["b"]}, minutes=60),
        hours_per_week=1,
        start_date=date(2026, 12, 28),
    )
    assert [week.starts_on for week in plan.weeks][:2] == [date(2026, 12, 28), date(2027, 1, 4)]
    assert all(week.deliverables for week in plan.weeks)
    assert plan.weeks[0].deliverables == ("Topic a: Solve a",)


def test_the_critical_path_is_the_chain_that_takes_longest() -> None:
    nodes = [
        node_document("a", minutes=10),
        node_document("b", minutes=100),
        node_document("c", ["a"], minutes=30),
        node_document("d", ["b", "c"], minutes=5),
    ]
    plan = make_plan(Curriculum.from_json({"topic": "x", "nodes": nodes}), hours_per_week=1)
    assert (plan.critical_path, plan.critical_path_minutes) == (("b", "d"), 105)


def test_reviews_are_as_short_as_the_week_asks_for() -> None:
    plan = make_plan(curriculum_of({"a": [], "b": ["a"], "c": ["b"]}, minutes=60), hours_per_week=1)
    assert [r.minutes for r in plan.weeks[1].reviews] == [6]
    short = make_plan(curriculum_of({"a": [], "b": ["a"]}, minutes=20), hours_per_week=1 / 3)
    assert not any(week.reviews for week in short.weeks)
    assert short.warnings == ("a week of 20 minutes leaves no room for reviews",)


def test_a_budget_that_makes_endless_weeks_is_refused_with_the_limit() -> None:
    curriculum = curriculum_of({"a": []}, minutes=60)
    with pytest.raises(TopicSpecInvalidError, match="more than 100,000 weeks"):
        make_plan(curriculum, hours_per_week=1e-300)
