"""Finds what the document says outright to build on what: in prerequisite lists, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.generation.edges import PRECEDENCE_SCORE, Edge
from curricle.generation.mentions import Sense, find_mentions
from curricle.generation.reading import read_passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.generation.evidence import Evidence
    from curricle.generation.outline import Concept

_LISTED_SCORE: Final = 20.0
_SAID_SCORE: Final = 15.0
"""Above all that is not stated; a sentence is easier to misread than a list."""


def stated_edges(concepts: Sequence[Concept], evidence: Evidence) -> Iterator[Edge]:
    """Yield every edge the document states, however many a concept has; they may close cycles."""
    yield from _listed(concepts, evidence)
    for at, found in enumerate(evidence.mentions):
        for other, mention in found.items():
            if mention.sense is Sense.STATED:
                before, after = other, at
                reason = f"the text says that it builds on {concepts[other].title}"
            elif mention.sense is Sense.BASIS:
                before, after = at, other
                reason = f"the text on {concepts[at].title} says that this comes after it"
            else:
                continue
            yield Edge(
                before=before,
                after=after,
                score=_SAID_SCORE + PRECEDENCE_SCORE * evidence.precedence.of(before, after),
                reason=reason,
                path=concepts[at].path,
                line=mention.line,
            )


def _listed(concepts: Sequence[Concept], evidence: Evidence) -> Iterator[Edge]:
    for after, concept in enumerate(concepts):
        for passage in concept.requires:
            reading = read_passages([passage])
            for before, mention in find_mentions(after, reading, evidence.names).items():
                yield Edge(
                    before=before,
                    after=after,
                    score=_LISTED_SCORE,
                    reason="the document lists it as a prerequisite",
                    path=concept.path,
                    line=mention.line,
                )
