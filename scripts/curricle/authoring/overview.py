"""The first look at a long document: its headings, and which of them teach what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.answers import UnfitAnswerError, text_of
from curricle.authoring.asking import Inquiry
from curricle.authoring.ideas import read_title
from curricle.authoring.packing import packed
from curricle.authoring.prompts import marker_for, render_prompt
from curricle.authoring.question import Question
from curricle.authoring.requests import request_of
from curricle.authoring.shapes import OUTLINE
from curricle.authoring.whole import TOPIC_LENGTH_MAX
from curricle.generation.outline import LeftOut
from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from curricle.authoring.material import Material
    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.generation.document import Section

_EXTRACT_LENGTH_MAX: Final = 240
_HEADING_LENGTH_MAX: Final = 200
_TITLES_MAX: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """What some headings promise."""

    topic: str
    expected: Mapping[int, tuple[str, ...]]
    """Index of a section → titles of the concepts it should teach."""
    left_out: Mapping[int, LeftOut]
    """Index of a section that is not read."""


def overview_inquiries(spec: TopicSpec, material: Material, budget: int) -> list[Inquiry[Overview]]:
    """Return the questions about the headings: one, or as many as they need to fit."""
    request = request_of(spec, node_count_max=spec.constraints.node_count_max, is_whole=True)
    room = max(budget - len(_prompt(request, [])), budget // 4)
    sections = dict(enumerate(material.sections))
    spare = room // max(1, len(sections)) - _HEADING_LENGTH_MAX // 2
    extract_length = max(0, min(_EXTRACT_LENGTH_MAX, spare))
    rows = {at: _row(at, section, extract_length) for at, section in sections.items()}
    groups = packed(rows, lambda at: len(rows[at]) + 1, room)
    inquiries = []
    for number, group in enumerate(groups, 1):
        name = "outline" if len(groups) == 1 else f"outline {number}"
        prompt = _prompt(request, [rows[at] for at in group])
        inquiries.append(
            Inquiry(
                question=Question(name=name, prompt=prompt, schema=OUTLINE),
                read=_reader(group, sections),
            )
        )
    return inquiries


def _prompt(request: str, rows: Sequence[str]) -> str:
    return render_prompt("outline", marker=marker_for([request, *rows]), request=request, rows=rows)


def _row(at: int, section: Section, extract_length: int) -> str:
    title = one_line(section.title, _HEADING_LENGTH_MAX) or "(before the first heading)"
    row = f"{at + 1}| {'#' * section.level} {title} (lines {section.line} to {section.last_line})"
    text = next((p.text for p in section.passages), "")
    return f"{row}: {one_line(text, extract_length)}" if text and extract_length else row


def _reader(
    group: Sequence[int], sections: Mapping[int, Section]
) -> Callable[[Mapping[str, Any]], Overview]:
    def read(answer: Mapping[str, Any]) -> Overview:
        expected: dict[int, tuple[str, ...]] = {}
        left_out: dict[int, LeftOut] = {}
        for entry in answer["sections"]:
            at = _known(entry["section"], group, [*expected, *left_out])
            titles = (read_title(title) for title in entry["titles"][:_TITLES_MAX])
            expected[at] = tuple(dict.fromkeys(title for title in titles if title))
        for entry in answer["left_out"]:
            at = _known(entry["section"], group, [*expected, *left_out])
            section = sections[at]
            left_out[at] = LeftOut(
                title=section.title or "(no title)",
                line=section.line,
                reason=text_of(entry["reason"], "a reason"),
            )
        return Overview(
            topic=text_of(answer["topic"], "the topic", length_max=TOPIC_LENGTH_MAX),
            expected=expected,
            left_out=left_out,
        )

    return read


def _known(number: int, group: Sequence[int], named: Sequence[int]) -> int:
    at = int(number) - 1
    if at not in group:
        raise UnfitAnswerError(f"it names section {number}, which is not listed")
    if at in named:
        raise UnfitAnswerError(f"it names section {number} twice")
    return at
