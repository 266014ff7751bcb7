"""Finds what a document teaches: its concepts, and what it says of itself as a whole.

Every heading, list item, table row and set-off term is either part of a concept, or named in
`left_out` with the reason. Nothing is cut and nothing is made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from curricle.generation.content import Content, Term, sort_passages, topics_in
from curricle.generation.document import PassageKind, Style
from curricle.generation.merging import merge_duplicates
from curricle.generation.outline import Concept, LeftOut, Outline
from curricle.generation.roles import Role, is_unwritten, is_unwritten_title, role_of
from curricle.generation.sections import find_title_section, roles_of
from curricle.generation.wording import is_sentence, is_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curricle.generation.document import Document, Link, Passage, Section


def find_concepts(document: Document) -> Outline:
    """Return what a document teaches; without concepts when it names none."""
    finder = _Finder(document)
    finder.read()
    outline = finder.outline()
    if not outline.concepts:
        outline = replace(outline, concepts=tuple(_last_resort(document, outline)))
    return merge_duplicates(outline)


@dataclass(slots=True)
class _Building:
    """A concept that is still being read."""

    title: str
    line: int
    last_line: int
    parent: int | None
    content: Content = field(default_factory=Content)
    links: list[Link] = field(default_factory=list)


class _Finder:
    """Walks the sections in order and sorts each into a concept or the document's frame."""

    def __init__(self, document: Document) -> None:
        self.sections = document.sections
        self.title_section = find_title_section(document.sections)
        self.roles = roles_of(document.sections, self.title_section)
        self.building: list[_Building] = []
        self.concept_of: dict[int, int | None] = {}
        """Section to the concept that what stands in it belongs to."""
        self.frame = Content()
        """What belongs to the document as a whole."""
        self.goal: list[str] = []
        self.audience: list[str] = []
        self.scope_out: list[str] = []
        self.left_out: list[LeftOut] = []

    def read(self) -> None:
        for at, section in enumerate(self.sections):
            above = None if section.parent is None else self.concept_of[section.parent]
            self.concept_of[at] = above
            self._note_comments(section)
            role = self.roles[at]
            if at in {0, self.title_section}:
                self._read_frame(section)
            elif is_unwritten_title(section.title):
                self._leave_out(section.title, section.line, "its heading says it is unwritten")
            elif role is Role.CONCEPT:
                self.concept_of[at] = self._read_concept(section, above)
            elif role is Role.TOPICS:
                self._read_topics(section, above)
            else:
                self._read_part(section, role, above)

    def outline(self) -> Outline:
        title = self.sections[self.title_section].title if self.title_section else ""
        if role_of(title, is_one_of_many=True) is not Role.CONCEPT:
            title = ""
        return Outline(
            title=title,
            concepts=tuple(
                Concept(
                    title=built.title,
                    line=built.line,
                    last_line=built.last_line,
                    parent=built.parent,
                    prose=tuple(built.content.prose),
                    objectives=tuple(built.content.objectives),
                    pitfalls=tuple(built.content.pitfalls),
                    requires=tuple(built.content.requires),
                    exercises=tuple(built.content.exercises),
                    links=tuple(built.links),
                    is_unwritten=_is_unwritten(built.content),
                )
                for built in self.building
            ),
            goal=self.goal[0] if self.goal else "",
            audience=" ".join(self.audience),
            prerequisites=tuple(self.frame.requires),
            objectives=tuple(self.frame.objectives),
            pitfalls=tuple(self.frame.pitfalls),
            scope_out=tuple(self.scope_out),
            left_out=tuple(self.left_out),
        )

    def _read_frame(self, section: Section) -> None:
        """Read what is about the document as a whole, before the first concept or announced."""
        content = sort_passages(self._without_table_of_contents(section))
        self._read_goal(content.prose, is_announced=role_of(section.title) is Role.GOAL)
        self._add_to_frame(content)
        self._add_terms(content.terms, None)

    def _read_goal(self, prose: Iterable[Passage], *, is_announced: bool = False) -> None:
        """Take the paragraphs that could be the document's goal; what is announced may be short."""
        for passage in prose:
            label, _, text = passage.text.partition(":")
            role = role_of(label) if text.strip() else Role.CONCEPT
            if passage.kind is not PassageKind.PROSE:
                continue
            if role is Role.AUDIENCE:
                self.audience.append(text.strip())
            elif role is Role.GOAL:
                self.goal.append(text.strip())
            elif is_told(passage) if is_announced else is_sentence(passage):
                self.goal.append(passage.text)

    def _read_concept(self, section: Section, above: int | None) -> int:
        content = sort_passages(section.passages)
        index = len(self.building)
        self.building.append(
            _Building(
                title=section.title,
                line=section.line,
                last_line=section.last_line,
                parent=above,
                content=content,
                links=list(section.links),
            )
        )
        self._add_terms(content.terms, index)
        return index

    def _without_table_of_contents(self, section: Section) -> Sequence[Passage]:
        if not _has_table_of_contents(section):
            return section.passages
        line = next(p.line for p in section.passages if p.kind is PassageKind.ITEM)
        self._leave_out(f"List from line {line} on", line, "is a table of contents")
        return [p for p in section.passages if p.kind is not PassageKind.ITEM]

    def _read_topics(self, section: Section, above: int | None) -> None:
        if _has_table_of_contents(section):
            self._leave_out(section.title, section.line, "is a table of contents")
            return
        topics, rest = topics_in(section.passages)
        links = {link.text: link for link in section.links}
        for term in topics:
            at = self._add_terms([term], above)
            if at is not None and term.title in links:
                self.building[at].links.append(links[term.title])
        content = sort_passages(rest)
        if above is None:
            self._read_goal(content.prose)
            self._add_to_frame(content)
        else:
            _extend(self.building[above].content, content)

    def _read_part(self, section: Section, role: Role, above: int | None) -> None:
        """Read a section that is part of a concept, or of the document's frame."""
        match role:
            case Role.OUT_OF_SCOPE:
                self._read_exclusions(section)
            case Role.RESOURCES | Role.BOILERPLATE:
                if above is not None:
                    self.building[above].links += section.links
                self._leave_out(section.title, section.line, f"is {role.value}, not a concept")
            case Role.AUDIENCE if above is None:
                self.audience += [passage.text for passage in section.passages]
            case Role.GOAL if above is None:
                self._read_frame(section)
                self._leave_out(section.title, section.line, "is about the document as a whole")
            case Role.EXERCISES if above is None:
                self._leave_out(section.title, section.line, "is about the document as a whole")
            case _:
                self._read_attachment(section, role, above)

    def _read_exclusions(self, section: Section) -> None:
        items = [p for p in section.passages if p.kind is PassageKind.ITEM and p.depth == 1]
        written = [p.text.rstrip(".;") for p in items if not is_unwritten(p.text)]
        self.scope_out += written
        if not written:
            self._leave_out(section.title, section.line, "is out of scope, by the document")

    def _read_attachment(self, section: Section, role: Role, above: int | None) -> None:
        """Read objectives, pitfalls, prerequisites or exercises, of a concept or of all."""
        part = Content()
        kinds = [passage.kind for passage in section.passages]
        has_items = PassageKind.ITEM in kinds
        for passage, following in zip_longest(section.passages, kinds[1:]):
            is_lead_in = following is PassageKind.ITEM and passage.text.endswith(":")
            is_aside = role is Role.PREREQUISITES and has_items
            if (
                role is Role.GOAL
                or passage.kind is PassageKind.CODE
                or (passage.kind is not PassageKind.ITEM and (is_lead_in or is_aside))
            ):
                part.prose.append(passage)
            else:
                part.add(role, passage)
        if above is None:
            self._add_to_frame(part)
        else:
            _extend(self.building[above].content, part)
            self.building[above].links += section.links

    def _add_to_frame(self, content: Content) -> None:
        self.frame.objectives += content.objectives
        self.frame.pitfalls += content.pitfalls
        self.frame.requires += content.requires

    def _add_terms(self, terms: Iterable[Term], above: int | None) -> int | None:
        """Add a concept for each term and for the terms inside it; return the last top one."""
        last = None
        for term in terms:
            if role_of(term.title) is not Role.CONCEPT:
                self._leave_out(term.title, term.line, "names a part of the document")
                continue
            content = sort_passages(term.passages)
            last = len(self.building)
            self.building.append(
                _Building(
                    title=term.title,
                    line=term.line,
                    last_line=term.last_line,
                    parent=above,
                    content=content,
                )
            )
            self._add_terms(content.terms, last)
        return last

    def _note_comments(self, section: Section) -> None:
        for first, last in section.comments:
            self._leave_out(f"HTML, lines {first} to {last}", first, "is markup, not text")

    def _leave_out(self, title: str, line: int, reason: str) -> None:
        self.left_out.append(LeftOut(title=title or "(no title)", line=line, reason=reason))


