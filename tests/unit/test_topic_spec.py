from __future__ import annotations

import json
from typing import Any

import pytest

from command import ROOT
from curricle.curriculum.topic_spec import (
    Constraints,
    ContextPack,
    Depth,
    DomainMode,
    EvidenceMode,
    TopicSpec,
    spec_problems,
    unready_fields,
)
from documents import changed

REQUIRED = """
    spec_version goal audience prerequisites scope_in scope_out constraints domain_mode
    evidence_mode
""".split()
LIMITS = "hours_per_week total_hours_min total_hours_max depth".split()
OPTIONAL = {
    "/misconceptions": None,
    "/context_pack": None,
    "/constraints/node_count_min": None,
    "/constraints/node_count_max": None,
    "/constraints/max_prerequisites_per_node": None,
}


def problems(document: Any) -> list[tuple[str, str]]:
    return [(violation.pointer, violation.message) for violation in spec_problems(document)]


def lacking(document: Any) -> list[tuple[str, str]]:
    assert problems(document) == []
    return [(violation.pointer, violation.message) for violation in unready_fields(document)]


def test_the_example_is_valid_and_ready(example_spec: dict[str, Any]) -> None:
    assert lacking(example_spec) == []


def test_a_spec_without_its_optional_fields_is_valid_and_ready(
    example_spec: dict[str, Any],
) -> None:
    assert lacking(changed(example_spec, OPTIONAL)) == []


@pytest.mark.parametrize(
    "pointer", [f"/{f}" for f in REQUIRED] + [f"/constraints/{f}" for f in LIMITS]
)
def test_every_required_field_is_required(pointer: str, example_spec: dict[str, Any]) -> None:
    place, _, name = pointer.rpartition("/")
    document = changed(example_spec, {pointer: None})
    assert problems(document) == [(place, f"the field {name!r} is missing")]


@pytest.mark.parametrize("place", ["", "/constraints", "/context_pack"])
def test_unknown_fields_are_errors(place: str, example_spec: dict[str, Any]) -> None:
    document = changed(example_spec, {f"{place}/hours_per_weak": 3})
    assert problems(document) == [(place, "unknown field 'hours_per_weak'")]


@pytest.mark.parametrize("document", [None, [], "spec", 3, True])
def test_what_is_no_object_has_one_problem_about_the_whole(document: Any) -> None:
    ((pointer, message),) = problems(document)
    assert pointer == ""
    assert message.endswith("expected object")


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (
            "total_hours_min",
            "total_hours_max",
            "total_hours_min 21 is more than total_hours_max 20",
        ),
        ("node_count_min", "node_count_max", "node_count_min 21 is more than node_count_max 20"),
    ],
)
def test_limits_that_contradict_each_other_are_a_problem(
    low: str, high: str, message: str, example_spec: dict[str, Any]
) -> None:
    limits = {f"/constraints/{low}": 21, f"/constraints/{high}": 20}
    assert problems(changed(example_spec, limits)) == [(f"/constraints/{low}", message)]
    limits[f"/constraints/{low}"] = 20
    assert problems(changed(example_spec, limits)) == []


def test_one_limit_without_the_other_contradicts_nothing(example_spec: dict[str, Any]) -> None:
    limits = {"/constraints/node_count_min": 1000, "/constraints/node_count_max": None}
    assert problems(changed(example_spec, limits)) == []


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../secret",
        "notes/../../secret",
        "a/..",
        "//host/x",
        "a\\..\\b",
        "C:\\x",
        "a\0b",
    ],
)
def test_a_local_path_that_leads_out_is_a_problem(path: str, example_spec: dict[str, Any]) -> None:
    document = changed(example_spec, {"/context_pack/local_paths": ["notes.md", path]})
    ((pointer, message),) = problems(document)
    assert pointer == "/context_pack/local_paths/1"
    assert message == f"{path!r} leads out of inputs/context/"


