"""A Markdown document as sections of passages, each with its lines.

Says what stands where and nothing about what it means: `roles.py` and `concepts.py` do. Parsing
is `markdown-it-py`'s; this file folds its tokens into values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from curricle.printable import without_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class Style(StrEnum):
    """How a stretch of text is set."""

    PLAIN = "plain"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"
    LINK = "link"


class PassageKind(StrEnum):
    """What a passage is in the document."""

    PROSE = "prose"
    ITEM = "item"
    TERM = "term"
    """The term of a definition list; the definition follows as prose."""
    ROW = "row"
    """A row of a table; its cells are in `cells`."""
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style; a line break is a newline."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Link:
    """A link with the words it hangs on."""

    text: str
    url: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A paragraph, list item, table row or code block; lines are 1-based and inclusive."""

    kind: PassageKind
    spans: tuple[Span, ...]
    line: int
    last_line: int
    depth: int = 0
    """How deep in lists, 1 for a top item."""
    list_id: int = 0
    """The same for the items of one list; 0 outside lists."""
    is_step: bool = False
    """An item of a numbered list."""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the passage on one line, without its markup."""
        return _text(self.spans)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A heading with what stands under it before the next heading."""

    title: str
    """As written, without the markup of emphasis and links; empty before the first heading."""
    level: int
    """1 to 6, or 0 before the first heading."""
    line: int
    last_line: int
    parent: int | None
    """Index of the section this one is part of."""
    passages: tuple[Passage, ...] = ()
    links: tuple[Link, ...] = ()
    comments: tuple[tuple[int, int], ...] = ()
    """First and last lines of HTML blocks, which nothing is read from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A whole document."""

    sections: tuple[Section, ...]
    line_count: int
    unclosed_code_line: int | None = None
    """Where a code block begins that swallows the rest of the document."""
    front_matter: Mapping[str, str] = field(default_factory=dict)
    """The plain `key: text` lines in front of the text; the rest of YAML is passed over."""


def parse_document(text: str) -> Document:
    """Return the sections of a Markdown text, without control characters. Any text is Markdown."""
    text = without_control_characters(text)
    lines = text.split("\n")
    reader = _Reader(lines)
    sections = [_Open(title="", level=0, line=1, parent=None)]
    nodes = SyntaxTreeNode(_parser().parse(text)).children
    for node in nodes:
        if node.type == "heading":
            level = int(node.tag[1:])
            parent = len(sections) - 1
            while sections[parent].level >= level:
                parent = sections[parent].parent or 0
            heading = node.children[0]
            section = _Open(_title(heading), level, _first_line(node), parent)
            section.links += _links(heading, section.line)
            sections.append(section)
        else:
            reader.read(node, sections[-1])
    ends = [section.line - 1 for section in sections[1:]] + [len(lines)]
    return Document(
        sections=tuple(
            Section(
                title=section.title,
                level=section.level,
                line=section.line,
                last_line=_last_written(lines, section.line, end),
                parent=section.parent,
                passages=tuple(section.passages),
                links=tuple(section.links),
                comments=tuple(section.comments),
            )
            for section, end in zip(sections, ends, strict=True)
        ),
        line_count=len(lines),
        unclosed_code_line=reader.unclosed_code_line,
        front_matter=_front_matter(nodes),
    )


@dataclass(slots=True)
class _Open:
    """A section that is still being read."""

    title: str
    level: int
    line: int
    parent: int | None
    passages: list[Passage] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)


