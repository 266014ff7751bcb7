"""Infers what builds on what, from what the text says, and keeps the reason and line of each edge.

Candidates come from explicit statements, mentions, titles within titles, shared vocabulary and the
document's structure; `precedence.py` tells their direction. For each concept the few strongest are
taken, the strongest of all first, and what would close a cycle is refused and told.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from curricle.curriculum.graph import graph_of, levels, redundant_edges, topological_order
from curricle.curriculum.titles import title_key
from curricle.generation.acyclic import AcyclicGraph
from curricle.generation.mentions import Mention, Sense, find_mentions
from curricle.generation.names import Names, names_of
from curricle.generation.precedence import (
    Precedence,
    place_in_series,
    precedence_of,
    rank_of,
)
from curricle.generation.reading import Reading, read_concept, read_passages
from curricle.generation.vocabulary import Vocabulary, vocabulary_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from curricle.generation.concepts import Concept


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A prerequisite with why it is one; concepts are indexes."""

    before: int
    after: int
    score: float
    reason: str
    path: str
    """The document inside the run that shows it, in `line`."""
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenCycle:
    """An edge that was left out because the others around a circle are stronger."""

    cycle: tuple[int, ...]
    edge: Edge


@dataclass(frozen=True, kw_only=True, slots=True)
class Prerequisites:
    """What builds on what: a DAG without edges that follow from others."""

    edges: tuple[Edge, ...]
    broken_cycles: tuple[BrokenCycle, ...] = ()
    dropped: tuple[Edge, ...] = ()
    """Weaker edges beyond the limit for a node."""


PER_CONCEPT_MAX: Final = 4
"""Inferred prerequisites of a concept; stated ones come on top."""
SUPPORT_MIN: Final = 0.5
SUPPORT_SHARE_MIN: Final = 0.4
"""Of the strongest candidate's support: what is much weaker beside it is chance."""

_MENTION_SUPPORT: Final = 1.0
_LIKENESS_SUPPORT: Final = 4.0
_COVERAGE_SUPPORT: Final = 0.3
_TITLE_STRENGTH: Final = 1.5
_UNWRITTEN_SHARE: Final = 0.5
_DENSITY_EXPONENT: Final = 0.3
_DENSITY_WORDS: Final = 35
_STATED_SCORE: Final = 20.0
_SERIES_SCORE: Final = 12.0
_BASIS_SCORE: Final = 10.0
_PART_SCORE: Final = 8.0
_PARENT_SUPPORT: Final = 0.6
_PARENT_PRECEDENCE: Final = 0.8
_CHANCE_DEVIATIONS: Final = 0.5
_EVEN: Final = 0.5
_ORDER_ODDS_MAX: Final = 2.0
_NEIGHBOUR_SUPPORT: Final = 0.5
_NEIGHBOUR_SUPPORT_MAX: Final = 0.4
_LIKENESS_MIN: Final = 0.05
"""What is less alike is no candidate without a mention."""
_PRECEDENCE_SCORE: Final = 0.1
_SHOWN_WORDS: Final = 3
_CLEAR_NET: Final = 0.3


def infer_prerequisites(concepts: Sequence[Concept], *, limit: int | None) -> Prerequisites:
    """Return what builds on what; no concept gets more than `limit` prerequisites where set."""
    evidence = _gather(concepts)
    edges = [*_stated(concepts, evidence), *_structural(concepts)]
    edges += _inferred(concepts, evidence)
    strongest: dict[tuple[int, int], Edge] = {}
    for edge in edges:
        pair = (edge.before, edge.after)
        if pair not in strongest or strongest[pair].score < edge.score:
            strongest[pair] = edge
    kept, broken = _without_cycles(len(concepts), strongest.values(), evidence.precedence)
    return _limited(_reduced(len(concepts), kept), broken, limit)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Evidence:
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


def _gather(concepts: Sequence[Concept]) -> _Evidence:
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
    return _Evidence(
        names=names,
        mentions=mentions,
        vocabulary=vocabulary,
        precedence=precedence,
        previous=tuple(_previous(concepts)),
        groups=groups,
        in_titles=in_titles,
        order_odds=_order_odds(precedence),
    )


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


def _stated(concepts: Sequence[Concept], evidence: _Evidence) -> Iterator[Edge]:
    """Yield what a list of prerequisites under a concept names."""
    for after, concept in enumerate(concepts):
        for passage in concept.requires:
            reading = read_passages([passage])
            for before, mention in find_mentions(after, reading, evidence.names).items():
                yield Edge(
                    before=before,
                    after=after,
                    score=_STATED_SCORE,
                    reason="the document lists it as a prerequisite",
                    path=concept.path,
                    line=mention.line,
                )


def _structural(concepts: Sequence[Concept]) -> Iterator[Edge]:
    """Yield what series, foundations and headings without a text of their own imply."""
    series = {place: at for at, c in enumerate(concepts) if (place := place_in_series(c.title))}
    for (name, number), after in series.items():
        if (name, number - 1) in series:
            before = series[name, number - 1]
            yield Edge(
                before=before,
                after=after,
                score=_SERIES_SCORE,
                reason=f"comes before it in the series {concepts[before].title}, "
                f"{concepts[after].title}",
                path=concepts[after].path,
                line=concepts[after].line,
            )
    for at, concept in enumerate(concepts):
        if _is_basis(concept):
            for after, other in enumerate(concepts):
                if after != at and other.parent == concept.parent and not other.is_unwritten:
                    yield Edge(
                        before=at,
                        after=after,
                        score=_BASIS_SCORE,
                        reason="its title says that it is the basis of the rest",
                        path=concept.path,
                        line=concept.line,
                    )
        if concept.parent is not None and not concepts[concept.parent].has_text:
            whole = concepts[concept.parent]
            yield Edge(
                before=at,
                after=concept.parent,
                score=_PART_SCORE,
                reason=f"is one of the parts that make up {whole.title}",
                path=concept.path,
                line=concept.line,
            )


