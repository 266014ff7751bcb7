from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from curricle.authoring.shapes import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYWORDS = {"type", "properties", "required", "additionalProperties", "items", "enum"}
TYPES = {"string", "integer", "number", "boolean", "object", "array", "null"}


def nodes_of(schema: dict[str, Any], level: int = 1) -> Iterator[tuple[dict[str, Any], int]]:
    yield schema, level
    for child in schema.get("properties", {}).values():
        yield from nodes_of(child, level + 1)
    if "items" in schema:
        yield from nodes_of(schema["items"], level + 1)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_an_answer_schema_keeps_to_what_servers_enforce_strictly(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    names = 0
    for node, level in nodes_of(schema):
        assert node.keys() <= KEYWORDS
        types = {node["type"]} if isinstance(node["type"], str) else set(node["type"])
        assert types <= TYPES
        assert len(types) == 1 or (len(types) == 2 and "null" in types)
        assert level <= 5
        if "object" in types:
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
            names += len(node["properties"])
        if "array" in types:
            assert isinstance(node["items"], dict)
    assert names <= 100
    assert len(json.dumps(schema)) < 15_000
