from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from command import EXAMPLES
from curricle.canonical import document_bytes
from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.values import Curriculum
from curricle.layout import (
    CURRICULUM,
    DIFF_REPORT,
    GENERATION_NOTES,
    PLAN,
    SCOPE,
    TOPIC_SPEC,
    VALIDATION_REPORT,
)
from curricle.stages.iterate import iterate
from curricle.stages.plan import plan
from curricle.stages.validate import validate
from documents import changed


@pytest.fixture
def spec(example_spec: dict[str, Any]) -> TopicSpec:
    return TopicSpec.from_json(example_spec)


def example(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes()


def test_the_example_report_is_what_validation_makes(example_curriculum: dict[str, Any]) -> None:
    broken = changed(
        example_curriculum,
        {
            "/nodes/0/mastery_check/task": "Understand tables",
            "/nodes/1/prerequisites": ["tabels"],
        },
    )
    files = {CURRICULUM: document_bytes(broken), SCOPE: example("scope.md")}
    notes = {GENERATION_NOTES: example("generation_notes.json")}
    result = validate({**files, **notes, TOPIC_SPEC: example("topic_spec.json")})
    report = json.loads(result.outputs[VALIDATION_REPORT])
    without_spec = json.loads(validate(files).outputs[VALIDATION_REPORT])
    # The example shows how a skipped rule is told, although with a spec none is.
    assert report["skipped"] == []
    report["skipped"] = without_spec["skipped"][:1]
    assert document_bytes(report) == example("validation_report.json")


def test_the_example_plan_is_what_planning_makes(
    example_curriculum: dict[str, Any], spec: TopicSpec
) -> None:
    curriculum = Curriculum.from_json(example_curriculum)
    outputs = plan(curriculum, spec, date(2026, 1, 5))
    assert outputs[PLAN] == example("plan.json")


def later_version(curriculum: dict[str, Any]) -> dict[str, Any]:
    """Return the version that the example of a comparison compares with."""
    later = deepcopy(curriculum)
    tables, queries, joins, indexes = later["nodes"]
    del later["open_questions"], tables["confidence"]
    joins |= {"estimate_minutes": 240, "prerequisites": ["select"]}
    joins["prerequisite_evidence"][0]["id"] = "select"
    queries |= {"id": "select", "title": "Queries with conditions"}
    views = deepcopy(indexes) | {
        "id": "views",
        "title": "Views",
        "capability": "Save a query as a view and use it like a table",
        "prerequisites": ["select"],
        "prerequisite_evidence": [{"id": "select", "reason": "A view is a saved query"}],
        "core_ideas": ["A view is a query with a name"],
        "pitfalls": [],
        "sources": [],
    }
    return {
        **later,
        "topic": "Asking a relational database",
        "nodes": [tables, queries, views, joins],
    }


def test_the_example_comparison_is_what_comparing_makes(
    example_curriculum: dict[str, Any], spec: TopicSpec
) -> None:
    later = document_bytes(later_version(example_curriculum))
    outputs = iterate(example("curriculum.json"), later, spec)
    assert outputs[DIFF_REPORT] == example("diff_report.json")
