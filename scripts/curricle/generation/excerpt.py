"""What the selected part of a scope document teaches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from curricle.curriculum.placeholders import find_placeholder
from curricle.curriculum.titles import title_key
from curricle.generation.concepts import find_concepts
from curricle.generation.content import topics_in
from curricle.generation.document import Document, PassageKind
from curricle.generation.merging import merge_duplicates
from curricle.generation.outline import Concept, LeftOut, Outline
from curricle.generation.roles import Role, role_of
from curricle.generation.selection import ScopeMode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.generation.content import Term
    from curricle.generation.document import Passage
    from curricle.generation.selection import Selection


class UnknownSectionError(ValueError):
    """A heading that the document does not have."""

    def __init__(self, heading: str, known: tuple[str, ...]) -> None:
        super().__init__(heading)
        self.heading = heading
        self.known = known


def outline_of(document: Document, selection: Selection) -> Outline:
    """Return what the selected part of a document teaches.

    Raises:
        UnknownSectionError: the selection names a heading that is not there.
    """
    match selection.mode:
        case ScopeMode.FULL:
            outline = find_concepts(document)
        case ScopeMode.SECTION:
            outline = find_concepts(only_sections(document, selection.sections))
        case ScopeMode.SEED_LIST:
            outline = _seeds(document)
    told = {k: v for k, v in document.front_matter.items() if find_placeholder(v) is None}
    return replace(
        outline,
        title=outline.title or told.get("title", ""),
        goal=told.get("goal") or told.get("description") or outline.goal,
        audience=told.get("audience") or outline.audience,
    )


def only_sections(document: Document, headings: tuple[str, ...]) -> Document:
    """Return the document with the named sections and their parts alone.

    Raises:
        UnknownSectionError: there is no such heading.
    """
    titles = tuple(section.title for section in document.sections if section.title)
    keys = [title_key(section.title) for section in document.sections]
    chosen: set[int] = set()
    for heading in headings:
        found = {at for at, key in enumerate(keys) if at and key == title_key(heading)}
        if not found:
            raise UnknownSectionError(heading, titles)
        chosen |= found
    for at, section in enumerate(document.sections):
        if section.parent in chosen:
            chosen.add(at)
    kept = sorted({0} | chosen)
    places = {at: place for place, at in enumerate(kept)}
    empty_start = replace(document.sections[0], passages=(), links=(), comments=())
    sections = [
        replace(section, parent=places.get(section.parent or 0, 0))
        for section in (document.sections[at] for at in kept[1:])
    ]
    return replace(document, sections=(empty_start, *sections))


def _seeds(document: Document) -> Outline:
    """Take every list item, and every line outside lists, for a concept; headings only group."""
    concepts: list[Concept] = []
    left_out: list[LeftOut] = []
    for section in document.sections:
        if section.title and role_of(section.title) in {Role.RESOURCES, Role.BOILERPLATE}:
            left_out.append(
                LeftOut(title=section.title, line=section.line, reason="holds no seeds")
            )
            continue
        topics, rest = topics_in(section.passages)
        seeds = [_item_seed(term) for term in topics]
        seeds += [(seed, ()) for passage in rest for seed in _line_seeds(passage)]
        for seed, below in sorted(seeds, key=lambda pair: pair[0].line):
            parent = len(concepts)
            concepts += [seed, *(replace(inner, parent=parent) for inner in below)]
    title = next((section.title for section in document.sections if section.level == 1), "")
    return merge_duplicates(
        Outline(title=title, concepts=tuple(concepts), left_out=tuple(left_out))
    )


def _item_seed(term: Term) -> tuple[Concept, tuple[Concept, ...]]:
    """Return the concept of an item, and those of the items below it."""
    below, _ = topics_in([p for p in term.passages if p.kind is PassageKind.ITEM])
    prose = [p for p in term.passages if p.kind is not PassageKind.ITEM]
    return _seed(term, prose), tuple(_seed(inner, inner.passages) for inner in below)


def _seed(term: Term, prose: Sequence[Passage]) -> Concept:
    return Concept(
        title=term.title,
        line=term.line,
        last_line=term.last_line,
        parent=None,
        prose=tuple(prose),
    )


def _line_seeds(passage: Passage) -> Iterator[Concept]:
    """Yield a concept for an item that is a whole sentence, and for each line of a paragraph."""
    if passage.kind is PassageKind.CODE:
        return
    is_item = passage.kind is PassageKind.ITEM
    lines = [passage.text] if is_item else "".join(s.text for s in passage.spans).split("\n")
    for at, text in enumerate(lines, start=passage.line):
        if text.strip():
            yield Concept(title=" ".join(text.split()), line=at, last_line=at, parent=None)
