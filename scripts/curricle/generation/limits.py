"""Honours the spec's limits: how many nodes, how many hours.

Tells what it merged or left for later. Merging happens before edges are inferred, so that a merged
concept takes part as one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from curricle.curriculum.titles import title_key
from curricle.curriculum.values import OpenQuestion
from curricle.generation.merging import join
from curricle.generation.outline import Concept, LeftOut, Merged
from curricle.generation.wording import key_terms
from curricle.printable import amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from curricle.curriculum.topic_spec import Constraints
    from curricle.curriculum.values import Curriculum, Node

MINUTES_STEP: Final = 5
SCALE_MIN: Final = 0.5
"""Estimates are never pressed below this share; then something is left for later instead."""
SCALE_MAX: Final = 2.0


def titles_in_focus(titles: Iterable[str], terms: Iterable[str]) -> frozenset[str]:
    """Return the titles that hold all words of one of the spec's focus terms."""
    wanted = [set(key) for term in terms if (key := title_key(term))]
    if not wanted:
        return frozenset()
    return frozenset(t for t in titles if any(key <= set(title_key(t)) for key in wanted))


def fit_count(
    concepts: Sequence[Concept], limits: Constraints, focus: Collection[str] = ()
) -> tuple[tuple[Concept, ...], tuple[Merged, ...]]:
    """Return concepts within the limits on their number, as far as the text allows.

    What is titled as in `focus` is merged last.
    """
    merged: list[Merged] = []
    kept = list(concepts)
    if limits.node_count_max is not None:
        while len(kept) > limits.node_count_max:
            kept, one = _merge_smallest(kept, focus)
            merged.append(one)
    if limits.node_count_min is not None:
        kept += _split_terms(kept, limits.node_count_min - len(kept))
    return tuple(kept), tuple(merged)


def fit_hours(
    curriculum: Curriculum, limits: Constraints, focus: Collection[str] = ()
) -> tuple[Curriculum, tuple[LeftOut, ...]]:
    """Return the curriculum within the limits on its hours, as far as estimates may bend.

    What is titled as in `focus` is left for later last.
    """
    low, high = limits.total_hours_min * 60, limits.total_hours_max * 60
    nodes = list(curriculum.nodes)
    left: list[LeftOut] = []
    while len(nodes) > 1 and _total(nodes) * SCALE_MIN > high:
        node = _least_needed(nodes, focus)
        nodes.remove(node)
        line = node.sources[0].first_line if node.sources else None
        why = f"the spec allows {amount(limits.total_hours_max)} hours"
        left.append(LeftOut(title=node.title, line=line, reason=why))
    minutes = bend_minutes([node.estimate_minutes for node in nodes], low, high)
    fitted = [replace(n, estimate_minutes=m) for n, m in zip(nodes, minutes, strict=True)]
    return replace(curriculum, nodes=tuple(fitted)), tuple(left)


def forget(curriculum: Curriculum, optional: Sequence[LeftOut]) -> Curriculum:
    """Return the curriculum with its questions rid of what was left for later, and a new one."""
    if not optional:
        return curriculum
    ids = {node.id for node in curriculum.nodes}
    questions = [
        replace(q, related_nodes=tuple(n for n in q.related_nodes if n in ids))
        for q in curriculum.open_questions
        if not q.related_nodes or set(q.related_nodes) & ids
    ]
    names = ", ".join(part.title for part in optional)
    questions.append(
        OpenQuestion(
            question=f"Left for later for want of hours: {names}. Is that the right choice?"
        )
    )
    return replace(curriculum, open_questions=tuple(questions))


def bend_minutes(minutes: Sequence[float], low: float, high: float) -> list[float]:
    """Return estimates whose sum is within `low` and `high`, as far as they may bend.

    Scaled alike and rounded to five minutes; the largest take up what rounding leaves.
    """
    total = sum(minutes)
    if low <= total <= high:
        return list(minutes)
    factor = max(SCALE_MIN, high / total) if total > high else min(SCALE_MAX, low / total)
    bent: list[float] = [
        max(MINUTES_STEP, round(m * factor / MINUTES_STEP) * MINUTES_STEP) for m in minutes
    ]
    for at in sorted(range(len(bent)), key=lambda at: (-bent[at], at)):
        if sum(bent) > high and bent[at] > MINUTES_STEP:
            bent[at] -= MINUTES_STEP
        elif sum(bent) < low and sum(bent) + MINUTES_STEP <= high and factor < SCALE_MAX:
            bent[at] += MINUTES_STEP
    return bent


def _merge_smallest(
    concepts: list[Concept], focus: Collection[str]
) -> tuple[list[Concept], Merged]:
    """Join the leaf with the least text to what it is part of, or to its neighbour."""
    parents = {concept.parent for concept in concepts}
    leaves = [at for at in range(len(concepts)) if at not in parents]

    def worth(leaf: int) -> tuple[bool, bool, int, int]:
        concept = concepts[leaf]
        return concept.title in focus, concept.parent is None, _size(concept), -leaf

    at = min(leaves, key=worth)
    home = concepts[at].parent
    if home is None:
        home = at - 1 if at else 1
    small, target = concepts[at], concepts[home]
    one = Merged(
        title=small.title,
        line=small.line,
        into=target.title,
        reason="to stay within constraints.node_count_max",
    )
    kept = list(concepts)
    kept[home] = join(target, small)
    del kept[at]
    return [_reparented(concept, at) for concept in kept], one


def _reparented(concept: Concept, removed: int) -> Concept:
    if concept.parent is None or concept.parent < removed:
        return concept
    return replace(concept, parent=concept.parent - 1)


def _split_terms(concepts: Sequence[Concept], missing: int) -> list[Concept]:
    """Make concepts of terms that the texts set off, those with most text first."""
    taken = {concept.title.lower() for concept in concepts}
    found: list[Concept] = []
    for parent in sorted(range(len(concepts)), key=lambda at: (-_size(concepts[at]), at)):
        for term in key_terms(concepts[parent]):
            title = term.strip("`")
            passage = next((p for p in concepts[parent].prose if title in p.text), None)
            if len(found) >= missing or passage is None or title.lower() in taken:
                continue
            taken.add(title.lower())
            found.append(
                Concept(
                    title=title,
                    line=passage.line,
                    last_line=passage.last_line,
                    parent=parent,
                    path=concepts[parent].path,
                    prose=(passage,),
                )
            )
    return found


def _size(concept: Concept) -> int:
    passages = (*concept.prose, *concept.objectives, *concept.pitfalls)
    return sum(len(passage.text) for passage in passages)


def _total(nodes: Sequence[Node]) -> float:
    return sum(node.estimate_minutes for node in nodes)


def _least_needed(nodes: Sequence[Node], focus: Collection[str]) -> Node:
    needed = {before for node in nodes for before in node.prerequisites}
    leaves = [node for node in nodes if node.id not in needed]

    def worth(node: Node) -> tuple[bool, float, float]:
        return node.title in focus, node.confidence or 0, node.estimate_minutes

    return min(reversed(leaves), key=worth)
