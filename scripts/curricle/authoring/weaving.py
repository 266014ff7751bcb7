"""Makes a curriculum of concepts and edges: ids, a DAG, resources, limits.

It tells what it decided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from curricle.curriculum.titles import title_key
from curricle.curriculum.values import (
    Curriculum,
    MasteryCheck,
    Node,
    OpenQuestion,
    PrerequisiteEvidence,
    Resource,
)
from curricle.generation.background import background_of
from curricle.generation.compiler import Draft
from curricle.generation.compose import node_ids, strict_questions
from curricle.generation.limits import fit_hours, forget, titles_in_focus
from curricle.generation.outline import Concept, LeftOut
from curricle.generation.prerequisites import settle
from curricle.generation.references import references_of
from curricle.layout import SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.authoring.consolidation import Consolidated
    from curricle.authoring.ideas import Idea
    from curricle.authoring.material import Material
    from curricle.generation.compiler import Brief
    from curricle.generation.edges import Edge


@dataclass(frozen=True, kw_only=True, slots=True)
class Woven:
    """All that the answers said, ready to be made one curriculum."""

    topic: str
    concepts: Consolidated
    edges: tuple[Edge, ...]
    """Between the consolidated concepts; may hold cycles and repetitions."""
    questions: tuple[tuple[str, tuple[str, ...]], ...]
    left_out: tuple[LeftOut, ...]
    assumptions: tuple[str, ...] = ()


def weave(brief: Brief, material: Material, woven: Woven) -> Draft:
    """Return the curriculum with its notes; nodes stand in the order of the answers."""
    ideas = woven.concepts.ideas
    limits = brief.spec.constraints
    found = settle(woven.edges, range(len(ideas)), limit=limits.max_prerequisites_per_node)
    titles = [idea.title for idea in ideas]
    ids = node_ids(titles)
    background = background_of([(idea.title, *idea.aliases) for idea in ideas], brief.context)
    needs: list[list[Edge]] = [[] for _ in ideas]
    for edge in found.edges:
        needs[edge.after].append(edge)
    nodes = tuple(
        _node(
            idea, ids[at], [(ids[edge.before], edge) for edge in needs[at]], brief, background[at]
        )
        for at, idea in enumerate(ideas)
    )
    curriculum = Curriculum(
        topic=woven.topic,
        nodes=nodes,
        open_questions=(*_questions(woven, ids), *strict_questions(nodes, brief.spec)),
    )
    fitted, optional = fit_hours(
        curriculum, limits, titles_in_focus(titles, brief.spec.context_pack.focus_terms)
    )
    left_out = (*woven.left_out, *woven.concepts.left_out)
    return Draft(
        curriculum=forget(fitted, optional),
        merged=woven.concepts.merged,
        left_out=(*left_out, *_unclaimed(material, ideas, left_out)),
        optional=optional,
        cycles_broken=tuple(found.cycles_json(titles)),
        assumptions=(*woven.assumptions, *found.assumptions(titles)),
    )


def _node(
    idea: Idea,
    node_id: str,
    needed: Sequence[tuple[str, Edge]],
    brief: Brief,
    background: Sequence[Resource],
) -> Node:
    also = (f"Also covers: {', '.join(idea.aliases)}",) if idea.aliases else ()
    return Node(
        id=node_id,
        title=idea.title,
        capability=idea.capability,
        prerequisites=tuple(before for before, _ in needed),
        core_ideas=(*idea.core_ideas, *also),
        pitfalls=idea.pitfalls,
        mastery_check=MasteryCheck(task=idea.mastery_task, pass_criteria=idea.pass_criteria),
        estimate_minutes=idea.minutes,
        resources=(
            *_resources(idea, brief.spec.context_pack.preferred_resource_kinds),
            *background,
        ),
        confidence=idea.confidence,
        sources=idea.sources,
        prerequisite_evidence=tuple(
            PrerequisiteEvidence(id=before, reason=edge.reason, path=edge.path, line=edge.line)
            for before, edge in needed
        ),
    )


def _resources(idea: Idea, preferred_kinds: Sequence[str]) -> Iterator[Resource]:
    """Yield the cited lines, then the links of the document that the answer chose."""
    for at, source in enumerate(idea.sources):
        is_last = at == len(idea.sources) - 1
        yield from references_of(
            Concept(
                title=idea.title,
                line=source.first_line,
                last_line=source.last_line,
                parent=None,
                path=source.path,
                links=idea.links if is_last else (),
            ),
            preferred_kinds,
        )


def _questions(woven: Woven, ids: Sequence[str]) -> Iterator[OpenQuestion]:
    by_key: dict[tuple[str, ...], str] = {}
    for idea, node_id in zip(woven.concepts.ideas, ids, strict=True):
        for title in (idea.title, *idea.aliases):
            by_key.setdefault(title_key(title), node_id)
    for question, titles in woven.questions:
        related = dict.fromkeys(by_key[key] for t in titles if (key := title_key(t)) in by_key)
        yield OpenQuestion(question=question, related_nodes=tuple(related))


def _unclaimed(
    material: Material, ideas: Sequence[Idea], left_out: Sequence[LeftOut]
) -> Iterator[LeftOut]:
    """Yield what no concept cites and no answer left out, so that nothing goes in silence."""
    cited = [source for idea in ideas for source in idea.sources if source.path == SCOPE]
    told = {part.line for part in left_out}

    def is_open(line: int | None) -> bool:
        return line not in told and not any(
            line is not None and source.first_line <= line <= source.last_line for source in cited
        )

    for part in material.outline.left_out:
        if is_open(part.line):
            told.add(part.line)
            yield part
    for section in material.sections:
        is_title = section.title == material.outline.title
        if section.level and not is_title and is_open(section.line):
            yield LeftOut(
                title=section.title or "(no title)",
                line=section.line,
                reason="no concept of the answers comes from it",
            )


def moved(edges: Sequence[Edge], place: Sequence[int | None]) -> tuple[Edge, ...]:
    """Return edges between concepts as answered as edges between those that are left."""
    kept = []
    for edge in edges:
        before, after = place[edge.before], place[edge.after]
        # Two concepts that became one need no edge between them; one that needs itself is told.
        if before is None or after is None or (before == after and edge.before != edge.after):
            continue
        kept.append(replace(edge, before=before, after=after))
    return tuple(kept)
