"""Makes one list of the concepts of all answers: each once, in scope, named, within the limit.

As the internal compiler does with a document's own concepts; all that goes is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from curricle.curriculum.titles import title_key
from curricle.generation.exclusion import flaw_of
from curricle.generation.limits import titles_in_focus
from curricle.generation.outline import LeftOut, Merged

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from curricle.authoring.ideas import Idea
    from curricle.curriculum.topic_spec import TopicSpec

_MINUTES_MAX: Final = 1_000_000
"""The longest estimate that `curriculum.schema.json` allows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Consolidated:
    """Concepts, and what became of the others."""

    ideas: tuple[Idea, ...]
    place: tuple[int | None, ...]
    """Index of a concept as answered → index in `ideas`; None for what went."""
    merged: tuple[Merged, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def consolidate(
    answered: Sequence[Idea], spec: TopicSpec, scope_out: Collection[str]
) -> Consolidated:
    """Return the concepts that a curriculum is made of.

    `scope_out` is what the scope document itself excludes.
    """
    outside = {title_key(item) for item in (*spec.scope_out, *scope_out)} - {()}
    held: dict[int, Idea] = {}
    home: list[int | None] = []
    by_key: dict[tuple[str, ...], int] = {}
    merged: list[Merged] = []
    left_out: list[LeftOut] = []
    for at, idea in enumerate(answered):
        key = title_key(idea.title)
        reason = flaw_of(idea.title) or ("is out of scope" if key in outside else "")
        if reason:
            home.append(None)
            line = idea.sources[0].first_line
            left_out.append(LeftOut(title=idea.title or "(no title)", line=line, reason=reason))
        elif (known := by_key.setdefault(key, at)) == at:
            home.append(at)
            held[at] = idea
        else:
            home.append(known)
            merged.append(_merged(idea, held[known], "names the same concept"))
            held[known] = join(held[known], idea)
    joined: dict[int, int] = {}
    for small, target in _too_many(held, spec):
        why = "to stay within constraints.node_count_max"
        merged.append(_merged(held[small], held[target], why))
        held[target] = join(held[target], held.pop(small))
        joined[small] = target
    places = {at: place for place, at in enumerate(held)}
    return Consolidated(
        ideas=tuple(held.values()),
        place=tuple(None if at is None else places[_end(joined, at)] for at in home),
        merged=tuple(merged),
        left_out=tuple(left_out),
    )


def join(target: Idea, idea: Idea) -> Idea:
    """Return `target` with what is said of `idea` added."""
    aliases = (*target.aliases, *(t for t in (idea.title, *idea.aliases) if t != target.title))
    return replace(
        target,
        core_ideas=tuple(dict.fromkeys((*target.core_ideas, *idea.core_ideas))),
        pitfalls=tuple(dict.fromkeys((*target.pitfalls, *idea.pitfalls))),
        minutes=min(target.minutes + idea.minutes, _MINUTES_MAX),
        confidence=min(target.confidence, idea.confidence),
        sources=(*target.sources, *(s for s in idea.sources if s not in target.sources)),
        links=tuple(dict.fromkeys((*target.links, *idea.links))),
        aliases=tuple(dict.fromkeys(aliases)),
    )


def _too_many(held: Mapping[int, Idea], spec: TopicSpec) -> list[tuple[int, int]]:
    """Return which concepts to join to which neighbour, the shortest first, those in focus last."""
    limit = spec.constraints.node_count_max
    if limit is None or len(held) <= limit:
        return []
    focus = titles_in_focus((i.title for i in held.values()), spec.context_pack.focus_terms)
    minutes = {at: idea.minutes for at, idea in held.items()}
    order = list(held)
    before = dict(zip(order[1:], order, strict=False))
    after = dict(pairwise(order))
    queue = [(held[at].title in focus, minutes[at], -at) for at in order]
    heapify(queue)
    pairs: list[tuple[int, int]] = []
    while len(minutes) > max(1, limit):
        _, size, place = heappop(queue)
        small = -place
        if minutes.get(small) != size:
            continue  # it was joined, or grew since
        target = before[small] if small in before else after[small]
        _unchain(small, before, after)
        minutes[target] += minutes.pop(small)
        heappush(queue, (held[target].title in focus, minutes[target], -target))
        pairs.append((small, target))
    return pairs


def _unchain(at: int, before: dict[int, int], after: dict[int, int]) -> None:
    """Take a place out of a chain of neighbours."""
    left, right = before.pop(at, None), after.pop(at, None)
    if left is not None:
        after.pop(left, None)
    if right is not None:
        before.pop(right, None)
    if left is not None and right is not None:
        after[left], before[right] = right, left


def _end(joined: Mapping[int, int], at: int) -> int:
    while at in joined:
        at = joined[at]
    return at


def _merged(idea: Idea, target: Idea, reason: str) -> Merged:
    return Merged(
        title=idea.title, line=idea.sources[0].first_line, into=target.title, reason=reason
    )
