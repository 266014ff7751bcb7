"""Makes one list of the concepts of all answers: each once, in scope, named, within the limit.

As the internal compiler does with a document's own concepts; all that goes is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from curricle.curriculum.titles import title_key
from curricle.generation.exclusion import flaw_of
from curricle.generation.limits import titles_in_focus
from curricle.generation.outline import LeftOut, Merged

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from curricle.authoring.ideas import Idea
    from curricle.curriculum.topic_spec import TopicSpec


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
    for small, target in _too_many(held, spec):
        why = "to stay within constraints.node_count_max"
        merged.append(_merged(held[small], held[target], why))
        held[target] = join(held[target], held.pop(small))
        home = [target if at == small else at for at in home]
    places = {at: place for place, at in enumerate(held)}
    return Consolidated(
        ideas=tuple(held.values()),
        place=tuple(None if at is None else places[at] for at in home),
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
        minutes=target.minutes + idea.minutes,
        confidence=min(target.confidence, idea.confidence),
        sources=(*target.sources, *(s for s in idea.sources if s not in target.sources)),
        links=tuple(dict.fromkeys((*target.links, *idea.links))),
        aliases=tuple(dict.fromkeys(aliases)),
    )


def _too_many(held: dict[int, Idea], spec: TopicSpec) -> list[tuple[int, int]]:
    """Return which concepts to join to which neighbour, the shortest first, those in focus last."""
    limit = spec.constraints.node_count_max
    if limit is None or len(held) <= limit:
        return []
    focus = titles_in_focus((i.title for i in held.values()), spec.context_pack.focus_terms)
    minutes = {at: idea.minutes for at, idea in held.items()}
    order = list(held)
    pairs = []
    while len(order) > max(1, limit):
        small = min(order, key=lambda at: (held[at].title in focus, minutes[at], -at))
        place = order.index(small)
        target = order[place - 1] if place else order[1]
        minutes[target] += minutes.pop(small)
        order.remove(small)
        pairs.append((small, target))
    return pairs


def _merged(idea: Idea, target: Idea, reason: str) -> Merged:
    return Merged(
        title=idea.title, line=idea.sources[0].first_line, into=target.title, reason=reason
    )
