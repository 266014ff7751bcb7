"""Gives each wish of the spec, and each objective of the whole document, to the concept it fits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from curricle.curriculum.coverage import FILLER_WORDS, coverage, roots
from curricle.curriculum.titles import words_of
from curricle.generation.names import stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.generation.outline import Concept, Outline

_SPREAD_MIN: Final = 2
_SPREAD_SHARE: Final = 0.1
"""So many concepts may hold a word that tells which one is meant; in a title, every word does."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Texts by concept, and those that fit none."""

    by_concept: tuple[tuple[str, ...], ...]
    homeless: tuple[str, ...]


def assign(texts: Sequence[str], concepts: Sequence[Concept]) -> Assigned:
    """Return each text with the concept that speaks most of it; ties go to the earlier one."""
    by_concept: list[list[str]] = [[] for _ in concepts]
    homeless: list[str] = []
    for text, home in zip(texts, _homes(texts, concepts), strict=True):
        (homeless if home is None else by_concept[home]).append(text)
    return Assigned(tuple(map(tuple, by_concept)), tuple(homeless))


def assign_objectives(outline: Outline) -> Outline:
    """Return the outline with the document's objectives and pitfalls given to concepts.

    What fits none goes to the first concept: a document of one exercise lists what it is about.
    """
    concepts = list(outline.concepts)
    if not concepts:
        return outline
    told = (*outline.objectives, *outline.pitfalls)
    homes = [home or 0 for home in _homes([passage.text for passage in told], concepts)]
    count = len(outline.objectives)
    for passage, home in zip(outline.objectives, homes[:count], strict=True):
        if passage.text.rstrip(" .;") != concepts[home].title:
            own = (*concepts[home].objectives, passage)
            concepts[home] = replace(concepts[home], objectives=own)
    for passage, home in zip(outline.pitfalls, homes[count:], strict=True):
        own = (*concepts[home].pitfalls, passage)
        concepts[home] = replace(concepts[home], pitfalls=own)
    return replace(outline, concepts=tuple(concepts))


def _homes(texts: Sequence[str], concepts: Sequence[Concept]) -> Iterator[int | None]:
    """Yield the concept that each text fits best, or None: they share no word that tells anything.

    A word tells something where it stands in a title, or few concepts hold it.
    """
    if not texts:
        return
    held = [_text_of(concept).lower() for concept in concepts]
    titles = [roots(concept.title) for concept in concepts]
    words = [_content_stems(text) for text in held]
    named = [_content_stems(concept.title) for concept in concepts]
    spread = Counter(chain.from_iterable(words))
    spread_max = max(_SPREAD_MIN, len(concepts) * _SPREAD_SHARE)
    for text in texts:
        wanted, lower = roots(text), text.lower()
        said = _content_stems(lower)
        telling = {word for word in said if spread[word] <= spread_max}
        shares = {
            at: coverage(wanted, held[at]) + coverage(titles[at], lower)
            for at in range(len(concepts))
            if not (telling.isdisjoint(words[at]) and said.isdisjoint(named[at]))
        }
        yield max(shares, key=lambda at: (shares[at], -at), default=None)


def _content_stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(text) if word.lower() not in FILLER_WORDS)


def _text_of(concept: Concept) -> str:
    passages = (*concept.prose, *concept.objectives, *concept.pitfalls)
    return "\n".join((concept.title, *concept.aliases, *(p.text for p in passages)))
