"""Compiles small scope documents, with the spec that a fresh run starts from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from command import ROOT
from curricle.canonical import document_bytes
from curricle.curriculum.topic_spec import TopicSpec
from curricle.generation.compiler import Brief, compile_brief
from curricle.generation.selection import Selection
from curricle.layout import CURRICULUM, GENERATION_NOTES
from curricle.providers.internal import InternalProvider
from curricle.stages.generate import generate, make_brief
from curricle.stages.intake import take_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.generation.compiler import Draft

BLANK: Final[dict[str, Any]] = json.loads((ROOT / "templates" / "topic_spec.json").read_bytes())
EVERYTHING: Final = Selection()


def spec_document(*, constraints: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a topic spec with a goal and an audience, and whatever else is given."""
    limits = {**BLANK["constraints"], **(constraints or {})}
    return {**BLANK, "goal": "Learn it", "audience": "Learners", **fields, "constraints": limits}


def compiled(
    text: str | None,
    *,
    selection: Selection = EVERYTHING,
    context: Mapping[str, str] | None = None,
    **fields: Any,
) -> Draft:
    """Return what the compiler makes of a scope document and the fields of a spec."""
    return compile_brief(brief_of(text, selection=selection, context=context, **fields))


def brief_of(
    text: str | None,
    *,
    selection: Selection = EVERYTHING,
    context: Mapping[str, str] | None = None,
    **fields: Any,
) -> Brief:
    """Return what a provider is given, from a scope document and the fields of a spec."""
    spec = TopicSpec.from_json(spec_document(**fields))
    return Brief(
        spec=spec,
        scope_text=text,
        selection=selection,
        item_lines={at: at + 1 for at in range(len(spec.scope_in))},
        context=context or {},
    )


def generated(
    data: bytes, selection: Selection = EVERYTHING, spec: Mapping[str, Any] = BLANK
) -> tuple[bytes, bytes, bytes]:
    """Return the bytes of spec, curriculum and notes that the stages make of a scope document."""
    taken = take_in(document_bytes(spec), BLANK, None, data, selection)
    brief = make_brief(taken.spec, data, {}, selection, "some-run")
    outputs = generate(brief, InternalProvider(), "some-run")
    return taken.spec, outputs[CURRICULUM], outputs[GENERATION_NOTES]


def titles(draft: Draft) -> list[str]:
    """Return the titles of all nodes, in order."""
    return [node.title for node in draft.curriculum.nodes]


def edges(draft: Draft) -> set[tuple[str, str]]:
    """Return pairs of titles, the one that comes first in front."""
    title = {node.id: node.title for node in draft.curriculum.nodes}
    return {(title[b], n.title) for n in draft.curriculum.nodes for b in n.prerequisites}


def reasons(draft: Draft) -> dict[tuple[str, str], tuple[str, int | None]]:
    """Return pairs of titles with the reason and the line of each edge."""
    title = {node.id: node.title for node in draft.curriculum.nodes}
    return {
        (title[evidence.id], node.title): (evidence.reason, evidence.line)
        for node in draft.curriculum.nodes
        for evidence in node.prerequisite_evidence
    }


def sections(*texts: tuple[str, str]) -> str:
    """Return a document of headings with their texts."""
    return "# Course\n" + "".join(f"\n## {title}\n\n{text}\n" for title, text in texts)
