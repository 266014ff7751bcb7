"""Writes the curriculum's nodes from concepts and their prerequisites.

Every text is the document's own, or says no more than the document supports; what it cannot
support becomes an open question.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from curricle.curriculum.placeholders import find_placeholder
from curricle.curriculum.topic_spec import Depth, DomainMode, EvidenceMode
from curricle.curriculum.values import (
    Curriculum,
    MasteryCheck,
    Node,
    OpenQuestion,
    PrerequisiteEvidence,
    Resource,
    Source,
)
from curricle.curriculum.verbs import leading_verb, starts_unobservable
from curricle.generation.effort import minutes_for
from curricle.generation.wording import checks, core_ideas, key_terms, pitfalls
from curricle.layout import SCOPE
from curricle.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.generation.document import Link
    from curricle.generation.edges import Edge
    from curricle.generation.outline import Concept, LeftOut

_SLUG_LENGTH_MAX: Final = 60
_OBJECTIVES_IN_CAPABILITY: Final = 3
_FEW_WORDS: Final = 30
_MANY_WORDS: Final = 80
_VIDEO_HOSTS: Final = ("youtube.com", "youtu.be", "vimeo.com")


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
    ids = _ids(concepts)
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
        open_questions=(*_unanswered(concepts, ids), *questions, *_strict_questions(nodes, spec)),
    )


def _ids(concepts: Sequence[Concept]) -> list[str]:
    ids: list[str] = []
    taken: set[str] = set()
    for at, concept in enumerate(concepts):
        plain = unicodedata.normalize("NFKD", concept.title).encode("ascii", "ignore").decode()
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
    ideas = [f"Made up of {_listed(parts)}"] if parts else core_ideas(concept)
    if aliases := [title for title in concept.aliases if find_placeholder(title) is None]:
        ideas.append(f"Also covers: {', '.join(dict.fromkeys(aliases))}")
    return Node(
        id=node_id,
        title=concept.title,
        capability=_capability(concept, objectives, ideas, parts, depth),
        prerequisites=tuple(before_id for before_id, _, _ in needed),
        core_ideas=tuple(ideas),
        pitfalls=(*pitfalls(concept), *additions.misconceptions),
        mastery_check=_mastery_check(
            concept, objectives, [c.title for _, c, _ in needed], parts, depth
        ),
        estimate_minutes=minutes_for(concept, depth),
        resources=tuple(_resources(concept, additions, spec)),
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


def _capability(
    concept: Concept,
    objectives: Sequence[str],
    ideas: Sequence[str],
    parts: Sequence[str],
    depth: Depth,
) -> str:
    if objectives:
        shown = [_observable(text) for text in objectives[:_OBJECTIVES_IN_CAPABILITY]]
        return _sentence("; ".join([shown[0], *map(_lower_first, shown[1:])]))
    if parts:
        return f"Relate {_listed(parts)} to each other as parts of {concept.title}"
    told = f": {ideas[0]}" if ideas else ""
    if find_placeholder(concept.title + told) is not None:
        told = ""  # a title that ends in "TODO" is none, but reads as one before a colon
    match depth:
        case Depth.SURVEY:
            return f"Say what {concept.title} is about{told}"
        case Depth.PRACTICAL:
            return f"Explain and apply {concept.title}{told}"
        case Depth.MASTERY:
            return f"Explain {concept.title}, apply it and judge its limits{told}"


def _mastery_check(
    concept: Concept,
    objectives: Sequence[str],
    before: Sequence[str],
    parts: Sequence[str],
    depth: Depth,
) -> MasteryCheck:
    given = checks(concept)
    terms = key_terms(concept)
    if parts:
        task = f"Draw how {_listed(parts)} fit together, and explain the drawing"
    elif given:
        task = given[0]
        if starts_unobservable(task):
            task = f"Explain your answer to: {task}"
    elif objectives:
        task = f"Show it: {_lower_first(_observable(objectives[-1]).rstrip('.'))}"
    elif depth is Depth.SURVEY:
        task = f"Tell somebody in two minutes what {concept.title} is about"
    elif depth is Depth.PRACTICAL:
        task = f"Explain {concept.title} with an example that the text does not give"
    else:
        task = f"Solve a case with {concept.title}, then describe one that it does not fit"
    criteria = [f"uses correctly: {', '.join(terms)}"] if terms else []
    if len(objectives) > 1:
        criteria.append(f"meets all {len(objectives)} objectives of the document")
    if before and not parts:
        criteria.append(f"says how it builds on {_listed(before)}")
    if not criteria:
        criteria.append(f"somebody who does not know {concept.title} yet can repeat it correctly")
    return MasteryCheck(task=task, pass_criteria=_sentence("; ".join(criteria)))


def _observable(objective: str) -> str:
    """Return an objective with a verb that can be seen in the place of "know" or "understand"."""
    text = objective.strip().rstrip(" .;")
    text = re.sub(r"^(?:know|learn|understand) how to\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^be able to\s+", "", text, flags=re.IGNORECASE)
    if leading_verb(text) in {"know", "understand", "learn", "comprehend", "grasp"}:
        text = re.sub(
            r"^(?:know|understand|learn|comprehend|grasp)(?:s|ing)?(?: about| of| that)?\b",
            "explain",
            text,
            count=1,
            flags=re.IGNORECASE,
        )
    return _sentence(text)


def _resources(concept: Concept, additions: Additions, spec: TopicSpec) -> Iterator[Resource]:
    ranges = ((concept.line, concept.last_line), *concept.other_lines)
    for first, last in ranges:
        span = f"L{first}" if first == last else f"L{first}-L{last}"
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        yield Resource(
            title=f"{concept.title} in {concept.path.rpartition('/')[2]}",
            url=f"{concept.path}#{span}",
            kind="text",
            role="primary",
            citation=f"{concept.path}, {lines}",
        )
    preferred = [kind.lower() for kind in spec.context_pack.preferred_resource_kinds]
    linked = {link.url: link for link in concept.links if _is_web_address(link.url)}
    found = [_linked(link) for link in linked.values()]
    yield from sorted(found, key=lambda r: preferred.index(r.kind) if r.kind in preferred else 99)
    yield from additions.background


def _linked(link: Link) -> Resource:
    host = (urlsplit(link.url).hostname or "").removeprefix("www.")
    path = urlsplit(link.url).path.lower()
    kind = "video" if host in _VIDEO_HOSTS else "pdf" if path.endswith(".pdf") else "web page"
    text = printable(link.text)
    return Resource(
        title=host if not text or find_placeholder(text) else text,
        url=link.url,
        kind=kind,
        role="further reading",
        citation=f"linked from {SCOPE}, line {link.line}",
    )


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.username is None
            and not re.search(r"\s", url)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


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
            question = f"The text on “{concept.title}” ({where}) is still to be written: what belongs in it?"
        elif not concept.has_text and at not in has_parts:
            question = (
                f"The document names “{concept.title}” ({where}) and says no more of it: what should a"
                " learner be able to do with it, and what does it build on?"
            )
        else:
            continue
        yield OpenQuestion(question=question, related_nodes=(ids[at],))


def _strict_questions(nodes: Sequence[Node], spec: TopicSpec) -> Iterator[OpenQuestion]:
    if spec.evidence_mode is EvidenceMode.STRICT:
        yield OpenQuestion(
            question=f"The pass criteria of {len(nodes)} nodes follow from one document's own words: which"
            " independent source confirms them?"
        )


def questions_about(unwritten: Iterable[LeftOut]) -> Iterator[OpenQuestion]:
    """Yield a question for each part of the document that says it is still to be written."""
    for part in unwritten:
        yield OpenQuestion(
            question=f"“{part.title}” ({SCOPE}, line {part.line}) is announced and not written: does it belong"
            " in the curriculum?"
        )


def _listed(items: Sequence[str]) -> str:
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    # An abbreviation or a name in code stays as it is.
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
