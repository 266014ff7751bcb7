"""Infers edges that no sentence states, from mentions, likeness, order and signs of precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.generation.edges import PRECEDENCE_SCORE, Edge
from curricle.generation.evidence import Evidence, is_basis

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from curricle.generation.outline import Concept

PER_CONCEPT_MAX: Final = 4
"""Inferred prerequisites of a concept; stated ones come on top."""
SUPPORT_MIN: Final = 0.5
SUPPORT_SHARE_MIN: Final = 0.4
"""Of the strongest candidate's support: what is much weaker beside it is chance."""
_MENTION_SUPPORT: Final = 1.0
_LIKENESS_SUPPORT: Final = 4.0
_COVERAGE_SUPPORT: Final = 0.3
_PARENT_SUPPORT: Final = 0.6
_PARENT_PRECEDENCE: Final = 0.8
_NEIGHBOUR_SUPPORT: Final = 0.5
_NEIGHBOUR_SUPPORT_MAX: Final = 0.4
_LIKENESS_MIN: Final = 0.05
"""What is less alike is no candidate without a mention."""
_SHOWN_WORDS: Final = 3


def inferred_edges(
    concepts: Sequence[Concept], evidence: Evidence, stated: Collection[tuple[int, int]]
) -> Iterator[Edge]:
    """Yield for each concept the few edges that most speaks for, without those that are stated.

    They may close cycles.
    """
    for after, concept in enumerate(concepts):
        if concept.is_unwritten or after in evidence.groups or is_basis(concept):
            continue
        found = []
        for before in sorted(_candidates(after, concepts, evidence)):
            support = _support(before, after, concepts, evidence)
            if support >= SUPPORT_MIN:
                order = _precedence(before, after, concepts, evidence)
                if order > 0:
                    found.append((support, order, before))
        strongest = max((support for support, _, _ in found), default=0.0)
        least = strongest * SUPPORT_SHARE_MIN
        found = [f for f in found if f[0] >= least and (f[2], after) not in stated]
        for support, order, before in sorted(found, key=lambda f: (-f[0], f[2]))[:PER_CONCEPT_MAX]:
            reason, path, line = _reason(before, after, concepts, evidence)
            yield Edge(
                before=before,
                after=after,
                score=support + order * PRECEDENCE_SCORE,
                reason=reason,
                path=path,
                line=line,
            )


def _candidates(after: int, concepts: Sequence[Concept], evidence: Evidence) -> set[int]:
    candidates = set(evidence.precedence.strength[after])
    alike = evidence.vocabulary.likeness[after]
    candidates |= {other for other, likeness in alike.items() if likeness >= _LIKENESS_MIN}
    parent = concepts[after].parent
    candidates |= {at for at in (parent, evidence.previous[after]) if at is not None}
    return candidates - evidence.groups - {after}


def _precedence(before: int, after: int, concepts: Sequence[Concept], evidence: Evidence) -> float:
    order = evidence.precedence.of(before, after)
    if concepts[after].parent == before and concepts[before].has_text:
        order += _PARENT_PRECEDENCE
    if concepts[before].parent == after:
        order -= _PARENT_PRECEDENCE
    return order + (evidence.order_odds if before < after else -evidence.order_odds)


def _support(before: int, after: int, concepts: Sequence[Concept], evidence: Evidence) -> float:
    support = (
        _MENTION_SUPPORT * max(0.0, evidence.precedence.net(before, after))
        + _LIKENESS_SUPPORT * evidence.vocabulary.likeness[after].get(before, 0.0)
        + _COVERAGE_SUPPORT * evidence.vocabulary.coverage[after].get(before, 0.0)
    )
    if concepts[after].parent == before and concepts[before].has_text:
        support += _PARENT_SUPPORT
    if evidence.previous[after] == before:
        support += min(_NEIGHBOUR_SUPPORT_MAX, evidence.order_odds * _NEIGHBOUR_SUPPORT)
    return support


def _reason(
    before: int, after: int, concepts: Sequence[Concept], evidence: Evidence
) -> tuple[str, str, int]:
    """Return why one builds on the other, with the file and line that show it."""
    title, own = concepts[before].title, concepts[after]
    if told := _told(before, after, concepts, evidence):
        return told
    if own.parent == before:
        return f"it is explained as a part of {title}", own.path, own.line
    if evidence.previous[after] == before:
        why = "follows it in the document, whose order agrees with its text"
        return why, own.path, own.line
    words = evidence.vocabulary.shared_words(before, after, _SHOWN_WORDS)
    why = f"both speak of {', '.join(words)}, and {title} is the more basic"
    return why, own.path, own.line


def _told(
    before: int, after: int, concepts: Sequence[Concept], evidence: Evidence
) -> tuple[str, str, int] | None:
    """Return which words of either say that one builds on the other."""
    title, own = concepts[before].title, concepts[after]
    mention = evidence.mentions[after].get(before)
    if (before, after) in evidence.in_titles:
        return f"its title names {title}", own.path, own.line
    if mention and mention.weight:
        return f"its text speaks of {title}", own.path, mention.line
    ahead = evidence.mentions[before].get(after)
    if ahead and ahead.ahead:
        why = f"the text on {title} says that this comes after it"
        return why, concepts[before].path, ahead.line
    return None
