"""Turns the bytes of a run's documents into values, with errors that say what to mend and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.curriculum.topic_spec import TopicSpec, spec_problems, unready_fields
from curricle.errors import (
    CurriculumInvalidError,
    ScopeInvalidError,
    StageConflictError,
    TopicSpecInvalidError,
)
from curricle.jsontext import MalformedJsonError, decode_text, find_lines, parse_json
from curricle.layout import CURRICULUM, SCOPE, TOPIC_SPEC
from curricle.pointers import parts_of, pointer_to
from curricle.printable import listed, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.schema import Violation

_SHOWN_MAX: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecText:
    """A schema-valid topic spec with its text, for messages that name lines."""

    document: Mapping[str, Any]
    text: str
    lacking: tuple[Violation, ...]
    """What keeps it from being ready; empty when it is."""


def read_spec(data: bytes, name: str = TOPIC_SPEC) -> SpecText:
    """Return a valid topic spec, ready or not; `name` is what messages call it.

    Raises:
        TopicSpecInvalidError: it is no JSON, breaks its schema or contradicts itself.
    """
    try:
        document = parse_json(data)
    except MalformedJsonError as error:
        why = "the file is empty" if not data.strip() else error.why
        raise TopicSpecInvalidError(
            f"{name} cannot be read{_at(error.line)}: {why}",
            details={"file": name, "line": error.line},
        ) from error
    text = decode_text(data)
    problems = spec_problems(document)
    if problems:
        raise TopicSpecInvalidError(
            f"{name} is invalid: {_listed(problems, text)}",
            details={"file": name, "problems": _problems_json(problems, text)},
        )
    return SpecText(document=document, text=text, lacking=unready_fields(document))


def ready_spec(data: bytes | None, run_id: str) -> TopicSpec:
    """Return the topic spec of a run that is about to generate.

    Raises:
        TopicSpecInvalidError: as `read_spec`.
        StageConflictError: "topic spec not ready", naming the fields.
    """
    if data is None:
        raise StageConflictError(
            f"topic spec not ready: {run_id} has no {TOPIC_SPEC}",
            hint=f"write {TOPIC_SPEC}, or give a document with --scope-file",
            next_step=("run", run_id, "--scope-file", "FILE"),
            details={"run_id": run_id, "fields": []},
        )
    spec = read_spec(data)
    if spec.lacking:
        raise StageConflictError(
            f"topic spec not ready: {_listed(spec.lacking, spec.text)}",
            hint=f"fill these fields in {TOPIC_SPEC}, or give a document with --scope-file",
            next_step=("run", run_id, "--scope-file", "FILE"),
            details={"run_id": run_id, "fields": _problems_json(spec.lacking, spec.text)},
        )
    return TopicSpec.from_json(spec.document)


def read_scope(data: bytes, name: str = SCOPE) -> str:
    """Return the text of a scope document.

    Raises:
        ScopeInvalidError: it is not UTF-8, or empty.
    """
    try:
        text = decode_text(data)
    except MalformedJsonError as error:
        raise ScopeInvalidError(
            f"{name} cannot be read{_at(error.line)}: {error.why}",
            hint="save the document as UTF-8",
            details={"file": name, "line": error.line},
        ) from error
    if not text.strip():
        raise ScopeInvalidError(f"{name} is empty", details={"file": name, "line": 1})
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_curriculum(data: bytes, name: str = CURRICULUM) -> Any:
    """Return the parsed `curriculum.json`, whatever its shape.

    Raises:
        CurriculumInvalidError: it is no JSON with one meaning.
    """
    try:
        return parse_json(data)
    except MalformedJsonError as error:
        why = "the file is empty" if not data.strip() else error.why
        raise CurriculumInvalidError(
            f"{name} cannot be read{_at(error.line)}: {why}",
            details={"file": name, "line": error.line},
        ) from error


def line_count(data: bytes) -> int:
    """Return how many lines a text has, counting as editors do."""
    breaks = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return breaks + (not data.endswith((b"\n", b"\r")))


def _at(line: int | None) -> str:
    return f" (line {line})" if line else ""


def _listed(problems: Sequence[Violation], text: str) -> str:
    first = problems[:_SHOWN_MAX]
    shown = [
        f"{_field(p.pointer)} {one_line(p.message, 160)} (line {line})"
        for p, line in zip(first, _lines(first, text), strict=True)
    ]
    return listed(shown, len(problems), between="; ")


def _field(pointer: str) -> str:
    name = ".".join(parts_of(pointer))
    return f"{name}:" if name else "the document:"


def _problems_json(problems: Sequence[Violation], text: str) -> list[dict[str, object]]:
    return [
        {"pointer": p.pointer, "message": p.message, "line": line}
        for p, line in zip(problems, _lines(problems, text), strict=True)
    ]


def _lines(problems: Sequence[Violation], text: str) -> list[int]:
    places = [p.pointer + (pointer_to(p.unknown) if p.unknown else "") for p in problems]
    found = find_lines(text, places)
    return [found[place] for place in places]