def _has_table_of_contents(section: Section) -> bool:
    """Tell whether most list items of a section lead to other places of the document."""
    items = sum(passage.kind is PassageKind.ITEM for passage in section.passages)
    anchors = sum(link.url.startswith("#") for link in section.links)
    return bool(items) and anchors * 2 > items


def _extend(target: Content, content: Content) -> None:
    target.prose += content.prose
    target.objectives += content.objectives
    target.pitfalls += content.pitfalls
    target.requires += content.requires
    target.exercises += content.exercises


def _is_unwritten(content: Content) -> bool:
    return bool(content.prose) and is_unwritten(content.prose[0].text)


def _last_resort(document: Document, outline: Outline) -> Iterator[Concept]:
    """Take objectives, then set-off terms, then the title as concepts of a document without any."""
    if outline.objectives:
        for passage in outline.objectives:
            yield Concept(
                title=passage.text.rstrip(" .;"),
                line=passage.line,
                last_line=passage.last_line,
                parent=None,
            )
        return
    found = False
    for section in document.sections:
        for passage in section.passages:
            for span in passage.spans:
                if span.style is Style.STRONG and role_of(span.text) is Role.CONCEPT:
                    found = True
                    yield Concept(
                        title=" ".join(span.text.split()).strip(" :."),
                        line=passage.line,
                        last_line=passage.last_line,
                        parent=None,
                        prose=(passage,),
                    )
    if not found and outline.title:
        section = next(s for s in document.sections if s.title == outline.title)
        yield Concept(
            title=outline.title,
            line=section.line,
            last_line=document.line_count,
            parent=None,
            prose=tuple(p for s in document.sections for p in s.passages),
        )
