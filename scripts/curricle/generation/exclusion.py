"""Takes concepts out of an outline, and tells which and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from curricle.curriculum.titles import title_key, words_of
from curricle.generation.outline import LeftOut, Outline
from curricle.generation.roles import is_unwritten_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TITLE_LENGTH_MAX: Final = 500
"""The longest title that `curriculum.schema.json` allows."""


def exclude_unnamed(outline: Outline) -> Outline:
    """Return the outline without concepts whose title names nothing: a placeholder, no word."""
    reasons = {
        at: reason
        for at, concept in enumerate(outline.concepts)
        if (reason := flaw_of(concept.title))
    }
    title = "" if flaw_of(outline.title) else outline.title
    return replace(_without(outline, reasons), title=title)


def exclude_out_of_scope(outline: Outline, scope_out: Sequence[str]) -> Outline:
    """Return the outline without what the spec or the document excludes, and its parts."""
    outside = {title_key(item) for item in (*scope_out, *outline.scope_out)} - {()}
    gone: dict[int, str] = {}
    for at, concept in enumerate(outline.concepts):
        if title_key(concept.title) in outside or concept.parent in gone:
            gone[at] = "is out of scope"
    return _without(outline, gone)


def flaw_of(title: str) -> str:
    """Return why a title names no concept, as the end of a sentence; empty when it names one."""
    if not words_of(title):
        return "names nothing: it has no words"
    if is_unwritten_title(title):
        return "names nothing: it is still to be written"
    if len(title) > TITLE_LENGTH_MAX:
        return f"is no title: it is longer than {TITLE_LENGTH_MAX} characters"
    return ""


def _without(outline: Outline, reasons: Mapping[int, str]) -> Outline:
    """Return the outline without some concepts; their parts go to what they were part of."""
    if not reasons:
        return outline
    kept = [at for at in range(len(outline.concepts)) if at not in reasons]
    places = {at: place for place, at in enumerate(kept)}

    def home(at: int) -> int | None:
        parent = outline.concepts[at].parent
        while parent is not None and parent in reasons:
            parent = outline.concepts[parent].parent
        return None if parent is None else places[parent]

    def told() -> Iterator[LeftOut]:
        for at, reason in sorted(reasons.items()):
            concept = outline.concepts[at]
            yield LeftOut(title=concept.title or "(no title)", line=concept.line, reason=reason)

    return replace(
        outline,
        concepts=tuple(replace(outline.concepts[at], parent=home(at)) for at in kept),
        left_out=(*outline.left_out, *told()),
    )