@pytest.mark.parametrize(
    "path", ["notes.md", "deep/er/notes.md", "./notes.md", "..notes", "a..b/c"]
)
def test_a_local_path_that_stays_below_is_fine(path: str, example_spec: dict[str, Any]) -> None:
    assert problems(changed(example_spec, {"/context_pack/local_paths": [path]})) == []


def test_an_empty_scope_is_valid_but_not_ready(example_spec: dict[str, Any]) -> None:
    document = changed(example_spec, {"/scope_in": []})
    assert lacking(document) == [("/scope_in", "names nothing to teach")]


@pytest.mark.parametrize(
    "pointer",
    [
        "/goal",
        "/audience",
        "/prerequisites/0",
        "/scope_in/3",
        "/scope_out/0",
        "/misconceptions/0",
        "/context_pack/domain",
        "/context_pack/focus_terms/0",
        "/context_pack/required_outcomes/0",
    ],
)
def test_a_placeholder_or_a_blank_anywhere_keeps_a_spec_from_being_ready(
    pointer: str, example_spec: dict[str, Any]
) -> None:
    found = lacking(changed(example_spec, {pointer: "replace_with_text"}))
    assert found == [(pointer, "still holds the placeholder 'replace_with_text'")]
    assert lacking(changed(example_spec, {pointer: " \n"})) == [(pointer, "is blank")]


def test_the_name_of_its_schema_is_no_placeholder(example_spec: dict[str, Any]) -> None:
    assert lacking(changed(example_spec, {"/$schema": "TODO"})) == []


def test_the_spec_of_a_new_run_is_valid_and_says_what_to_fill() -> None:
    template = json.loads((ROOT / "templates" / "topic_spec.json").read_bytes())
    assert [pointer for pointer, _ in lacking(template)] == ["/goal", "/audience", "/scope_in"]


def test_every_field_that_a_provider_acts_on_is_in_the_value(example_spec: dict[str, Any]) -> None:
    assert TopicSpec.from_json(example_spec) == TopicSpec(
        goal="Find an answer in a relational database without help",
        audience="Analysts who keep their data in spreadsheets",
        prerequisites=("Sorting and filtering in a spreadsheet",),
        scope_in=("Tables", "Queries", "Joins", "Indexes"),
        scope_out=("Replication",),
        constraints=Constraints(
            hours_per_week=3,
            total_hours_min=2,
            total_hours_max=20,
            depth=Depth.PRACTICAL,
            node_count_min=2,
            node_count_max=10,
            max_prerequisites_per_node=3,
        ),
        domain_mode=DomainMode.MATURE,
        evidence_mode=EvidenceMode.STRICT,
        misconceptions=("An index makes every query faster",),
        context_pack=ContextPack(
            domain="databases",
            focus_terms=("join",),
            local_paths=(),
            preferred_resource_kinds=("documentation",),
            required_outcomes=("Join two tables on a key",),
        ),
    )


def test_what_a_document_leaves_out_is_empty_in_the_value(example_spec: dict[str, Any]) -> None:
    spec = TopicSpec.from_json(changed(example_spec, OPTIONAL))
    assert (spec.misconceptions, spec.context_pack) == ((), ContextPack())
    assert spec.constraints.node_count_min is None
    assert spec.constraints.node_count_max is None
    assert spec.constraints.max_prerequisites_per_node is None


@pytest.mark.parametrize(
    ("pointer", "words"),
    [
        ("/constraints/depth", [depth.value for depth in Depth]),
        ("/evidence_mode", [mode.value for mode in EvidenceMode]),
        ("/domain_mode", [mode.value for mode in DomainMode]),
    ],
)
def test_the_words_of_each_choice_are_those_of_the_schema(
    pointer: str, words: list[str], example_spec: dict[str, Any]
) -> None:
    schema = json.loads((ROOT / "schemas" / "topic_spec.schema.json").read_bytes())
    for part in pointer.split("/")[1:]:
        schema = schema["properties"][part]
    assert schema["enum"] == words
    for word in words:
        document = changed(example_spec, {pointer: word})
        assert problems(document) == []
        assert TopicSpec.from_json(document)
