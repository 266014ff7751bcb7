"""Writes the curriculum from concepts and their prerequisites: nodes and open questions.

Every text is the document's own, or says no more than the document supports; what it cannot
support becomes an open question. What a learner can do is `outcomes.py`, what to read
`references.py`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.curriculum.placeholders import find_placeholder
from curricle.curriculum.topic_spec import DomainMode, EvidenceMode
from curricle.curriculum.values import (
    Curriculum,
    Node,
    OpenQuestion,
    PrerequisiteEvidence,
    Resource,
    Source,
)
from curricle.generation.effort import minutes_for
from curricle.generation.outcomes import capability_of, listed, mastery_check_of
from curricle.generation.references import references_of
from curricle.generation.wording import core_ideas, pitfalls
from curricle.layout import SCOPE
from curricle.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.generation.edges import Edge
    from curricle.generation.outline import Concept, LeftOut

_SLUG_LENGTH_MAX: Final = 60
_FEW_WORDS: Final = 30
_MANY_WORDS: Final = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Additions:
    """What the spec and further documents add to a concept."""

    misconceptions: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    background: tuple[Resource, ...] = ()
    """Places in `inputs/context/` that speak of it."""


def compose_curriculum(
    concepts: Sequence[Concept],
    edges: Sequence[Edge],
    additions: Sequence[Additions],
    *,
    topic: str,
    spec: TopicSpec,
    questions: Iterable[OpenQuestion],
) -> Curriculum:
    """Return the curriculum; nodes stand in the order of the concepts."""
    ids = node_ids([concept.title for concept in concepts])
    needs: list[list[Edge]] = [[] for _ in concepts]
    for edge in edges:
        needs[edge.after].append(edge)
    parts: list[list[str]] = [[] for _ in concepts]
    for concept in concepts:
        if concept.parent is not None and not concepts[concept.parent].has_text:
            parts[concept.parent].append(concept.title)
    nodes = tuple(
        _node(
            concept,
            own,
            node_id=ids[at],
            needed=[(ids[edge.before], concepts[edge.before], edge) for edge in needs[at]],
            parts=parts[at],
            spec=spec,
        )
        for at, (concept, own) in enumerate(zip(concepts, additions, strict=True))
    )
    return Curriculum(
        topic=printable(topic),
        nodes=nodes,
        open_questions=(*_unanswered(concepts, ids), *questions, *strict_questions(nodes, spec)),
    )


def node_ids(titles: Sequence[str]) -> list[str]:
    """Return a short id for each title, all different."""
    ids: list[str] = []
    taken: set[str] = set()
    for at, title in enumerate(titles):
        plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
        words = plain.lower().replace("++", "-plus-plus").replace("#", "-sharp")
        slug = re.sub(r"[^a-z0-9]+", "-", words)[:_SLUG_LENGTH_MAX].strip("-")
        slug = slug or f"concept-{at + 1}"
        node_id, number = slug, 2
        while node_id in taken:
            node_id, number = f"{slug}-{number}", number + 1
        taken.add(node_id)
        ids.append(node_id)
    return ids


def _node(
    concept: Concept,
    additions: Additions,
    *,
    node_id: str,
    needed: Sequence[tuple[str, Concept, Edge]],
    parts: Sequence[str],
    spec: TopicSpec,
) -> Node:
    depth = spec.constraints.depth
    written = (p.text for p in concept.objectives if find_placeholder(p.text) is None)
    objectives = [*written, *additions.outcomes]
    ideas = [f"Made up of {listed(parts)}"] if parts else core_ideas(concept)
    if aliases := [
        title
        for title in concept.aliases
        if title != concept.title and find_placeholder(title) is None
    ]:
        ideas.append(f"Also covers: {', '.join(dict.fromkeys(aliases))}")
    return Node(
        id=node_id,
        title=concept.title,
        capability=capability_of(concept, objectives, ideas, parts, depth),
        prerequisites=tuple(before_id for before_id, _, _ in needed),
        core_ideas=tuple(ideas),
        pitfalls=(*pitfalls(concept), *additions.misconceptions),
        mastery_check=mastery_check_of(
            concept, objectives, [c.title for _, c, _ in needed], parts, depth
        ),
        estimate_minutes=minutes_for(concept, depth),
        resources=(
            *references_of(concept, spec.context_pack.preferred_resource_kinds),
            *additions.background,
        ),
        confidence=_confidence(concept, spec),
        sources=tuple(
            Source(path=concept.path, first_line=first, last_line=last)
            for first, last in ((concept.line, concept.last_line), *concept.other_lines)
        ),
        prerequisite_evidence=tuple(
            PrerequisiteEvidence(id=before_id, reason=edge.reason, path=edge.path, line=edge.line)
            for before_id, _, edge in needed
        ),
    )


def _confidence(concept: Concept, spec: TopicSpec) -> float:
    """Return how well the text supports the node: nothing but a name, a few words, a section."""
    words = sum(len(passage.text.split()) for passage in concept.prose)
    confidence = 0.2 if not concept.has_text or concept.is_unwritten else 0.5
    if not concept.is_unwritten:
        confidence += 0.2 * (words >= _FEW_WORDS) + 0.1 * (words >= _MANY_WORDS)
        confidence += 0.1 * bool(concept.objectives or concept.exercises)
    if spec.domain_mode is DomainMode.FRONTIER:
        confidence -= 0.1
    return round(confidence, 2)


def _unanswered(concepts: Sequence[Concept], ids: Sequence[str]) -> Iterator[OpenQuestion]:
    has_parts = {concept.parent for concept in concepts}
    for at, concept in enumerate(concepts):
        where = f"{concept.path}, line {concept.line}"
        if concept.is_unwritten:
            question = (
                f"The text on “{concept.title}” ({where}) is still to be written:"
                " what belongs in it?"
            )
        elif not concept.has_text and at not in has_parts:
            question = (
                f"The document names “{concept.title}” ({where}) and says no more of it:"
                " what should a learner be able to do with it, and what does it build on?"
            )
        else:
            continue
        yield OpenQuestion(question=question, related_nodes=(ids[at],))


def strict_questions(nodes: Sequence[Node], spec: TopicSpec) -> Iterator[OpenQuestion]:
    """Yield what the evidence mode `strict` leaves open in any curriculum."""
    if spec.evidence_mode is EvidenceMode.STRICT:
        yield OpenQuestion(
            question=f"The pass criteria of {len(nodes)} nodes follow from one document's own"
            " words: which independent source confirms them?"
        )


def questions_about(unwritten: Iterable[LeftOut]) -> Iterator[OpenQuestion]:
    """Yield a question for each part of the document that says it is still to be written."""
    for part in unwritten:
        yield OpenQuestion(
            question=f"“{part.title}” ({SCOPE}, line {part.line}) is announced and not written:"
            " does it belong in the curriculum?"
        )