class _Reader:
    """Reads block nodes into the section they stand in."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.unclosed_code_line: int | None = None
        self.list_count = 0

    def read(self, node: SyntaxTreeNode, section: _Open, depth: int = 0, list_id: int = 0) -> None:
        match node.type:
            case "paragraph" | "heading":
                # A heading inside a list or quotation is a line of it.
                self._add(PassageKind.PROSE, node, section, depth, list_id)
            case "bullet_list" | "ordered_list":
                self.list_count += 1
                own_id = self.list_count
                for item in node.children:
                    is_step = node.type == "ordered_list"
                    self._read_item(item, section, depth + 1, own_id, is_step=is_step)
            case "blockquote" | "dl" | "dd":
                for child in node.children:
                    self.read(child, section, depth, list_id)
            case "dt":
                self._add(PassageKind.TERM, node, section, depth, list_id)
            case "table":
                self._read_table(node, section)
            case "fence" | "code_block":
                self._read_code(node, section, depth, list_id)
            case "html_block":
                section.comments.append(_line_range(node))
            case _:
                pass  # a rule between paragraphs, or front matter

    def _read_item(
        self,
        item: SyntaxTreeNode,
        section: _Open,
        depth: int,
        list_id: int,
        *,
        is_step: bool,
    ) -> None:
        for at, child in enumerate(item.children):
            if at == 0 and child.type == "paragraph":
                self._add(PassageKind.ITEM, child, section, depth, list_id)
                if is_step and section.passages:
                    section.passages[-1] = replace(section.passages[-1], is_step=True)
            else:
                self.read(child, section, depth, list_id)

    def _read_table(self, table: SyntaxTreeNode, section: _Open) -> None:
        header: tuple[str, ...] = ()
        for part in table.children:
            for row in part.children:
                first, last = _line_range(row)
                inlines = [cell.children[0] for cell in row.children if cell.children]
                cells = tuple(_text(_spans(inline)) for inline in inlines)
                for inline in inlines:
                    section.links += _links(inline, first)
                if part.type == "thead":
                    header = cells
                    continue
                spans = [s for inline in inlines for s in (*_spans(inline), _CELL_END)]
                section.passages.append(
                    Passage(
                        kind=PassageKind.ROW,
                        spans=tuple(spans),
                        line=first,
                        last_line=last,
                        cells=cells,
                        header=header,
                    )
                )

    def _read_code(self, node: SyntaxTreeNode, section: _Open, depth: int, list_id: int) -> None:
        first, last = _line_range(node)
        if node.type == "fence" and last >= _last_written(self.lines, 1, len(self.lines)):
            closing = self.lines[last - 1].strip("> \t") if last > first else ""
            if not closing.startswith(node.markup) or closing.strip(node.markup[0]):
                self.unclosed_code_line = first
        section.passages.append(
            Passage(
                kind=PassageKind.CODE,
                spans=(Span(node.content, Style.CODE),),
                line=first,
                last_line=last,
                depth=depth,
                list_id=list_id,
            )
        )

    def _add(
        self, kind: PassageKind, node: SyntaxTreeNode, section: _Open, depth: int, list_id: int
    ) -> None:
        first, last = _line_range(node)
        spans = tuple(span for child in node.children for span in _spans(child))
        if kind is PassageKind.ITEM and spans and (box := _TASK_BOX.match(spans[0].text)):
            spans = (Span(spans[0].text[box.end() :], spans[0].style), *spans[1:])
        section.links += [link for child in node.children for link in _links(child, first)]
        if _text(spans):
            passage = Passage(
                kind=kind, spans=spans, line=first, last_line=last, depth=depth, list_id=list_id
            )
            section.passages.append(passage)


_CELL_END: Final = Span(" ; ", Style.PLAIN)
_STYLES: Final = {
    "strong": Style.STRONG,
    "em": Style.EMPHASIS,
    "link": Style.LINK,
}
_FRONT_MATTER: Final = re.compile(
    r"(?m)^(\w+):[ \t]+([\"']?)([^\s\[{|>&*!#%@`-].*?)[ \t]*$(?!\n[ \t])"
)
_TASK_BOX: Final = re.compile(r"\[[ xX]\](?:\s+|$)")
_SLUG_MARK: Final = re.compile(r"\s*\{#[\w-]+\}\s*$")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return parser.use(front_matter_plugin).use(deflist_plugin)


def _front_matter(nodes: Iterable[SyntaxTreeNode]) -> dict[str, str]:
    text = next((node.content for node in nodes if node.type == "front_matter"), "")
    return {
        key.lower(): value.removesuffix(quote).strip()
        for key, quote, value in _FRONT_MATTER.findall(text)
    }


def _line_range(node: SyntaxTreeNode) -> tuple[int, int]:
    first, end = node.map or (0, 1)
    return first + 1, max(first + 1, end)


def _first_line(node: SyntaxTreeNode) -> int:
    return _line_range(node)[0]


def _last_written(lines: Sequence[str], first: int, last: int) -> int:
    while last > first and not lines[last - 1].strip():
        last -= 1
    return max(first, last)


def _spans(node: SyntaxTreeNode, style: Style = Style.PLAIN) -> Iterator[Span]:
    match node.type:
        case "text" | "text_special" | "image":
            # An entity such as `&#27;` is a control character only now.
            yield Span(without_control_characters(node.content), style)
        case "code_inline":
            yield Span(node.content, Style.CODE)
        case "softbreak" | "hardbreak":
            yield Span("\n", style)
        case "html_inline":
            pass
        case _:
            inner = _STYLES.get(node.type, style)
            for child in node.children:
                yield from _spans(child, inner)


def _links(node: SyntaxTreeNode, line: int) -> Iterator[Link]:
    if node.type == "link":
        yield Link(_text(_spans(node)), str(node.attrs.get("href", "")), line)
    for child in node.children:
        yield from _links(child, line)


def _text(spans: Iterable[Span]) -> str:
    return "".join(span.text for span in spans).replace("\n", " ").strip()


def _title(inline: SyntaxTreeNode) -> str:
    """Return a heading's text; code keeps its backquotes, since they are part of the name."""
    parts = [f"`{s.text}`" if s.style is Style.CODE else s.text for s in _spans(inline)]
    return _SLUG_MARK.sub("", " ".join("".join(parts).split()))
