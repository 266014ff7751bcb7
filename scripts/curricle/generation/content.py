"""Sorts what stands under a heading: prose, objectives, pitfalls, terms with their own text.

A bold or short line in front of a list says what the list holds, just as a heading would; a list
item or paragraph that begins with a set-off term is that term's own little section.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from curricle.curriculum.titles import strip_numbering, words_of
from curricle.curriculum.verbs import is_objective
from curricle.generation.document import Passage, PassageKind, Span, Style
from curricle.generation.roles import Role, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

TERM_WORDS_MAX: Final = 5
"""A set-off phrase of more words says something rather than naming it."""
_LABEL_WORDS_MAX: Final = 8
_TOPIC_WORDS_MAX: Final = 14
_SEPARATOR: Final = re.compile(r"^\s*(?:[:–—]|-{1,2}\s|\s-)\s*")  # noqa: RUF001 - dashes are meant
_PLAIN_TERM: Final = re.compile(r"([^:–—]{2,80}?)\s*(?::|\s[–—-]{1,2})\s+(?=\S)")  # noqa: RUF001
_ADDRESS: Final = re.compile(r"(?:You|We|They|There|I) \w")
"""How a sentence begins that is set off for the reader, as "You can check it" is."""
_ADMONITION: Final = re.compile(
    r"(?:note|notice|nb|tip|hint|warning|caution|attention|important|danger|example|examples|info"
    r"|remember|remark|aside|see also|update|edit|source|definition|theorem|proof|lemma|summary"
    r"|why|how|when|what|where|who|step \d+|result|output|input|answer|question|exercise|solution"
    r"|links?|textbook|website|videos?|slides|materials?|duration|effort|level|time|prerequisites?"
    r"|todo|goal|objective|optional|bonus|pros|cons|advantages|disadvantages|e\.?g|i\.?e)s?",
    re.IGNORECASE,
)
_PITFALL: Final = re.compile(
    r"(?:a )?(?:common|frequent|typical|popular|usual)? ?(?:misconceptions?|mistakes?|pitfalls?"
    r"|errors?|gotchas?|traps?|oversights?|misunderstandings?)\b",
    re.IGNORECASE,
)
_EXPLANATION_WORDS_MIN: Final = 5
_TOPIC_HEADER: Final = re.compile(
    r"(?:topics?|concepts?|terms?|modules?|lessons?|units?|chapters?|courses?|skills?|subjects?"
    r"|areas?|themes?|names?|titles?|items?|books?|readings?)\b.*",
    re.IGNORECASE,
)
_TEXT_HEADER: Final = re.compile(
    r"(?:descriptions?|definitions?|meaning|what it is|explanation|details?|notes?|about|content)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """Something set off from the text around it that is explained on its own."""

    title: str
    passages: tuple[Passage, ...]
    line: int
    last_line: int


@dataclass(kw_only=True, slots=True)
class Content:
    """What stands under one heading."""

    prose: list[Passage] = field(default_factory=list)
    """Paragraphs, code, rows and list items that are none of the following."""
    objectives: list[Passage] = field(default_factory=list)
    pitfalls: list[Passage] = field(default_factory=list)
    requires: list[Passage] = field(default_factory=list)
    exercises: list[Passage] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)

    def add(self, role: Role, passage: Passage) -> None:
        """Put a passage where its role says."""
        target = {
            Role.OBJECTIVES: self.objectives,
            Role.PITFALLS: self.pitfalls,
            Role.PREREQUISITES: self.requires,
            Role.EXERCISES: self.exercises,
        }.get(role, self.prose)
        target.append(passage)


def sort_passages(passages: Sequence[Passage]) -> Content:
    """Return what stands under a heading that names a concept."""
    content = Content()
    label = Role.CONCEPT
    has_prose = any(p.kind is PassageKind.PROSE and not _is_label(p) for p in passages)
    for group in _groups(passages):
        first = group[0]
        if first.kind is PassageKind.PROSE:
            label = _sort_paragraph(first, content)
        elif first.kind is PassageKind.ROW and is_topic_table(first):
            content.terms += [_row_term(row) for row in group]
        elif first.kind is PassageKind.TERM:
            content.terms += _defined_terms(group)
        elif first.kind is PassageKind.ITEM:
            _sort_list(group, label, content, has_prose=has_prose)
            label = Role.CONCEPT
        else:
            content.prose += group
    return content


def topics_in(passages: Sequence[Passage]) -> tuple[list[Term], list[Passage]]:
    """Return the concepts that a list of topics names, and the passages that name none."""
    topics, rest = [], []
    for group in _groups(passages):
        first = group[0]
        if first.kind is PassageKind.TERM:
            topics += _defined_terms(group)
        elif first.kind is PassageKind.ITEM:
            items = list(_items(group))
            for (item, below), found in zip(items, _split_alike(items), strict=True):
                term = found
                if term is None and len(words_of(item.text)) <= _TOPIC_WORDS_MAX:
                    term = _whole_term(item, below)
                if term is None:
                    rest += [item, *below]
                else:
                    topics.append(term)
        elif first.kind is PassageKind.ROW:
            topics += [_row_term(row) for row in group]
        elif first.kind is PassageKind.PROSE and (term := split_term(first, [], any_style=False)):
            topics.append(term)
        else:
            rest += group
    return topics, rest


def split_term(
    passage: Passage,
    below: Sequence[Passage],
    *,
    any_style: bool,
    explanation_words_min: int = _EXPLANATION_WORDS_MIN,
) -> Term | None:
    """Return the set-off term that a passage begins with and explains, or None.

    With `any_style`, a term need not be bold: code, a link and plain words will do too.
    """
    found = _set_off(passage, any_style=any_style, words_min=explanation_words_min)
    if found is None:
        return None
    title, rest = found
    title = " ".join(title.split()).strip(" :.")
    if not 1 <= len(words_of(title)) <= TERM_WORDS_MAX or _ADMONITION.fullmatch(title):
        return None
    if role_of(title) is not Role.CONCEPT or _PITFALL.match(title) or _ADDRESS.match(title):
        return None
    own = [_with_spans(passage, rest)] if any(s.text.strip(" .:–—-") for s in rest) else []  # noqa: RUF001
    return _term(title, passage, own, below)


def _split_alike(items: Sequence[tuple[Passage, list[Passage]]]) -> list[Term | None]:
    """Return the set-off term of each item; where one is explained, few words explain another."""
    terms = [split_term(item, below, any_style=True) for item, below in items]
    if any(terms):
        return [
            split_term(item, below, any_style=True, explanation_words_min=1)
            for item, below in items
        ]
    return terms


def is_topic_table(row: Passage) -> bool:
    """Tell whether a table lists concepts, one in the first cell of each row."""
    if len(row.header) < 2 or not row.header[0]:  # noqa: PLR2004 - a list is no table
        return False
    return bool(_TOPIC_HEADER.fullmatch(row.header[0])) and (
        any(_TEXT_HEADER.fullmatch(cell) for cell in row.header[1:])
        or bool(
            re.match(r"topic|concept|term|module|lesson|course|skill", row.header[0], re.IGNORECASE)
        )
    )


def _sort_paragraph(passage: Passage, content: Content) -> Role:
    """Put a paragraph where it belongs; return what it says the list after it holds."""
    text = passage.text
    if _PITFALL.match(text):
        if text.endswith(":"):
            content.prose.append(passage)
            return Role.PITFALLS
        content.pitfalls.append(passage)
        return Role.CONCEPT
    if _is_label(passage):
        role = role_of(text)
        if role is Role.CONCEPT:
            content.prose.append(passage)
        return role
    if term := split_term(passage, [], any_style=False):
        content.terms.append(term)
        return Role.CONCEPT
    label, _, rest = text.partition(":")
    if rest and role_of(label) is Role.PREREQUISITES:
        content.requires.append(_with_spans(passage, [Span(rest.strip(), Style.PLAIN)]))
        return Role.CONCEPT
    content.prose.append(passage)
    return Role.CONCEPT


def _is_label(passage: Passage) -> bool:
    spans = [span for span in passage.spans if span.text.strip()]
    is_bold = all(span.style is Style.STRONG for span in spans)
    words = len(words_of(passage.text))
    return words <= _LABEL_WORDS_MAX and (is_bold or passage.text.endswith(":"))


def _sort_list(group: Sequence[Passage], label: Role, content: Content, *, has_prose: bool) -> None:
    items = list(_items(group))
    if label not in {Role.CONCEPT, Role.TOPICS, Role.GOAL}:
        for item, below in items:
            content.add(label, item)
            content.prose += below
        return
    terms = [split_term(item, below, any_style=False) for item, below in items]
    if sum(term is not None for term in terms) * 2 < len(items):
        terms = [None] * len(items)
    is_listing = label is Role.TOPICS or (not has_prose and _are_phrases(items))
    named = _split_alike(items) if is_listing else terms
    for (item, below), term, name in zip(items, terms, named, strict=True):
        if term is not None:
            content.terms.append(term)
        elif is_objective(item.text) and not (item.is_step and has_prose):
            content.objectives.append(item)
            content.prose += below
        elif is_listing:
            content.terms.append(name or _whole_term(item, below))
        else:
            content.prose += [item, *below]


def _are_phrases(items: Sequence[tuple[Passage, list[Passage]]]) -> bool:
    return len(items) > 1 and all(
        len(words_of(item.text)) <= _LABEL_WORDS_MAX
        and not item.text.endswith((".", "!", ";"))
        and not is_objective(item.text)
        for item, _ in items
    )


def _groups(passages: Sequence[Passage]) -> Iterator[list[Passage]]:
    """Yield paragraphs singly, and the parts of one list, table or definition list together."""
    group: list[Passage] = []
    for passage in passages:
        if group and not _belongs(passage, group):
            yield group
            group = []
        group.append(passage)
    if group:
        yield group


def _belongs(passage: Passage, group: Sequence[Passage]) -> bool:
    first = group[0]
    if first.kind is PassageKind.ITEM:
        return passage.depth > first.depth or (
            passage.depth == first.depth > 0 and passage.list_id == first.list_id
        )
    if first.kind is PassageKind.ROW:
        return passage.kind is PassageKind.ROW and passage.header == first.header
    if first.kind is PassageKind.TERM:
        return passage.kind is PassageKind.TERM or (
            passage.kind is PassageKind.PROSE and group[-1].last_line + 1 >= passage.line
        )
    return False


def _items(group: Sequence[Passage]) -> Iterator[tuple[Passage, list[Passage]]]:
    """Yield the top items of a list, each with what stands below it."""
    top = min(passage.depth for passage in group if passage.kind is PassageKind.ITEM)
    item: Passage | None = None
    below: list[Passage] = []
    for passage in group:
        if passage.kind is PassageKind.ITEM and passage.depth == top:
            if item is not None:
                yield item, below
            item, below = passage, []
        else:
            below.append(passage)
    if item is not None:
        yield item, below


def _set_off(passage: Passage, *, any_style: bool, words_min: int) -> tuple[str, list[Span]] | None:
    spans = [span for span in passage.spans if span.text]
    if not spans:
        return None
    lead, rest = spans[0], spans[1:]
    is_item = passage.kind is PassageKind.ITEM
    is_marked = (
        lead.style is Style.STRONG
        or (is_item and lead.style is Style.EMPHASIS)
        or (any_style and lead.style in {Style.CODE, Style.LINK})
    )
    if is_marked and rest:
        separator = _SEPARATOR.match(rest[0].text)
        if separator:
            return lead.text, [Span(rest[0].text[separator.end() :], rest[0].style), *rest[1:]]
        if lead.text.rstrip().endswith((":", ".")):
            return lead.text, rest
        if lead.style is Style.CODE and len(words_of(passage.text)) > words_min:
            return lead.text, rest
    # "Week 2: Loops" has a number in front and no term.
    start = len(passage.text) - len(strip_numbering(passage.text))
    if any_style and (plain := _PLAIN_TERM.match(passage.text, start)):
        explanation = passage.text[plain.end() :]
        if len(words_of(explanation)) >= words_min:
            return passage.text[: plain.end(1)], [Span(explanation, Style.PLAIN)]
    return None


def _whole_term(item: Passage, below: Sequence[Passage]) -> Term:
    title = item.text
    if all(span.style is Style.CODE for span in item.spans if span.text.strip()):
        title = item.text.strip("` ")
    return _term(title.rstrip(" .;:,"), item, [], below)


def _term(title: str, passage: Passage, own: Iterable[Passage], below: Sequence[Passage]) -> Term:
    return Term(
        title=title,
        passages=(*own, *below),
        line=passage.line,
        last_line=max([passage.last_line, *(part.last_line for part in below)]),
    )


def _row_term(row: Passage) -> Term:
    rest = " ".join(
        f"{cell.rstrip('.')}."
        for cell in row.cells[1:]
        if cell.strip(" -–—")  # noqa: RUF001
    )
    own = [_with_spans(row, [Span(rest, Style.PLAIN)])] if rest else []
    return _term(row.cells[0] if row.cells else row.text, row, own, [])


def _defined_terms(group: Sequence[Passage]) -> list[Term]:
    terms: list[Term] = []
    for passage in group:
        if passage.kind is PassageKind.TERM:
            terms.append(_term(passage.text, passage, [], []))
        elif terms:
            last = terms[-1]
            terms[-1] = Term(
                title=last.title,
                passages=(*last.passages, passage),
                line=last.line,
                last_line=passage.last_line,
            )
    return terms


def _with_spans(passage: Passage, spans: Sequence[Span]) -> Passage:
    return Passage(
        kind=PassageKind.PROSE,
        spans=tuple(spans),
        line=passage.line,
        last_line=passage.last_line,
    )
