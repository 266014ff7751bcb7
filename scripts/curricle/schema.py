"""Checks a document against its JSON Schema and says in words what breaks it.

The schemas are draft 2020-12 files in `schemas/`. `jsonschema-rs` reads them (a document of
100,000 nodes takes it 0.1 s); a test compares its verdicts with those of `jsonschema`. Rules that
a schema cannot express are in `curriculum/rules`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from curricle.fsio import read_file
from curricle.pointers import pointer_to
from curricle.printable import one_line
from curricle.resources import schema_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import jsonschema_rs


class DocumentKind(StrEnum):
    """Every JSON file the program reads or writes; the value names its schema."""

    TOPIC_SPEC = "topic_spec"
    CURRICULUM = "curriculum"
    GENERATION_NOTES = "generation_notes"
    VALIDATION_REPORT = "validation_report"
    PLAN = "plan"
    DIFF_REPORT = "diff_report"
    RUN = "run"
    JOURNAL_ENTRY = "journal_entry"
    ARCHIVE_MANIFEST = "archive_manifest"
    ARTIFACT_PACK = "artifact_pack"
    BUNDLE_MANIFEST = "bundle_manifest"
    RUNBOOK = "runbook"
    BUCKETS = "buckets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """One place where a document breaks its schema."""

    keyword: str
    """The schema keyword, such as `required`."""
    pointer: str
    message: str
    unknown: str = ""
    """Name of the member below `pointer` that the schema does not know."""


def check_document(kind: DocumentKind, value: object) -> tuple[Violation, ...]:
    """Return where `value` breaks the schema of `kind`, in document order; empty when valid."""
    return tuple(_violation(error) for error in _validator(kind).iter_errors(value))


def check_value(schema: Mapping[str, Any], value: object) -> tuple[Violation, ...]:
    """Return where `value` breaks a schema that stands in no file, in document order."""
    import jsonschema_rs

    validator = jsonschema_rs.Draft202012Validator(dict(schema))
    return tuple(_violation(error) for error in validator.iter_errors(value))


@cache
def _validator(kind: DocumentKind) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    schema = json.loads(read_file(schema_path(kind.value)))
    return jsonschema_rs.Draft202012Validator(schema)


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    keyword = error.kind.name
    facts = error.kind.as_dict()
    describe = _SENTENCES.get(keyword)
    message = describe(facts, error.instance) if describe else one_line(error.message, 200)
    return Violation(
        keyword=keyword,
        pointer=pointer_to(*error.instance_path),
        message=message,
        unknown=facts["unexpected"][0] if keyword == "additionalProperties" else "",
    )


def _shown(value: object) -> str:
    return one_line(json.dumps(value, ensure_ascii=False, default=str), 60)


def _type_name(value: object) -> str:
    for types, name in _TYPE_NAMES:
        if isinstance(value, types):
            return name
    return "null"


_TYPE_NAMES: Final = (
    (bool, "a boolean"),
    ((int, float), "a number"),
    (str, "a string"),
    (list, "a list"),
    (dict, "an object"),
)

_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any], Any], str]]] = {
    "required": lambda facts, _: f"the field {facts['property']!r} is missing",
    "type": lambda facts, value: (
        f"{_shown(value)} is {_type_name(value)}, expected {' or '.join(sorted(facts['types']))}"
    ),
    "enum": lambda facts, value: (
        f"{_shown(value)} is none of {', '.join(_shown(option) for option in facts['options'])}"
    ),
    "const": lambda facts, value: (
        f"{_shown(value)} is not the expected {_shown(facts['expected_value'])}"
    ),
    "additionalProperties": lambda facts, _: (
        "unknown field " + ", ".join(repr(one_line(name, 60)) for name in facts["unexpected"])
    ),
    "minimum": lambda facts, value: f"{_shown(value)} is less than {facts['limit']}",
    "maximum": lambda facts, value: f"{_shown(value)} is more than {facts['limit']}",
    "exclusiveMinimum": lambda facts, value: f"{_shown(value)} is not more than {facts['limit']}",
    "minLength": lambda _, value: f"{_shown(value)} is too short",
    "maxLength": lambda facts, value: (
        f"{_shown(value)} has {len(value)} characters, at most {facts['limit']} are allowed"
    ),
    "minItems": lambda facts, value: (
        f"the list has {len(value)} entries, at least {facts['limit']} are needed"
    ),
    "pattern": lambda _, value: f"{_shown(value)} is not of the expected form",
    "anyOf": lambda _, value: f"{_shown(value)} has none of the allowed shapes",
}
