"""Fills a topic spec from a scope document, in the fields that no person has set."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import is_same_json
from curricle.curriculum.placeholders import find_placeholder
from curricle.generation.assignment import assign_objectives
from curricle.generation.document import parse_document
from curricle.generation.excerpt import outline_of
from curricle.generation.exclusion import exclude_unnamed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.generation.outline import Outline
    from curricle.generation.selection import Selection

TEXT_LENGTH_MAX: Final = 2000
"""The longest goal or audience that `topic_spec.schema.json` allows."""
_TITLES_SHOWN: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """A filled spec, and what was filled."""

    document: dict[str, Any]
    filled: dict[str, Any]
    """Field to what it was filled with."""
    assumptions: tuple[str, ...]
    """What the document does not say and had to be assumed."""


def fill_spec(
    spec: Mapping[str, Any],
    blank: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    text: str,
    selection: Selection,
) -> Intake:
    """Return the spec with every field filled that holds what it holds in `blank`.

    `before` is what an earlier intake filled, field by field: what still stands as it left it was
    not set by a person and is filled anew.

    Raises:
        UnknownSectionError: the selection names a heading that the document does not have.
    """
    outline = exclude_unnamed(outline_of(parse_document(text), selection))
    outline = assign_objectives(outline)
    values, assumptions = _values(outline)
    document = deepcopy(dict(spec))
    filled = {}
    for name, value in values.items():
        if _is_unset(name, spec, blank, before) and (value or document.get(name)):
            document[name] = value
            filled[name] = value
    return Intake(
        document=document,
        filled=filled,
        assumptions=tuple(a for name, a in assumptions.items() if name in filled),
    )


def _values(outline: Outline) -> tuple[dict[str, Any], dict[str, str]]:
    """Return field → what the document says, and field → what had to be assumed."""
    title = outline.title or _listed([concept.title for concept in outline.concepts])
    values: dict[str, Any] = {
        "goal": _shortened(outline.goal or f"Work through {title}"),
        "audience": _shortened(outline.audience or f"Learners who are new to {title}"),
        "prerequisites": [passage.text for passage in outline.prerequisites],
        "scope_in": list(dict.fromkeys(concept.title for concept in outline.concepts)),
        "scope_out": list(dict.fromkeys(outline.scope_out)),
    }
    assumptions = {}
    if not outline.goal:
        assumptions["goal"] = "the document states no goal: taken from its title"
    if not outline.audience:
        assumptions["audience"] = "the document names no audience: assumed to be new to it"
    for name, text in (("goal", outline.goal), ("audience", outline.audience)):
        if len(text) > TEXT_LENGTH_MAX:
            assumptions[name] = (
                f"the document's {name} is longer than {TEXT_LENGTH_MAX} characters: only its"
                " beginning is taken"
            )
    return values, assumptions


def _shortened(text: str) -> str:
    """Return a text whole where it fits, else its first sentences, else its first words."""
    if len(text) <= TEXT_LENGTH_MAX:
        return text
    ends = [end.end() for end in re.finditer(r"[.!?](?=\s)", text[:TEXT_LENGTH_MAX])]
    if ends:
        return text[: ends[-1]]
    kept = text[: TEXT_LENGTH_MAX - 1]
    return f"{kept.rpartition(' ')[0] or kept}…"


def _listed(titles: Sequence[str]) -> str:
    shown = ", ".join(titles[:_TITLES_SHOWN])
    return f"{shown} and more" if len(titles) > _TITLES_SHOWN else shown


def _is_unset(
    name: str,
    spec: Mapping[str, Any],
    blank: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> bool:
    value = spec.get(name)
    if not value or (isinstance(value, str) and (value.isspace() or find_placeholder(value))):
        return True
    if is_same_json(value, blank.get(name)):
        return True
    return before is not None and name in before and is_same_json(value, before[name])
