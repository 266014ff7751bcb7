"""From a curriculum to findings and the validation report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from curricle.canonical import document_bytes, sha256_hex
from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.validator import Verdict, validate_curriculum
from curricle.errors import TopicSpecInvalidError
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import (
    CONTEXT,
    CURRICULUM,
    GENERATION_NOTES,
    SCOPE,
    TOPIC_SPEC,
    VALIDATION_PAGE,
    VALIDATION_REPORT,
)
from curricle.schema import DocumentKind, check_document
from curricle.stages.reading import line_count, read_curriculum, read_spec
from curricle.stages.validation_page import render_validation_page

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidationResult:
    """What the rules say, and the report that says it."""

    verdict: Verdict
    report: Mapping[str, Any]
    outputs: Mapping[str, bytes]


def validate(inputs: Mapping[str, bytes]) -> ValidationResult:
    """Return the verdict on the curriculum among a run's inputs and outputs.

    Needs nothing but `curriculum.json`; without a ready spec, rules that need one are skipped.

    Raises:
        CurriculumInvalidError: the curriculum is no JSON.
    """
    raw = inputs[CURRICULUM]
    spec_data = inputs.get(TOPIC_SPEC)
    verdict = validate_curriculum(
        read_curriculum(raw),
        raw,
        spec=_spec_if_ready(spec_data),
        line_counts={
            path: line_count(data)
            for path, data in inputs.items()
            if path in {SCOPE, TOPIC_SPEC} or path.startswith(CONTEXT + "/")
        },
    )
    report = {
        "schema_version": "1.0",
        "valid": verdict.is_valid,
        "curriculum_sha256": sha256_hex(raw),
        "topic_spec_sha256": sha256_hex(spec_data) if spec_data is not None else None,
        "counts": verdict.counts,
        "findings": [finding.to_json() for finding in verdict.findings],
        "skipped": [{"rule": rule, "reason": reason} for rule, reason in verdict.skipped],
        "shape": asdict(verdict.shape) if verdict.shape else None,
        "notes": _notes(inputs.get(GENERATION_NOTES)),
    }
    return ValidationResult(
        verdict=verdict,
        report=report,
        outputs={
            VALIDATION_REPORT: document_bytes(report),
            VALIDATION_PAGE: render_validation_page(verdict, report["notes"]).encode(),
        },
    )


def _spec_if_ready(data: bytes | None) -> TopicSpec | None:
    if data is None:
        return None
    try:
        spec = read_spec(data)
    except TopicSpecInvalidError:
        return None
    return None if spec.lacking else TopicSpec.from_json(spec.document)


def _notes(data: bytes | None) -> Any:
    if data is None:
        return None
    try:
        notes = parse_json(data)
    except MalformedJsonError:
        return None
    # They are for reading only; somebody may have changed them into anything.
    return None if check_document(DocumentKind.GENERATION_NOTES, notes) else notes
