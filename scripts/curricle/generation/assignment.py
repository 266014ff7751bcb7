"""Gives each wish of the spec, and each objective of the whole document, to the concept it fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from curricle.curriculum.coverage import coverage, roots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curricle.generation.document import Passage
    from curricle.generation.outline import Concept, Outline


@dataclass(frozen=True, slots=True)
class Assigned:
    """Texts by concept, and those that fit none."""

    by_concept: tuple[tuple[str, ...], ...]
    homeless: tuple[str, ...]


def assign(texts: Sequence[str], concepts: Sequence[Concept]) -> Assigned:
    """Return each text with the concept that speaks most of it; ties go to the earlier one."""
    held = [_text_of(concept).lower() for concept in concepts]
    titles = [concept.title.lower() for concept in concepts]
    by_concept: list[list[str]] = [[] for _ in concepts]
    homeless = []
    for text in texts:
        wanted = roots(text)
        shares = [
            coverage(wanted, own) + coverage(roots(title), text.lower())
            for own, title in zip(held, titles, strict=True)
        ]
        best = max(range(len(shares)), key=lambda at: (shares[at], -at), default=None)
        if best is None or shares[best] <= 0:
            homeless.append(text)
        else:
            by_concept[best].append(text)
    return Assigned(tuple(map(tuple, by_concept)), tuple(homeless))


def assign_objectives(outline: Outline) -> Outline:
    """Return the outline with the document's objectives and pitfalls given to concepts.

    What fits none goes to the first concept: a document of one exercise lists what it is about.
    """
    concepts = list(outline.concepts)
    if not concepts:
        return outline
    for passage in outline.objectives:
        home = _home_of(passage, concepts)
        if passage.text.rstrip(" .;") != concepts[home].title:
            own = (*concepts[home].objectives, passage)
            concepts[home] = replace(concepts[home], objectives=own)
    for passage in outline.pitfalls:
        home = _home_of(passage, concepts)
        own = (*concepts[home].pitfalls, passage)
        concepts[home] = replace(concepts[home], pitfalls=own)
    return replace(outline, concepts=tuple(concepts))


def _home_of(passage: Passage, concepts: Sequence[Concept]) -> int:
    found = assign([passage.text], concepts)
    return next((at for at, own in enumerate(found.by_concept) if own), 0)


def _text_of(concept: Concept) -> str:
    passages = (*concept.prose, *concept.objectives, *concept.pitfalls)
    return "\n".join((concept.title, *concept.aliases, *(p.text for p in passages)))
