"""A curriculum in one question: all documents in, concepts and edges out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.answers import UnfitAnswerError, text_of
from curricle.authoring.asking import Inquiry
from curricle.authoring.consolidation import consolidate
from curricle.authoring.ideas import read_harvest
from curricle.authoring.material import Excerpt, Material, Shown, links_in
from curricle.authoring.needs import read_needs_by_title
from curricle.authoring.prompts import marker_for, render_prompt
from curricle.authoring.question import Question
from curricle.authoring.requests import request_of
from curricle.authoring.shapes import WHOLE
from curricle.authoring.weaving import Woven, moved
from curricle.layout import TOPIC_SPEC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.generation.compiler import Brief

TOPIC_LENGTH_MAX: Final = 500


def whole_inquiry(
    brief: Brief, material: Material, context: Sequence[Excerpt], assumptions: tuple[str, ...] = ()
) -> Inquiry[Woven]:
    """Return the one question about the scope, what the spec adds to it, and context files."""
    own = (part for part in (material.scope, material.wanted) if part is not None)
    material_shown = Shown(documents=(*own, *context), links=links_in(material.sections))
    request = request_of(
        brief.spec, node_count_max=brief.spec.constraints.node_count_max, is_whole=True
    )
    texts = [text for document in material_shown.documents for _, text in document.lines]
    texts += [link.text for link in material_shown.links]
    prompt = render_prompt(
        "whole",
        marker=marker_for([request, *texts]),
        request=request,
        documents=material_shown.documents,
        links=material_shown.links,
        spec_path=TOPIC_SPEC,
        mode=brief.selection.mode.value,
    )

    def read(answer: Mapping[str, Any]) -> Woven:
        harvest = read_harvest(answer, material_shown)
        edges = read_needs_by_title(answer, harvest.ideas, material_shown)
        concepts = consolidate(harvest.ideas, brief.spec, material.outline.scope_out)
        if not concepts.ideas:
            raise UnfitAnswerError("it has no concept that is in scope and has a name")
        return Woven(
            topic=text_of(answer["topic"], "the topic", length_max=TOPIC_LENGTH_MAX),
            concepts=concepts,
            edges=moved(edges, concepts.place),
            questions=harvest.questions,
            left_out=harvest.left_out,
            assumptions=assumptions,
        )

    return Inquiry(question=Question(name="curriculum", prompt=prompt, schema=WHOLE), read=read)
