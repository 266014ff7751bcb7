"""Which of two related concepts comes first.

Five signs, each small and none decisive, weighed by how well each told the order in graphs that
people made of other subjects (`docs/prerequisites.md`): who mentions whom, whose title words the
other's text holds, the levels that such holdings add up to over the whole document, how special the
two vocabularies are, and words such as "introduction" or "advanced" in the titles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.generation.vocabulary import Vocabulary

MENTION_WEIGHT: Final = 1.7
COVERAGE_WEIGHT: Final = 0.6
LEVEL_WEIGHT: Final = 0.7
COMMONNESS_WEIGHT: Final = 0.3
RARITY_WEIGHT: Final = 1.2
RANK_WEIGHT: Final = 2.5
SIGN_MAX: Final = 1.5
"""No single sign counts for more than this before it is weighed."""

_SWEEPS_MAX: Final = 40
_SETTLED: Final = 0.01
_PULL: Final = 0.1
"""Pulls the level of a concept that little is said of towards the middle."""
_BASIC: Final = re.compile(
    r"\b(?:introduct\w+|intro|basics?|elementary|fundamentals?|foundations?|beginner\w*"
    r"|principles|essentials?|getting started|first steps)\b",
    re.IGNORECASE,
)
_ADVANCED: Final = re.compile(
    r"\b(?:advanced|further|topics in|seminar|special topics|applied|expert|in depth|deep dive)\b",
    re.IGNORECASE,
)
_SERIES: Final = re.compile(r"^(.*?)[\s-]+(\d{1,2}|[ivx]{1,4})$", re.IGNORECASE)
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8}


@dataclass(frozen=True, slots=True)
class Precedence:
    """What tells the order of concepts."""

    strength: tuple[Mapping[int, float], ...]
    """Concept to what it mentions: how strong the mention is."""
    vocabulary: Vocabulary
    level: tuple[float, ...]
    rank: tuple[int, ...]

    def of(self, one: int, other: int) -> float:
        """Return how much speaks for `one` before `other`; negative for the other way round."""
        vocabulary = self.vocabulary
        held = vocabulary.coverage[other].get(one, 0.0) - vocabulary.coverage[one].get(other, 0.0)
        return (
            MENTION_WEIGHT * _within(self.net(one, other))
            + COVERAGE_WEIGHT * _within(held)
            + LEVEL_WEIGHT * _within(self.level[other] - self.level[one])
            + COMMONNESS_WEIGHT * _within(vocabulary.commonness[one] - vocabulary.commonness[other])
            + RARITY_WEIGHT * _within(vocabulary.rarity[other] - vocabulary.rarity[one])
            + RANK_WEIGHT * _within(self.rank[other] - self.rank[one])
        )

    def net(self, one: int, other: int) -> float:
        """Return by how much `other` mentions `one` more than `one` mentions `other`."""
        return self.strength[other].get(one, 0.0) - self.strength[one].get(other, 0.0)


def precedence_of(
    titles: Sequence[str], strength: Sequence[Mapping[int, float]], vocabulary: Vocabulary
) -> Precedence:
    """Return what tells the order of concepts, given how strongly each mentions the others."""
    return Precedence(
        strength=tuple(strength),
        vocabulary=vocabulary,
        level=tuple(_levels(vocabulary.coverage)),
        rank=tuple(map(rank_of, titles)),
    )


def rank_of(title: str) -> int:
    """Return -1 for a title that calls itself basic, 1 for one that calls itself advanced."""
    return bool(_ADVANCED.search(title)) - bool(_BASIC.search(title))


def place_in_series(title: str) -> tuple[str, int] | None:
    """Return what "Calculus II" is the second of, and 2; None for a title without a number."""
    found = _SERIES.match(title.strip())
    if not found:
        return None
    number = found[2].lower()
    value = int(number) if number.isdecimal() else _ROMAN.get(number)
    return (found[1].strip().lower(), value) if value else None


def _within(sign: float) -> float:
    return max(-SIGN_MAX, min(SIGN_MAX, sign))


def _levels(coverage: Sequence[Mapping[int, float]]) -> list[float]:
    """Return heights such that what a text holds the title of lies about one below it.

    Least squares over all such pairs, solved by Gauss-Seidel sweeps in index order: the trophic
    levels of MacKay, Johnson and Sansom, "How directed is a directed network?" (2020).
    """
    pulls: list[list[tuple[int, float, float]]] = [[] for _ in coverage]
    for above, held in enumerate(coverage):
        for below, share in held.items():
            net = share - coverage[below].get(above, 0.0)
            if net > 0:
                pulls[above].append((below, net, net))
                pulls[below].append((above, net, -net))
    totals = [sum(weight for _, weight, _ in own) + _PULL for own in pulls]
    steps = [sum(step for _, _, step in own) for own in pulls]
    level = [0.0] * len(coverage)
    for _ in range(_SWEEPS_MAX):
        moved = 0.0
        for at, own in enumerate(pulls):
            pulled = steps[at]
            for other, weight, _ in own:
                pulled += weight * level[other]
            pulled /= totals[at]
            moved = max(moved, abs(pulled - level[at]))
            level[at] = pulled
        if moved < _SETTLED:
            break
    return level
