"""The JSON Schemas of answers, within what servers enforce strictly.

Every property is required, no object has others, what may be absent is a union with null, and
nothing nests deeper than five levels. What a schema cannot say is checked where answers are read.
"""

from __future__ import annotations

from typing import Any, Final

_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": "integer"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_NUMBERS: Final = {"type": "array", "items": _NUMBER}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_NUMBER_OR_NULL: Final = {"type": ["integer", "null"]}
_TEXTS_OR_NULL: Final = {"type": ["array", "null"], "items": _TEXT}

CERTAINTIES: Final = ("stated", "implied", "likely")


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(**properties)}


_CERTAINTY: Final = {"type": "string", "enum": list(CERTAINTIES)}
_PART: Final = {
    "concepts": _list_of(
        title=_TEXT,
        document=_NUMBER,
        first_line=_NUMBER,
        last_line=_NUMBER,
        capability=_TEXT,
        core_ideas=_TEXTS,
        pitfalls=_TEXTS,
        mastery_task=_TEXT,
        pass_criteria=_TEXT,
        minutes=_NUMBER,
        confidence={"type": "number"},
        links=_NUMBERS,
    ),
    "left_out": _list_of(title=_TEXT, document=_NUMBER_OR_NULL, line=_NUMBER_OR_NULL, reason=_TEXT),
    "open_questions": _list_of(question=_TEXT, titles=_TEXTS),
}

PART: Final = _object(**_PART)
"""The concepts of some of the document's sections."""

WHOLE: Final = _object(
    topic=_TEXT,
    **_PART,
    needs=_list_of(
        before=_TEXT, after=_TEXT, certainty=_CERTAINTY, reason=_TEXT, line=_NUMBER_OR_NULL
    ),
)
"""A curriculum in one answer; `before` and `after` are titles."""

OUTLINE: Final = _object(
    topic=_TEXT,
    sections=_list_of(section=_NUMBER, titles=_TEXTS),
    left_out=_list_of(section=_NUMBER, reason=_TEXT),
)
"""Which sections teach what."""

NEEDS: Final = _object(
    needs=_list_of(
        before=_NUMBER, after=_NUMBER, certainty=_CERTAINTY, reason=_TEXT, line=_NUMBER_OR_NULL
    )
)
"""What builds on what, by the numbers of concepts."""

OPERATIONS: Final = ("add_node", "replace_fields", "remove_node", "add_edge", "remove_edge")

REVISION: Final = _object(
    operations=_list_of(
        operation={"type": "string", "enum": list(OPERATIONS)},
        node=_NUMBER,
        before=_NUMBER_OR_NULL,
        title=_TEXT_OR_NULL,
        capability=_TEXT_OR_NULL,
        core_ideas=_TEXTS_OR_NULL,
        pitfalls=_TEXTS_OR_NULL,
        mastery_task=_TEXT_OR_NULL,
        pass_criteria=_TEXT_OR_NULL,
        minutes=_NUMBER_OR_NULL,
        document=_NUMBER_OR_NULL,
        first_line=_NUMBER_OR_NULL,
        last_line=_NUMBER_OR_NULL,
        reason=_TEXT,
    )
)
"""Changes to a curriculum, in the order in which they are made."""

CONCERNED: Final = _object(nodes=_NUMBERS)
"""Which nodes a person's feedback is about."""

SCHEMAS: Final = {
    "part": PART,
    "whole": WHOLE,
    "outline": OUTLINE,
    "needs": NEEDS,
    "revision": REVISION,
    "concerned": CONCERNED,
}
