"""The edges between the concepts of many parts: asked with titles and mentions alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.asking import Inquiry
from curricle.authoring.needs import read_needs_by_number
from curricle.authoring.packing import packed
from curricle.authoring.prompts import marker_for, render_prompt
from curricle.authoring.question import Question
from curricle.authoring.shapes import NEEDS
from curricle.generation.mentions import find_mentions
from curricle.generation.names import names_of
from curricle.generation.reading import read_passages
from curricle.layout import SCOPE
from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from curricle.authoring.ideas import Idea
    from curricle.authoring.material import Material
    from curricle.generation.edges import Edge

_MENTIONS_MAX: Final = 8
"""The weightiest of a concept."""
_PASSAGES_MAX: Final = 400
_CAPABILITY_LENGTH_MAX: Final = 160
_HEADROOM: Final = 200
"""Characters of a prompt that its rows do not count."""


def needs_inquiries(
    ideas: Sequence[Idea], material: Material, limit: int | None, budget: int
) -> list[Inquiry[tuple[Edge, ...]]]:
    """Return the questions about what builds on what: one, or as many as it takes to fit."""
    if len(ideas) < 2:  # noqa: PLR2004 - nothing to connect
        return []
    mentions = find_candidates(ideas, material)
    rows = [_row(at, idea, mentions[at]) for at, idea in enumerate(ideas)]
    titles = [f"{at + 1}| {one_line(idea.title)}" for at, idea in enumerate(ideas)]
    room = max(budget - len(_prompt([], [], limit)) - _HEADROOM, budget // 4)

    def cost(at: int) -> int:
        return len(rows[at]) + 1 + sum(len(titles[other]) + 1 for other in mentions[at])

    is_one = sum(len(row) + 1 for row in rows) <= room
    groups = [list(range(len(ideas)))] if is_one else packed(range(len(ideas)), cost, room)
    inquiries = []
    for number, group in enumerate(groups, 1):
        own = frozenset(group)
        others = sorted({other for at in group for other in mentions[at]} - own)
        prompt = _prompt([rows[at] for at in group], [titles[at] for at in others], limit)
        name = "edges" if len(groups) == 1 else f"edges {number}"
        inquiries.append(
            Inquiry(
                question=Question(name=name, prompt=prompt, schema=NEEDS),
                read=_reader(ideas, own, own.union(others), mentions),
            )
        )
    return inquiries


def find_candidates(ideas: Sequence[Idea], material: Material) -> list[dict[int, int]]:
    """Return for each concept which others its cited text names, each with the line."""
    names = names_of([(idea.title, *idea.aliases) for idea in ideas])
    passages = sorted((p for s in material.sections for p in s.passages), key=lambda p: p.line)
    lines = [passage.line for passage in passages]
    candidates = []
    for at, idea in enumerate(ideas):
        own = [
            passage
            for source in idea.sources
            if source.path == SCOPE
            for passage in passages[
                bisect_left(lines, source.first_line) : bisect_right(lines, source.last_line)
            ]
        ]
        found = find_mentions(at, read_passages(own[:_PASSAGES_MAX]), names)
        ranked = sorted(found, key=lambda other: (-found[other].weight - found[other].ahead, other))
        candidates.append({other: found[other].line for other in sorted(ranked[:_MENTIONS_MAX])})
    return candidates


def _prompt(rows: Sequence[str], others: Sequence[str], limit: int | None) -> str:
    marker = marker_for([*rows, *others])
    return render_prompt("needs", marker=marker, rows=rows, others=others, limit=limit)


def _row(at: int, idea: Idea, mentions: Mapping[int, int]) -> str:
    row = f"{at + 1}| {one_line(idea.title)} | {one_line(idea.capability, _CAPABILITY_LENGTH_MAX)}"
    named = ", ".join(f"{other + 1} (line {line})" for other, line in mentions.items())
    return f"{row} | names {named}" if named else row


def _reader(
    ideas: Sequence[Idea],
    asked: frozenset[int],
    listed: frozenset[int],
    mentions: Sequence[Mapping[int, int]],
) -> Callable[[Mapping[str, Any]], tuple[Edge, ...]]:
    lines = {at: set(mentions[at].values()) for at in asked}

    def read(answer: Mapping[str, Any]) -> tuple[Edge, ...]:
        return read_needs_by_number(answer, ideas, asked, listed, lines)

    return read
