"""How a server is told what an answer has to look like, and what to tell one that rejects that."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.authoring.question import Question
    from curricle.providers.server_faults import ServerError

_SCHEMA_NAME: Final = "answer"
_NAMES_FORM: Final = re.compile(
    r"response_format|json_schema|text\.format|structured output|guided|grammar", re.IGNORECASE
)


class Form(StrEnum):
    """What a request says of the form of its answer."""

    SCHEMA = "strict json_schema"
    OBJECT = "json_object"
    PROMPT = "the prompt alone"


def form_instead(error: ServerError) -> Form | None:
    """Return the form to ask for when a server's error rejects the schema; None when it does not.

    `json_object` only where the server says that it takes it: several know nothing but schemas
    and plain text.
    """
    if not _NAMES_FORM.search(f"{error.parameter} {error.message}"):
        return None
    return Form.OBJECT if "json_object" in error.message else Form.PROMPT


def prompt_in(form: Form, question: Question) -> str:
    """Return what the model is told; the schema stands in it where no parameter carries it."""
    if form is Form.SCHEMA:
        return question.prompt
    schema = json.dumps(question.schema, ensure_ascii=False, sort_keys=True)
    return (
        f"{question.prompt}\n\nAnswer with one JSON object that keeps to the following JSON Schema,"
        f" and with nothing before or after it:\n{schema}"
    )


def chat_form(form: Form, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameter of Chat Completions, if there is one."""
    match form:
        case Form.SCHEMA:
            strict = {"name": _SCHEMA_NAME, "strict": True, "schema": dict(schema)}
            return {"response_format": {"type": "json_schema", "json_schema": strict}}
        case Form.OBJECT:
            return {"response_format": {"type": "json_object"}}
        case Form.PROMPT:
            return {}


def response_form(form: Form, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameter of the Responses API, if there is one."""
    match form:
        case Form.SCHEMA:
            strict = {"name": _SCHEMA_NAME, "strict": True, "schema": dict(schema)}
            return {"text": {"format": {"type": "json_schema", **strict}}}
        case Form.OBJECT:
            return {"text": {"format": {"type": "json_object"}}}
        case Form.PROMPT:
            return {}
