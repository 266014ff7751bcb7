"""What the selected part of a scope document teaches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from curricle.curriculum.titles import title_key
from curricle.generation.concepts import Concept, LeftOut, Outline, find_concepts, merge_duplicates
from curricle.generation.content import topics_in
from curricle.generation.document import Document, PassageKind
from curricle.generation.roles import Role, role_of
from curricle.generation.selection import ScopeMode

if TYPE_CHECKING:
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
            return find_concepts(document)
        case ScopeMode.SECTION:
            return find_concepts(_only_sections(document, selection.sections))
        case ScopeMode.SEED_LIST:
            return _seeds(document)


def _only_sections(document: Document, headings: tuple[str, ...]) -> Document:
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
        for term in topics:
            concepts.append(
                Concept(
                    title=term.title,
                    line=term.line,
                    last_line=term.last_line,
                    parent=None,
                    prose=tuple(p for p in term.passages if p.kind is not PassageKind.ITEM),
                )
            )
            below, _ = topics_in([p for p in term.passages if p.kind is PassageKind.ITEM])
            parent = len(concepts) - 1
            concepts += [
                Concept(
                    title=inner.title,
                    line=inner.line,
                    last_line=inner.last_line,
                    parent=parent,
                    prose=inner.passages,
                )
                for inner in below
            ]
        for passage in rest:
            if passage.kind is PassageKind.PROSE:
                lines = "".join(span.text for span in passage.spans).split("\n")
                concepts += [
                    Concept(
                        title=" ".join(text.split()),
                        line=passage.line + at,
                        last_line=passage.line + at,
                        parent=None,
                    )
                    for at, text in enumerate(lines)
                    if text.strip()
                ]
    title = next((section.title for section in document.sections if section.level == 1), "")
    return merge_duplicates(
        Outline(title=title, concepts=tuple(concepts), left_out=tuple(left_out))
    )
