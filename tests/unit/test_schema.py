from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import EXAMPLES, ROOT
from curricle.curriculum.rules.shape import ID_LENGTH_MAX
from curricle.generation.exclusion import TITLE_LENGTH_MAX
from curricle.generation.intake import TEXT_LENGTH_MAX
from curricle.pointers import pointer_to
from curricle.schema import DocumentKind, check_document
from documents import changed

KINDS = list(DocumentKind)


def example_of(kind: DocumentKind) -> Any:
    return json.loads((EXAMPLES / f"{kind.value}.json").read_bytes())


def schema_of(kind: DocumentKind) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (ROOT / "schemas" / f"{kind.value}.schema.json").read_bytes()
    )
    return document


def reference(kind: DocumentKind, value: Any) -> set[str]:
    """Return the places that the reference implementation complains about."""
    validator = jsonschema.Draft202012Validator(schema_of(kind))
    return {pointer_to(*error.absolute_path) for error in validator.iter_errors(value)}


def pointers(value: Any, pointer: str = "") -> list[str]:
    """Return every place below a document."""
    found = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in items:
        here = pointer + pointer_to(key)
        found.append(here)
        if isinstance(member, (dict, list)):
            found += pointers(member, here)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_itself_valid_and_has_a_title(kind: DocumentKind) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(kind))
    assert schema_of(kind)["title"]
    assert schema_of(kind)["description"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_every_kind_is_valid(kind: DocumentKind) -> None:
    assert check_document(kind, example_of(kind)) == ()
    assert reference(kind, example_of(kind)) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_every_kind_shows_every_field(kind: DocumentKind) -> None:
    schema = schema_of(kind)
    shown = names_in(example_of(kind))
    assert named_by(schema, schema) - {"$schema"} <= shown


def named_by(part: Any, schema: dict[str, Any]) -> set[str]:
    """Return the names of all properties that a schema declares."""
    if isinstance(part, list):
        return set().union(*(named_by(item, schema) for item in part))
    if not isinstance(part, dict):
        return set()
    own = set(part["properties"]) if isinstance(part.get("properties"), dict) else set()
    return own.union(*(named_by(member, schema) for member in part.values()))


def names_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set()


BAD_VALUES = (None, True, 0, -1, 1.5, 10**29, "", "x", [], {}, ["", ""], {"odd": []}, [[]])


@pytest.mark.parametrize("kind", KINDS)
def test_both_implementations_agree_on_every_place_with_every_wrong_value(
    kind: DocumentKind,
) -> None:
    example = example_of(kind)
    assert len(pointers(example)) > 5
    for pointer in pointers(example):
        for value in BAD_VALUES:
            document = changed(example, {pointer: value})
            own = {violation.pointer for violation in check_document(kind, document)}
            assert own == reference(kind, document), (pointer, value)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(KINDS), JSON_VALUES)
def test_both_implementations_agree_on_anything(kind: DocumentKind, value: Any) -> None:
    own = {violation.pointer for violation in check_document(kind, value)}
    assert own == {p for p in reference(kind, value) if not p.startswith("\ud800")}


@pytest.mark.parametrize(
    ("pointer", "value", "message"),
    [
        ("/constraints/depth", "deep", '"deep" is none of "survey", "practical", "mastery"'),
        ("/constraints/hours_per_week", 0, "0 is not more than 0"),
        ("/constraints/hours_per_week", 200, "200 is more than 168"),
        ("/goal", 3, "3 is a number, expected string"),
        ("/goal", "", '"" is too short'),
        ("/goal", None, "the field 'goal' is missing"),
        ("/scope_inn", [], "unknown field 'scope_inn'"),
        ("/spec_version", "2.0", '"2.0" is not the expected "1.0"'),
        ("/evidence_mode", {"a": 1}, '{"a": 1} is none of "minimal", "standard", "strict"'),
    ],
)
def test_a_violation_names_the_value_and_what_was_expected(
    pointer: str, value: Any, message: str
) -> None:
    document = changed(example_of(DocumentKind.TOPIC_SPEC), {pointer: value})
    (violation,) = check_document(DocumentKind.TOPIC_SPEC, document)
    assert violation.message == message


def test_the_program_keeps_to_the_lengths_of_the_schemas() -> None:
    spec = schema_of(DocumentKind.TOPIC_SPEC)["properties"]
    node = schema_of(DocumentKind.CURRICULUM)["$defs"]["node"]["properties"]
    assert TEXT_LENGTH_MAX == spec["goal"]["maxLength"] == spec["audience"]["maxLength"]
    assert node["title"]["maxLength"] == TITLE_LENGTH_MAX
    assert node["id"]["maxLength"] >= ID_LENGTH_MAX
