"""What builds on what, as a model says it, as edges between concepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.answers import UnfitAnswerError, shown, text_of
from curricle.authoring.ideas import read_title
from curricle.authoring.shapes import CERTAINTIES
from curricle.curriculum.titles import title_key
from curricle.generation.edges import Edge

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from curricle.authoring.ideas import Idea
    from curricle.authoring.material import Shown

_SCORES: Final = {word: float(len(CERTAINTIES) - at) for at, word in enumerate(CERTAINTIES)}


def read_needs_by_title(
    answer: Mapping[str, Any], ideas: Sequence[Idea], material: Shown
) -> tuple[Edge, ...]:
    """Return the edges of an answer that names concepts by title.

    Its lines are of the later one's document.

    Raises:
        UnfitAnswerError: it names a concept that it does not have, or a line that was not shown.
    """
    by_title: dict[str, int] = {}
    by_key: dict[tuple[str, ...], int] = {}
    for at, idea in enumerate(ideas):
        by_title.setdefault(idea.title, at)
        by_key.setdefault(title_key(idea.title), at)

    def place(title: str) -> int:
        kept = read_title(title)
        at = by_title.get(kept, by_key.get(title_key(kept)))
        if at is None:
            raise UnfitAnswerError(f"needs names {shown(kept)}, which is none of its concepts")
        return at

    edges = []
    for entry in answer["needs"]:
        before, after, line = place(entry["before"]), place(entry["after"]), entry["line"]
        path = ideas[after].sources[0].path
        if line is not None and not material.holds(path, line, line):
            raise UnfitAnswerError(f"needs cites line {line} of {path}, which was not shown")
        edges.append(_edge(entry, before, after, ideas))
    return tuple(edges)


def read_needs_by_number(
    answer: Mapping[str, Any],
    ideas: Sequence[Idea],
    asked: Collection[int],
    listed: Collection[int],
    mention_lines: Mapping[int, Collection[int]],
) -> tuple[Edge, ...]:
    """Return the edges of an answer that names concepts by their numbers, from 1.

    `asked` are the indexes of those that may need others, `listed` of all that were shown;
    `mention_lines` maps an index to the lines at which its text speaks of others.

    Raises:
        UnfitAnswerError: it names a number or a line that was not shown.
    """
    edges = []
    for entry in answer["needs"]:
        before, after, line = int(entry["before"]) - 1, int(entry["after"]) - 1, entry["line"]
        if after not in asked or before not in listed:
            raise UnfitAnswerError(
                f"needs names concept {before + 1} before {after + 1}, which were not both listed"
            )
        source = ideas[after].sources[0]
        if line is not None and not (
            source.first_line <= line <= source.last_line or line in mention_lines.get(after, ())
        ):
            raise UnfitAnswerError(f"needs cites line {line}, which is none of concept {after + 1}")
        edges.append(_edge(entry, before, after, ideas))
    return tuple(edges)


def _edge(entry: Mapping[str, Any], before: int, after: int, ideas: Sequence[Idea]) -> Edge:
    source = ideas[after].sources[0]
    return Edge(
        before=before,
        after=after,
        score=_SCORES[entry["certainty"]],
        reason=text_of(entry["reason"], "the reason of a need"),
        path=source.path,
        line=source.first_line if entry["line"] is None else int(entry["line"]),
    )