def _is_basis(concept: Concept) -> bool:
    """Tell whether a title is no more than "Basics" or the like."""
    return len(title_key(concept.title)) == 1 and rank_of(concept.title) < 0


def _inferred(concepts: Sequence[Concept], evidence: _Evidence) -> Iterator[Edge]:
    for after, concept in enumerate(concepts):
        if concept.is_unwritten or after in evidence.groups or _is_basis(concept):
            continue
        found = []
        for before in sorted(_candidates(after, concepts, evidence)):
            support = _support(before, after, concepts, evidence)
            if support >= SUPPORT_MIN:
                order = _precedence(before, after, concepts, evidence)
                if order > 0:
                    found.append((support, order, before))
        strongest = max((support for support, _, _ in found), default=0.0)
        found = [f for f in found if f[0] >= strongest * SUPPORT_SHARE_MIN]
        for support, order, before in sorted(found, key=lambda f: (-f[0], f[2]))[:PER_CONCEPT_MAX]:
            reason, path, line = _reason(before, after, concepts, evidence)
            yield Edge(
                before=before,
                after=after,
                score=support + order * _PRECEDENCE_SCORE,
                reason=reason,
                path=path,
                line=line,
            )


def _candidates(after: int, concepts: Sequence[Concept], evidence: _Evidence) -> set[int]:
    candidates = set(evidence.precedence.strength[after])
    alike = evidence.vocabulary.likeness[after]
    candidates |= {other for other, likeness in alike.items() if likeness >= _LIKENESS_MIN}
    parent = concepts[after].parent
    candidates |= {at for at in (parent, evidence.previous[after]) if at is not None}
    return candidates - evidence.groups - {after}


def _precedence(before: int, after: int, concepts: Sequence[Concept], evidence: _Evidence) -> float:
    order = evidence.precedence.of(before, after)
    if concepts[after].parent == before and concepts[before].has_text:
        order += _PARENT_PRECEDENCE
    if concepts[before].parent == after:
        order -= _PARENT_PRECEDENCE
    return order + (evidence.order_odds if before < after else -evidence.order_odds)


def _support(before: int, after: int, concepts: Sequence[Concept], evidence: _Evidence) -> float:
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
    before: int, after: int, concepts: Sequence[Concept], evidence: _Evidence
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
    before: int, after: int, concepts: Sequence[Concept], evidence: _Evidence
) -> tuple[str, str, int] | None:
    """Return which words of either say that one builds on the other."""
    title, own = concepts[before].title, concepts[after]
    mention = evidence.mentions[after].get(before)
    if mention and mention.sense is Sense.STATED:
        return f"the text says that it builds on {title}", own.path, mention.line
    if (before, after) in evidence.in_titles:
        return f"its title names {title}", own.path, own.line
    if mention and mention.weight:
        return f"its text speaks of {title}", own.path, mention.line
    ahead = evidence.mentions[before].get(after)
    if ahead and ahead.ahead:
        why = f"the text on {title} says that this comes after it"
        return why, concepts[before].path, ahead.line
    return None


def _without_cycles(
    count: int, edges: Iterable[Edge], precedence: Precedence
) -> tuple[list[Edge], list[BrokenCycle]]:
    graph = AcyclicGraph(sorted(range(count), key=lambda at: (precedence.level[at], at)))
    kept, broken = [], []
    for edge in sorted(edges, key=lambda e: (-e.score, e.after, e.before)):
        way = graph.add(edge.before, edge.after)
        if way:
            broken.append(BrokenCycle(cycle=way, edge=edge))
        else:
            kept.append(edge)
    return kept, broken


def _reduced(count: int, edges: Sequence[Edge]) -> list[Edge]:
    needs: list[list[str]] = [[] for _ in range(count)]
    for edge in edges:
        needs[edge.after].append(str(edge.before))
    graph = graph_of([str(at) for at in range(count)], needs)
    order = topological_order(graph)
    redundant = set(redundant_edges(graph, order, levels(graph, order)))
    return [edge for edge in edges if (edge.before, edge.after) not in redundant]


def _limited(
    edges: Sequence[Edge], broken: Sequence[BrokenCycle], limit: int | None
) -> Prerequisites:
    kept, dropped = [], []
    taken: defaultdict[int, int] = defaultdict(int)
    for edge in sorted(edges, key=lambda e: (-e.score, e.after, e.before)):
        if limit is not None and taken[edge.after] >= limit:
            dropped.append(edge)
            continue
        taken[edge.after] += 1
        kept.append(edge)
    return Prerequisites(
        edges=tuple(sorted(kept, key=lambda e: (e.after, e.before))),
        broken_cycles=tuple(broken),
        dropped=tuple(dropped),
    )
