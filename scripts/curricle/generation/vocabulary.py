"""How much two concepts share of their vocabulary, and whose words are the more basic ones.

Term weights are the usual logarithmic tf-idf with the title counted in. Words that stand in more
than a share of the concepts are left out of the sparse products: they tell little, and leaving
them out keeps the cost close to linear.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from curricle.curriculum.coverage import FILLER_WORDS
from curricle.curriculum.titles import words_of
from curricle.generation.names import stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.generation.reading import Reading

_TITLE_WEIGHT: Final = 1.5
_SHARE_MAX: Final = 0.5
_SPREAD_MAX: Final = 64
"""Concepts that a word may stand in to count for likeness, however many there are."""
_COVERED_MIN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a document's concepts."""

    likeness: tuple[Mapping[int, float], ...]
    """Concept to others that share words with it, 0 to 1."""
    coverage: tuple[Mapping[int, float], ...]
    """Concept to others whose title words its text holds: which share of them, by weight."""
    rarity: tuple[float, ...]
    """Mean rarity of a concept's words: the higher, the more special."""
    commonness: tuple[float, ...]
    """How widely the rarest word of a concept's title is used, logarithmic."""
    weights: tuple[Mapping[str, float], ...]
    """Concept to the stems of its words, weighed."""
    spelling: Mapping[str, str]
    """Stem to the first word that has it."""

    def shared_words(self, one: int, other: int, count: int) -> tuple[str, ...]:
        """Return the words that make two concepts alike, the weightiest first."""
        mine, theirs = self.weights[one], self.weights[other]
        common = sorted(mine.keys() & theirs.keys(), key=lambda w: (-mine[w] * theirs[w], w))
        return tuple(self.spelling[word] for word in common[:count])


def vocabulary_of(titles: Sequence[str], readings: Sequence[Reading]) -> Vocabulary:
    """Return the vocabulary of concepts, given their titles and texts."""
    title_stems = [tuple(dict.fromkeys(_content_stems(words_of(title)))) for title in titles]
    counts = [Counter(_content_stems([w.text for w in reading.words])) for reading in readings]
    spread = Counter(
        word
        for own, count in zip(title_stems, counts, strict=True)
        for word in count.keys() | set(own)
    )
    rarity = {word: math.log((len(titles) + 1) / number) for word, number in spread.items()}
    weights = [_weights(own, count, rarity) for own, count in zip(title_stems, counts, strict=True)]
    mean_rarity = sum(rarity.values()) / max(1, len(rarity))
    spelling: dict[str, str] = {}
    for text in chain(
        (word for title in titles for word in words_of(title)),
        (word.text for reading in readings for word in reading.words),
    ):
        spelling.setdefault(stem(text), text.lower())
    return Vocabulary(
        likeness=_likeness(weights, spread),
        coverage=_coverage(title_stems, counts, rarity),
        rarity=tuple(
            sum(rarity[word] for word in count) / len(count) if count else mean_rarity
            for count in counts
        ),
        commonness=tuple(
            min((math.log1p(spread[word]) for word in own), default=0.0) for own in title_stems
        ),
        weights=tuple(weights),
        spelling=spelling,
    )


def _content_stems(words: Sequence[str]) -> list[str]:
    return [stem(word) for word in words if len(word) > 1 and word.lower() not in FILLER_WORDS]


def _weights(
    own: Sequence[str], count: Counter[str], rarity: Mapping[str, float]
) -> dict[str, float]:
    weights = {word: (1 + math.log(n)) * rarity[word] for word, n in count.items()}
    for word in own:
        weights[word] = weights.get(word, 0.0) + _TITLE_WEIGHT * rarity[word]
    return weights


def _likeness(
    weights: Sequence[Mapping[str, float]], spread: Mapping[str, int]
) -> tuple[dict[int, float], ...]:
    limit = max(2, min(_SPREAD_MAX, int(len(weights) * _SHARE_MAX)))
    lengths = [math.sqrt(sum(w * w for w in own.values())) or 1.0 for own in weights]
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, own in enumerate(weights):
        for word, weight in own.items():
            if 1 < spread[word] <= limit:
                postings[word].append((at, weight / lengths[at]))
    likeness: list[dict[int, float]] = [{} for _ in weights]
    for holders in postings.values():
        for place, (one, weight) in enumerate(holders):
            for other, other_weight in holders[place + 1 :]:
                product = weight * other_weight
                likeness[one][other] = likeness[one].get(other, 0.0) + product
                likeness[other][one] = likeness[other].get(one, 0.0) + product
    return tuple(likeness)


def _coverage(
    title_stems: Sequence[Sequence[str]],
    counts: Sequence[Counter[str]],
    rarity: Mapping[str, float],
) -> tuple[dict[int, float], ...]:
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for at, count in enumerate(counts):
        for word in count:
            holders[word].append(at)
    coverage: list[dict[int, float]] = [{} for _ in counts]
    for concept, own in enumerate(title_stems):
        total = sum(rarity[word] for word in own)
        shares: defaultdict[int, float] = defaultdict(float)
        for word in own:
            for at in holders[word]:
                shares[at] += rarity[word] / total if total else 0.0
        for at, share in shares.items():
            if share > _COVERED_MIN and at != concept:
                coverage[at][concept] = min(1.0, share)
    return tuple(coverage)
