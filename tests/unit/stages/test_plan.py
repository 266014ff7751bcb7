from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.values import Curriculum
from curricle.errors import InvalidArgumentError
from curricle.layout import PLAN, PLAN_PAGE
from curricle.schema import DocumentKind, check_document
from curricle.stages.plan import plan
from documents import changed
from graphs import node_document


@pytest.fixture
def spec(example_spec: dict[str, Any]) -> TopicSpec:
    return TopicSpec.from_json(changed(example_spec, {"/constraints/hours_per_week": 1}))


@pytest.fixture
def four_hours() -> Curriculum:
    nodes = [node_document(f"n{at}", [f"n{at - 1}"] if at else []) for at in range(4)]
    return Curriculum.from_json({"topic": "Plan", "nodes": nodes})


def test_the_budget_is_the_spec_s_and_the_plan_is_of_its_schema(
    spec: TopicSpec, four_hours: Curriculum
) -> None:
    outputs = plan(four_hours, spec, None)
    document = json.loads(outputs[PLAN])
    assert check_document(DocumentKind.PLAN, document) == ()
    assert document["budget_minutes_per_week"] == 60
    assert set(outputs) == {PLAN, PLAN_PAGE}


def test_the_same_inputs_give_the_same_bytes(spec: TopicSpec, four_hours: Curriculum) -> None:
    assert plan(four_hours, spec, None) == plan(four_hours, spec, None)


def week_starts(outputs: dict[str, bytes]) -> list[str | None]:
    return [week["starts_on"] for week in json.loads(outputs[PLAN])["weeks"]]


def test_a_plan_may_end_with_the_calendar_and_not_after(
    spec: TopicSpec, four_hours: Curriculum
) -> None:
    weeks = len(week_starts(plan(four_hours, spec, None)))
    last_start = date.fromordinal(date.max.toordinal() - 7 * weeks)
    starts = week_starts(plan(four_hours, spec, last_start))
    assert starts[-1] == date.fromordinal(date.max.toordinal() - 7).isoformat()
    with pytest.raises(InvalidArgumentError, match="after the year 9999"):
        plan(four_hours, spec, date.fromordinal(last_start.toordinal() + 1))
