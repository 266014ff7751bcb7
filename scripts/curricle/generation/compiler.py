"""The internal compiler from end to end: a ready spec and its documents become a curriculum."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from curricle.curriculum.titles import title_key
from curricle.curriculum.values import Curriculum, OpenQuestion, Resource
from curricle.generation.assignment import assign, assign_objectives
from curricle.generation.compose import Additions, compose_curriculum, questions_about
from curricle.generation.document import parse_document
from curricle.generation.excerpt import outline_of
from curricle.generation.exclusion import exclude_out_of_scope, exclude_unnamed
from curricle.generation.limits import fit_count, fit_hours, titles_in_focus
from curricle.generation.mentions import find_mentions
from curricle.generation.merging import merge_duplicates
from curricle.generation.names import names_of
from curricle.generation.outline import Concept, LeftOut, Merged, Outline
from curricle.generation.prerequisites import infer_prerequisites
from curricle.generation.reading import read_passages
from curricle.generation.roles import is_unwritten_title
from curricle.layout import CONTEXT, TOPIC_SPEC
from curricle.printable import without_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.generation.edges import Prerequisites
    from curricle.generation.selection import Selection

_BACKGROUND_MAX: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """All that a curriculum is made from."""

    spec: TopicSpec
    scope_text: str | None
    selection: Selection
    item_lines: Mapping[int, int]
    """Index in `scope_in` to its line in the topic spec."""
    context: Mapping[str, str] = field(default_factory=dict)
    """File name below `inputs/context/` to its text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A curriculum with what was decided on the way to it."""

    curriculum: Curriculum
    merged: tuple[Merged, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    optional: tuple[LeftOut, ...] = ()
    cycles_broken: tuple[dict[str, Any], ...] = ()
    assumptions: tuple[str, ...] = ()

    def notes_json(self) -> dict[str, Any]:
        """Return `generation_notes.json`."""
        return {
            "schema_version": "1.0",
            "merged": [
                {"title": m.title, "line": m.line, "into": m.into, "reason": m.reason}
                for m in self.merged
            ],
            "left_out": [_left_out_json(part) for part in self.left_out],
            "optional": [_left_out_json(part) for part in self.optional],
            "cycles_broken": list(self.cycles_broken),
            "assumptions": list(self.assumptions),
        }


def compile_brief(brief: Brief) -> Draft:
    """Return the curriculum of a brief.

    Raises:
        UnknownSectionError: the selection names a heading that the scope does not have.
    """
    outline = exclude_out_of_scope(_outline(brief), brief.spec.scope_out)
    outline = assign_objectives(exclude_unnamed(_with_spec_items(outline, brief)))
    limits = brief.spec.constraints
    focus = titles_in_focus(
        (concept.title for concept in outline.concepts), brief.spec.context_pack.focus_terms
    )
    concepts, merged = fit_count(outline.concepts, limits, focus)
    found = infer_prerequisites(concepts, limit=limits.max_prerequisites_per_node)
    outcomes = assign(brief.spec.context_pack.required_outcomes, concepts)
    misconceptions = assign(brief.spec.misconceptions, concepts)
    background = _background(concepts, brief.context)
    curriculum = compose_curriculum(
        concepts,
        found.edges,
        [
            Additions(misconceptions=m, outcomes=o, background=b)
            for m, o, b in zip(
                misconceptions.by_concept, outcomes.by_concept, background, strict=True
            )
        ],
        topic=outline.title or brief.spec.goal,
        spec=brief.spec,
        questions=[
            *questions_about(part for part in outline.left_out if is_unwritten_title(part.title)),
            *_homeless("misconception", misconceptions.homeless),
            *_homeless("required outcome", outcomes.homeless),
        ],
    )
    fitted, optional = fit_hours(curriculum, limits, focus)
    return Draft(
        curriculum=_forget(fitted, optional),
        merged=(*outline.merged, *merged),
        left_out=outline.left_out,
        optional=optional,
        cycles_broken=tuple(_cycles_json(concepts, found)),
        assumptions=tuple(_assumptions(concepts, found)),
    )


def _outline(brief: Brief) -> Outline:
    if brief.scope_text is None:
        return Outline(title=brief.spec.context_pack.domain, concepts=())
    return outline_of(parse_document(brief.scope_text), brief.selection)


def _with_spec_items(outline: Outline, brief: Brief) -> Outline:
    """Add what the spec asks for and the document does not name."""
    known = {title_key(title) for c in outline.concepts for title in (c.title, *c.aliases)}
    known |= {title_key(part.title) for part in outline.left_out}
    added = [
        Concept(
            title=without_control_characters(item),
            line=brief.item_lines[at],
            last_line=brief.item_lines[at],
            parent=None,
            path=TOPIC_SPEC,
        )
        for at, item in enumerate(brief.spec.scope_in)
        if title_key(item) not in known
    ]
    if not added:
        return outline
    return merge_duplicates(replace(outline, concepts=(*outline.concepts, *added)))


def _background(
    concepts: Sequence[Concept], context: Mapping[str, str]
) -> list[tuple[Resource, ...]]:
    """Return for each concept the places in the context files that speak of it first."""
    names = names_of([(concept.title, *concept.aliases) for concept in concepts])
    found: list[list[Resource]] = [[] for _ in concepts]
    for name, text in sorted(context.items()):
        seen: dict[int, int] = {}
        for section in parse_document(text).sections:
            for at, mention in find_mentions(-1, read_passages(section.passages), names).items():
                seen.setdefault(at, mention.line)
        for at, line in sorted(seen.items()):
            if len(found[at]) < _BACKGROUND_MAX:
                found[at].append(
                    Resource(
                        title=f"{concepts[at].title} in {name}",
                        url=f"{CONTEXT}/{name}#L{line}",
                        kind="text",
                        role="background",
                        citation=f"{CONTEXT}/{name}, line {line}",
                    )
                )
    return [tuple(own) for own in found]


def _homeless(what: str, texts: Sequence[str]) -> Iterator[OpenQuestion]:
    for text in texts:
        yield OpenQuestion(
            question=f"No concept speaks of the {what} “{text}”: where does it belong?"
        )


def _forget(curriculum: Curriculum, optional: Sequence[LeftOut]) -> Curriculum:
    """Remove from open questions what is no longer a node."""
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


def _cycles_json(concepts: Sequence[Concept], found: Prerequisites) -> Iterator[dict[str, Any]]:
    for broken in found.broken_cycles:
        yield {
            "cycle": [concepts[at].title for at in broken.cycle],
            "removed": {
                "before": concepts[broken.edge.before].title,
                "after": concepts[broken.edge.after].title,
            },
            "reason": f"it is the weakest of the cycle: {broken.edge.reason}",
        }


def _assumptions(concepts: Sequence[Concept], found: Prerequisites) -> Iterator[str]:
    for edge in found.dropped:
        yield (
            f"{concepts[edge.after].title} does not name {concepts[edge.before].title} as a prerequisite,"
            " to stay within constraints.max_prerequisites_per_node"
        )


def _left_out_json(part: LeftOut) -> dict[str, Any]:
    return {"title": part.title, "line": part.line, "reason": part.reason}
