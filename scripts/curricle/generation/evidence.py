"""What the text shows of concepts before any edge is drawn: names, mentions, words, order."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from curricle.curriculum.titles import title_key
from curricle.generation.mentions import Mention, find_mentions
from curricle.generation.names import Names, names_of
from curricle.generation.precedence import (
    Precedence,
    precedence_of,
    rank_of,
)
from curricle.generation.reading import Reading, read_concept
from curricle.generation.vocabulary import Vocabulary, vocabulary_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from curricle.generation.outline import Concept

_TITLE_STRENGTH: Final = 1.5
_UNWRITTEN_SHARE: Final = 0.5
_DENSITY_EXPONENT: Final = 0.3
_DENSITY_WORDS: Final = 35
_CHANCE_DEVIATIONS: Final = 0.5
_EVEN: Final = 0.5
_ORDER_ODDS_MAX: Final = 2.0
_CLEAR_NET: Final = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What a document shows of its concepts; they are indexes."""

    names: Names
    mentions: tuple[Mapping[int, Mention], ...]
    vocabulary: Vocabulary
    precedence: Precedence
    previous: tuple[int | None, ...]
    """Concept to the one before it in the same part of the document."""
    groups: frozenset[int]
    """Headings without a text of their own: they take no part in anything but their parts."""
    in_titles: frozenset[tuple[int, int]]
    """Pairs of which the second one's title holds the first one's."""
    order_odds: float
    """How much document order tells: the logarithm of its odds to agree with the text, from 0."""


def gather_evidence(concepts: Sequence[Concept]) -> Evidence:
    """Return what the texts of concepts show of them and of each other."""
    titles = [concept.title for concept in concepts]
    groups = frozenset(
        concept.parent
        for concept in concepts
        if concept.parent is not None and not concepts[concept.parent].has_text
    )
    names = names_of(
        [
            () if at in groups else (concept.title, *concept.aliases)
            for at, concept in enumerate(concepts)
        ]
    )
    readings = [
        Reading((), -1) if concept.is_unwritten else read_concept(concept) for concept in concepts
    ]
    mentions = tuple(find_mentions(at, reading, names) for at, reading in enumerate(readings))
    in_titles = frozenset(_titles_within_titles(concepts))
    vocabulary = vocabulary_of(titles, readings)
    strength = _strengths(concepts, readings, mentions, in_titles)
    precedence = precedence_of(titles, strength, vocabulary)
    return Evidence(
        names=names,
        mentions=mentions,
        vocabulary=vocabulary,
        precedence=precedence,
        previous=tuple(_previous(concepts)),
        groups=groups,
        in_titles=in_titles,
        order_odds=_order_odds(precedence),
    )


def is_basis(concept: Concept) -> bool:
    """Tell whether a title is no more than "Basics" or the like."""
    return len(title_key(concept.title)) == 1 and rank_of(concept.title) < 0


def _previous(concepts: Sequence[Concept]) -> Iterator[int | None]:
    last: dict[int | None, int] = {}
    for at, concept in enumerate(concepts):
        yield last.get(concept.parent)
        last[concept.parent] = at


def _titles_within_titles(concepts: Sequence[Concept]) -> Iterator[tuple[int, int]]:
    keys = [frozenset(title_key(concept.title)) for concept in concepts]
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for at, key in enumerate(keys):
        for word in key:
            holders[word].add(at)
    for inner, key in enumerate(keys):
        if not key:
            continue
        for outer in set.intersection(*(holders[word] for word in key)):
            if key < keys[outer] and not concepts[outer].is_unwritten:
                yield inner, outer


def _strengths(
    concepts: Sequence[Concept],
    readings: Sequence[Reading],
    mentions: Sequence[Mapping[int, Mention]],
    in_titles: Iterable[tuple[int, int]],
) -> list[dict[int, float]]:
    """Return concept → what it mentions → how strongly, long texts counting a little less."""
    lengths = [len(reading.words) for reading in readings]
    usual = median([length for length in lengths if length] or [1]) + _DENSITY_WORDS
    strength: list[dict[int, float]] = []
    ahead: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for at, found in enumerate(mentions):
        density = ((lengths[at] + _DENSITY_WORDS) / usual) ** _DENSITY_EXPONENT
        strength.append({o: math.log1p(m.weight) / density for o, m in found.items()})
        for other, mention in found.items():
            if mention.ahead:
                ahead[other][at] = math.log1p(mention.ahead) / density
    for at, pointed in ahead.items():
        for other, weight in pointed.items():
            strength[at][other] = strength[at].get(other, 0.0) + weight
    for inner, outer in in_titles:
        strength[outer][inner] = strength[outer].get(inner, 0.0) + _TITLE_STRENGTH
    return [
        {
            other: weight * (_UNWRITTEN_SHARE if concepts[other].is_unwritten else 1.0)
            for other, weight in own.items()
        }
        for own in strength
    ]


def _order_odds(precedence: Precedence) -> float:
    agree = count = 0
    for after, mentioned in enumerate(precedence.strength):
        for before in mentioned:
            if precedence.net(before, after) > _CLEAR_NET:
                agree += before < after
                count += 1
    if not count:
        return 0.0
    share = (agree + 1) / (count + 2)
    # What chance alone could have brought about does not count.
    share -= _CHANCE_DEVIATIONS * math.sqrt(share * (1 - share) / count)
    return min(_ORDER_ODDS_MAX, math.log(share / (1 - share))) if share > _EVEN else 0.0
