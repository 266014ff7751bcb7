"""A curriculum in parts: the outline first, then sections side by side, then their edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.asking import Inquiry, inquire_all
from curricle.authoring.consolidation import consolidate
from curricle.authoring.ideas import Harvest, read_harvest
from curricle.authoring.linking import needs_inquiries
from curricle.authoring.material import Excerpt, Material, Shown, links_in
from curricle.authoring.overview import Overview, overview_inquiries
from curricle.authoring.packing import packed, split
from curricle.authoring.prompts import marker_for, render_prompt
from curricle.authoring.question import Question
from curricle.authoring.requests import request_of
from curricle.authoring.shapes import PART
from curricle.authoring.weaving import Woven
from curricle.errors import ProviderOutputInvalidError
from curricle.layout import TOPIC_SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curricle.authoring.question import Model
    from curricle.generation.compiler import Brief
    from curricle.generation.document import Section

_PARTS_OF_BUDGET: Final = 5
"""A part takes this share of a prompt: answers are longer than what they are about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """Lines that belong together, of one section or of the spec."""

    excerpt: Excerpt
    section: Section | None
    expected: tuple[str, ...]


def ask_in_parts(brief: Brief, material: Material, model: Model, budget: int) -> Woven:
    """Return all that the answers to the parts' questions say.

    The questions of a step are independent.

    Raises:
        ProviderOutputInvalidError: there is nothing to learn in any answer.
        ProviderError: there is no answer, or none that can be read.
    """
    spec = brief.spec
    views = inquire_all(model, overview_inquiries(spec, material, budget))
    harvests = inquire_all(model, _part_inquiries(brief, material, views, budget))
    ideas = [idea for harvest in harvests for idea in harvest.ideas]
    concepts = consolidate(ideas, spec, material.outline.scope_out)
    if not concepts.ideas:
        raise ProviderOutputInvalidError(
            model.name,
            f"{model.name} mode failed to return valid structured JSON: no part has a concept that"
            " is in scope and has a name",
        )
    limit = spec.constraints.max_prerequisites_per_node
    edges = inquire_all(model, needs_inquiries(concepts.ideas, material, limit, budget))
    return Woven(
        topic=views[0].topic if views else spec.goal,
        concepts=concepts,
        edges=tuple(edge for found in edges for edge in found),
        questions=tuple(question for harvest in harvests for question in harvest.questions),
        left_out=tuple(
            part
            for found in (
                *(view.left_out.values() for view in views),
                *(h.left_out for h in harvests),
            )
            for part in found
        ),
        assumptions=material.unshown_context(),
    )


def _part_inquiries(
    brief: Brief, material: Material, views: Sequence[Overview], budget: int
) -> list[Inquiry[Harvest]]:
    overhead = len(_prompt(brief, Shown(documents=()), (), None))
    limit = max(min(budget // _PARTS_OF_BUDGET, budget - overhead), budget // 20)
    pieces = list(_pieces(material, views, limit))
    parts = packed(pieces, lambda piece: piece.excerpt.size, limit)
    total = sum(piece.excerpt.size for piece in pieces)
    inquiries = []
    for number, part in enumerate(parts, 1):
        share = sum(piece.excerpt.size for piece in part) / max(1, total)
        inquiries.append(_part_inquiry(brief, f"section {number}", part, share))
    return inquiries


def _pieces(material: Material, views: Sequence[Overview], limit: int) -> Iterator[_Piece]:
    expected = {at: titles for view in views for at, titles in view.expected.items()}
    gone = {at for view in views for at in view.left_out}
    shown: set[int] = set()
    for at, section in enumerate(material.sections):
        lines = tuple(line for line in material.lines_of(section) if line[0] not in shown)
        shown.update(number for number, _ in lines)
        if at in gone or not lines or material.scope is None:
            continue
        for excerpt in split(Excerpt(path=material.scope.path, lines=lines), limit):
            yield _Piece(excerpt=excerpt, section=section, expected=expected.get(at, ()))
    if material.wanted is not None:
        for excerpt in split(material.wanted, limit):
            yield _Piece(excerpt=excerpt, section=None, expected=())


def _part_inquiry(
    brief: Brief, name: str, part: Sequence[_Piece], share: float
) -> Inquiry[Harvest]:
    by_path: dict[str, list[tuple[int, str]]] = {}
    for piece in part:
        by_path.setdefault(piece.excerpt.path, []).extend(piece.excerpt.lines)
    held = {number for piece in part if piece.section for number, _ in piece.excerpt.lines}
    links = links_in(piece.section for piece in part if piece.section)
    shown = Shown(
        documents=tuple(Excerpt(path=path, lines=tuple(lines)) for path, lines in by_path.items()),
        links=tuple(link for link in links if link.line in held),
    )
    expected = tuple(dict.fromkeys(title for piece in part for title in piece.expected))
    limit = brief.spec.constraints.node_count_max
    own_limit = None if limit is None else max(1, round(limit * share))

    def read(answer: Mapping[str, Any]) -> Harvest:
        return read_harvest(answer, shown)

    prompt = _prompt(brief, shown, expected, own_limit)
    return Inquiry(question=Question(name=name, prompt=prompt, schema=PART), read=read)


def _prompt(brief: Brief, shown: Shown, expected: Sequence[str], limit: int | None) -> str:
    request = request_of(brief.spec, node_count_max=limit, is_whole=False)
    texts = [text for document in shown.documents for _, text in document.lines]
    texts += [link.text for link in shown.links]
    return render_prompt(
        "part",
        marker=marker_for([request, *texts, *expected]),
        request=request,
        documents=shown.documents,
        links=shown.links,
        expected=expected,
        spec_path=TOPIC_SPEC,
        mode=brief.selection.mode.value,
    )
