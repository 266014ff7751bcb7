from __future__ import annotations

import json
from typing import Any

import pytest

from command import EXAMPLES
from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import CurriculumInvalidError
from curricle.layout import (
    CURRICULUM,
    GENERATION_NOTES,
    SCOPE,
    TOPIC_SPEC,
    VALIDATION_PAGE,
    VALIDATION_REPORT,
)
from curricle.schema import DocumentKind, check_document
from curricle.stages.validate import ValidationResult, validate
from documents import changed
from hostile import hostile_document

FILES = {
    CURRICULUM: (EXAMPLES / "curriculum.json").read_bytes(),
    TOPIC_SPEC: (EXAMPLES / "topic_spec.json").read_bytes(),
    SCOPE: (EXAMPLES / "scope.md").read_bytes(),
    GENERATION_NOTES: (EXAMPLES / "generation_notes.json").read_bytes(),
}


def report_of(result: ValidationResult) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(result.outputs[VALIDATION_REPORT])
    return report


def test_the_report_is_of_its_schema_and_names_the_digests_of_what_was_read() -> None:
    result = validate(FILES)
    report = report_of(result)
    assert check_document(DocumentKind.VALIDATION_REPORT, report) == ()
    assert report["curriculum_sha256"] == sha256_hex(FILES[CURRICULUM])
    assert report["topic_spec_sha256"] == sha256_hex(FILES[TOPIC_SPEC])
    assert set(result.outputs) == {VALIDATION_REPORT, VALIDATION_PAGE}
    assert report["valid"] is result.verdict.is_valid is True


def test_a_report_on_hostile_text_is_of_its_schema_too() -> None:
    report = report_of(validate({CURRICULUM: document_bytes(hostile_document())}))
    assert check_document(DocumentKind.VALIDATION_REPORT, report) == ()
    assert all(finding["message"].isprintable() for finding in report["findings"])


@pytest.mark.parametrize(
    "spec",
    [None, b"{", b"[]", b'{"spec_version": "1.0"}', b"\xff"],
    ids=["absent", "torn", "no object", "lacking", "no text"],
)
def test_only_a_curriculum_is_needed(spec: bytes | None) -> None:
    files = {CURRICULUM: FILES[CURRICULUM], SCOPE: FILES[SCOPE]}
    report = report_of(validate(files | ({TOPIC_SPEC: spec} if spec is not None else {})))
    assert report["valid"]
    assert {s["reason"] for s in report["skipped"]} == {"there is no ready inputs/topic_spec.json"}
    assert report["topic_spec_sha256"] == (sha256_hex(spec) if spec is not None else None)


def test_a_source_that_is_not_there_or_too_short_is_found() -> None:
    rules = {f.rule for f in validate({**FILES, SCOPE: b"one line\n"}).verdict.findings}
    assert any(rule.startswith("evidence.") for rule in rules)
    assert not validate(FILES).verdict.findings


@pytest.mark.parametrize("notes", [b"", b"{", b"[]", b'{"merged": 3}', b"\xff\xfe"], ids=repr)
def test_notes_that_somebody_broke_are_passed_over(notes: bytes) -> None:
    assert report_of(validate({**FILES, GENERATION_NOTES: notes}))["notes"] is None


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file is empty"),
        (b"{", "line 1"),
        (b'{"topic": 1, "topic": 2}', "topic"),
        (b"\xff\xff", "UTF-8"),
        (b'{"topic": NaN}', "NaN"),
    ],
)
def test_what_is_no_json_cannot_be_validated(raw: bytes, words: str) -> None:
    with pytest.raises(CurriculumInvalidError, match="cannot be read") as caught:
        validate({CURRICULUM: raw})
    assert words in str(caught.value)


def test_what_is_json_of_another_shape_is_validated(example_curriculum: dict[str, Any]) -> None:
    for document in ([], 3, None, {}, changed(example_curriculum, {"/nodes/0": None})):
        result = validate({CURRICULUM: document_bytes(document)})
        assert check_document(DocumentKind.VALIDATION_REPORT, report_of(result)) == ()
    assert not validate({CURRICULUM: b"[]"}).verdict.is_valid


def test_the_same_inputs_give_the_same_bytes() -> None:
    assert validate(FILES).outputs == validate(dict(reversed(FILES.items()))).outputs
