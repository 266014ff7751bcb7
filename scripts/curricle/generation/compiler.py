"""The internal compiler from end to end: a ready spec and its documents become a curriculum."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from curricle.curriculum.titles import title_key
from curricle.curriculum.values import Curriculum, OpenQuestion
from curricle.generation.assignment import assign, assign_objectives
from curricle.generation.background import background_of
from curricle.generation.compose import Additions, compose_curriculum, questions_about
from curricle.generation.document import parse_document
from curricle.generation.excerpt import outline_of
from curricle.generation.exclusion import exclude_out_of_scope, exclude_unnamed
from curricle.generation.limits import fit_count, fit_hours, forget, titles_in_focus
from curricle.generation.merging import merge_duplicates
from curricle.generation.outline import Concept, LeftOut, Merged, Outline
from curricle.generation.prerequisites import infer_prerequisites
from curricle.generation.roles import is_unwritten_title
from curricle.layout import TOPIC_SPEC
from curricle.printable import without_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.generation.selection import Selection


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
    background = background_of([(c.title, *c.aliases) for c in concepts], brief.context)
    titles = [concept.title for concept in concepts]
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
        curriculum=forget(fitted, optional),
        merged=(*outline.merged, *merged),
        left_out=outline.left_out,
        optional=optional,
        cycles_broken=tuple(found.cycles_json(titles)),
        assumptions=tuple(found.assumptions(titles)),
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


def _homeless(what: str, texts: Sequence[str]) -> Iterator[OpenQuestion]:
    for text in texts:
        yield OpenQuestion(
            question=f"No concept speaks of the {what} “{text}”: where does it belong?"
        )


def _left_out_json(part: LeftOut) -> dict[str, Any]:
    return {"title": part.title, "line": part.line, "reason": part.reason}
