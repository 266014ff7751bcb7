from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from curricle import layout
from curricle.layout import INPUTS_OF, OUTPUTS_OF, STAGE_VERSIONS, STAGES, Stage

BY_PEOPLE = {layout.TOPIC_SPEC, layout.SCOPE, layout.CONTEXT}


def test_the_stages_are_named_as_promised_in_this_order() -> None:
    assert [stage.value for stage in STAGES] == [
        "initialized",
        "spec_ready",
        "generated",
        "validated",
        "planned",
        "iterated",
    ]


@pytest.mark.parametrize(
    ("path", "promised"),
    [
        (layout.RUN_FILE, "run.json"),
        (layout.TOPIC_SPEC, "inputs/topic_spec.json"),
        (layout.SCOPE, "inputs/scope.md"),
        (layout.CONTEXT, "inputs/context"),
        (layout.CURRICULUM, "outputs/curriculum/curriculum.json"),
        (layout.PREVIOUS_CURRICULUM, "outputs/curriculum/previous_curriculum.json"),
        (layout.VALIDATION_PAGE, "outputs/reviews/validation_report.md"),
        (layout.VALIDATION_REPORT, "outputs/reviews/validation_report.json"),
        (layout.DIFF_PAGE, "outputs/reviews/diff_report.md"),
        (layout.DIFF_REPORT, "outputs/reviews/diff_report.json"),
        (layout.PLAN, "outputs/plan/plan.json"),
        (layout.PLAN_PAGE, "outputs/plan/plan.md"),
        (layout.JOURNAL, "logs/journal.jsonl"),
        (layout.OBJECTS, "objects"),
        (layout.ARCHIVES, "archives"),
    ],
)
def test_an_artifact_lies_where_it_is_promised(path: str, promised: str) -> None:
    assert path == promised


def test_every_stage_but_the_first_has_inputs_and_outputs_and_every_one_a_version() -> None:
    assert INPUTS_OF.keys() == OUTPUTS_OF.keys() == set(STAGES) - {Stage.INITIALIZED}
    assert STAGE_VERSIONS.keys() == set(STAGES)
    assert all(version >= 1 for version in STAGE_VERSIONS.values())


def test_each_output_is_made_by_one_stage_below_outputs() -> None:
    made = [path for paths in OUTPUTS_OF.values() for path in paths]
    assert len(set(made)) == len(made)
    assert all(path.startswith("outputs/") for path in made)


@pytest.mark.parametrize("stage", INPUTS_OF, ids=str)
def test_a_stage_reads_only_what_people_give_or_earlier_stages_make(stage: Stage) -> None:
    earlier = STAGES[1 : STAGES.index(stage)]
    made = {path for before in earlier for path in OUTPUTS_OF[before]}
    assert set(INPUTS_OF[stage]) <= BY_PEOPLE | made
    assert set(INPUTS_OF[stage]).isdisjoint(OUTPUTS_OF[stage])


def test_every_path_is_relative_and_stays_in_the_run() -> None:
    paths = {*BY_PEOPLE, layout.RUN_FILE, layout.LOCK_FILE, layout.JOURNAL, layout.OBJECTS}
    paths |= {path for part in (INPUTS_OF, OUTPUTS_OF) for some in part.values() for path in some}
    for path in paths:
        assert PurePosixPath(path).as_posix() == path
        assert not PurePosixPath(path).is_absolute()
        assert ".." not in PurePosixPath(path).parts


def test_a_changed_spec_concerns_every_later_stage() -> None:
    assert all(layout.TOPIC_SPEC in INPUTS_OF[stage] for stage in STAGES[1:])
