"""What a model is shown: the selected lines of the run's documents, and the links in them.

Lines keep their numbers, so that an answer can be held against the document.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from curricle.curriculum.addresses import is_web_address
from curricle.curriculum.titles import title_key
from curricle.generation.document import parse_document
from curricle.generation.excerpt import only_sections, outline_of
from curricle.generation.outline import Outline
from curricle.generation.selection import ScopeMode
from curricle.layout import CONTEXT, SCOPE, TOPIC_SPEC
from curricle.printable import without_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curricle.generation.compiler import Brief
    from curricle.generation.document import Link, Section


LINE_CHARACTERS_MAX: Final = 20_000
"""Shown of one line: what is longer is data, such as an image, or no line that people write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpt:
    """Lines of one document, ascending."""

    path: str
    """Inside the run."""
    lines: tuple[tuple[int, str], ...]
    """1-based numbers with their text."""

    @property
    def size(self) -> int:
        """Return about how many characters of a prompt it takes."""
        return sum(len(text) + len(str(number)) + 3 for number, text in self.lines)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Documents that one question shows, numbered from 1, with their links."""

    documents: tuple[Excerpt, ...]
    links: tuple[Link, ...] = ()

    def holds(self, path: str, first: int, last: int) -> bool:
        """Tell whether all lines from `first` to `last` of a document are shown."""
        runs = self._runs.get(path, [])
        at = bisect_right(runs, (first, float("inf"))) - 1
        return at >= 0 and runs[at][0] <= first <= last <= runs[at][1]

    @cached_property
    def _runs(self) -> dict[str, list[tuple[int, int]]]:
        """Return path → first and last lines of stretches without a gap, ascending."""
        numbers: dict[str, list[int]] = {}
        for own in self.documents:
            numbers.setdefault(own.path, []).extend(number for number, _ in own.lines)
        return {path: _runs(sorted(held)) for path, held in numbers.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """All that a curriculum can be made from."""

    outline: Outline
    """What the internal compiler reads in the scope document; empty without one."""
    sections: tuple[Section, ...]
    """The selected sections; the first may stand before any heading."""
    scope: Excerpt | None
    wanted: Excerpt | None
    """Items of `scope_in` that the scope document does not name, as lines of the topic spec."""
    context: tuple[Excerpt, ...]

    def lines_of(self, section: Section) -> tuple[tuple[int, str], ...]:
        """Return the lines of a section, with the blank ones after it."""
        lines = self.scope.lines if self.scope else ()
        start = bisect_right(lines, section.line - 1, key=itemgetter(0))
        end = bisect_right(lines, section.last_line, key=itemgetter(0))
        while end < len(lines) and not lines[end][1].strip():
            end += 1
        return lines[start:end]

    def unshown_context(self) -> tuple[str, ...]:
        """Return a sentence for each context file, for when there is no room for them."""
        return tuple(
            f"{part.path} was too long to be shown to the model: it is only linked where it names"
            " a concept"
            for part in self.context
        )


def gather(brief: Brief) -> Material:
    """Return what there is to show of a brief.

    Raises:
        UnknownSectionError: the selection names a heading that the scope does not have.
    """
    outline = Outline(title=brief.spec.context_pack.domain, concepts=())
    sections: tuple[Section, ...] = ()
    scope = None
    if brief.scope_text is not None:
        document = parse_document(brief.scope_text)
        outline = outline_of(document, brief.selection)
        if brief.selection.mode is ScopeMode.SECTION:
            document = only_sections(document, brief.selection.sections)
        sections = tuple(s for s in document.sections if s.level or s.passages)
        scope = Excerpt(path=SCOPE, lines=tuple(_selected(brief.scope_text, sections)))
    return Material(
        outline=outline,
        sections=sections,
        scope=scope,
        wanted=_wanted(brief, outline),
        context=tuple(
            Excerpt(path=f"{CONTEXT}/{name}", lines=tuple(enumerate(shown_lines(text), 1)))
            for name, text in sorted(brief.context.items())
        ),
    )


def links_in(sections: Iterable[Section]) -> tuple[Link, ...]:
    """Return the links to web pages, each address once, in document order."""
    found: dict[str, Link] = {}
    for section in sections:
        for link in section.links:
            if is_web_address(link.url):
                found.setdefault(link.url, link)
    return tuple(found.values())


def _wanted(brief: Brief, outline: Outline) -> Excerpt | None:
    known = {title_key(title) for c in outline.concepts for title in (c.title, *c.aliases)}
    known |= {title_key(part.title) for part in outline.left_out}
    lines = tuple(
        (brief.item_lines[at], " ".join(without_control_characters(item).split()))
        for at, item in enumerate(brief.spec.scope_in)
        if title_key(item) not in known
    )
    return Excerpt(path=TOPIC_SPEC, lines=tuple(sorted(lines))) if lines else None


def _selected(text: str, sections: Sequence[Section]) -> Iterator[tuple[int, str]]:
    """Yield the lines of sections with the blank ones after each: a citation may span sections."""
    lines = shown_lines(text)
    last = 0
    for section in sections:
        end = min(section.last_line, len(lines))
        while end < len(lines) and not lines[end].strip():
            end += 1
        for number in range(max(section.line, last + 1), end + 1):
            yield number, lines[number - 1]
        last = max(last, end)


def shown_lines(text: str) -> list[str]:
    """Return the lines of a document as a question shows them: a very long one by its beginning."""
    lines = without_control_characters(text).split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [
        line if len(line) <= LINE_CHARACTERS_MAX else f"{line[:LINE_CHARACTERS_MAX]} […]"
        for line in lines
    ]


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
