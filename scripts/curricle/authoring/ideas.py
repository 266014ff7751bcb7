"""Concepts as a model describes them, each held against the lines it cites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.answers import UnfitAnswerError, shown, text_of, texts_of
from curricle.curriculum.values import Source
from curricle.generation.exclusion import TITLE_LENGTH_MAX
from curricle.generation.outline import LeftOut
from curricle.layout import SCOPE
from curricle.printable import one_line, without_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.authoring.material import Shown
    from curricle.generation.document import Link

CONCEPTS_MAX: Final = 500
"""In one answer."""
MINUTES_MAX: Final = 6000
_MINUTES_STEP: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Idea:
    """A concept to learn, before it has an id and prerequisites."""

    title: str
    capability: str
    core_ideas: tuple[str, ...]
    pitfalls: tuple[str, ...]
    mastery_task: str
    pass_criteria: str
    minutes: int
    confidence: float
    sources: tuple[Source, ...]
    """At least one."""
    links: tuple[Link, ...] = ()
    aliases: tuple[str, ...] = ()
    """Titles of what was merged into it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Harvest:
    """What one answer makes of the lines it was shown."""

    ideas: tuple[Idea, ...]
    left_out: tuple[LeftOut, ...]
    questions: tuple[tuple[str, tuple[str, ...]], ...]
    """What is open, with the titles it is about."""


def read_harvest(answer: Mapping[str, Any], material: Shown) -> Harvest:
    """Return the concepts of an answer, which keeps to the schema.

    Raises:
        UnfitAnswerError: it cites what was not shown, or says nothing where something is needed.
    """
    if len(answer["concepts"]) > CONCEPTS_MAX:
        raise UnfitAnswerError(f"it has more than {CONCEPTS_MAX} concepts")
    ideas = tuple(_read_idea(entry, material) for entry in answer["concepts"])
    return Harvest(
        ideas=ideas,
        left_out=tuple(_read_left_out(entry, material) for entry in answer["left_out"]),
        questions=tuple(
            (
                text_of(entry["question"], "a question"),
                tuple(text_of(t, "a title") for t in entry["titles"]),
            )
            for entry in answer["open_questions"]
        ),
    )


def cite(document: int, first: int, last: int, material: Shown) -> Source:
    """Return the lines that an answer cites.

    Raises:
        UnfitAnswerError: they were not shown.
    """
    if not 1 <= document <= len(material.documents):
        raise UnfitAnswerError(f"it cites document {document}, there are {len(material.documents)}")
    path = material.documents[document - 1].path
    if not material.holds(path, first, last):
        raise UnfitAnswerError(
            f"it cites lines {first} to {last} of document {document}, which were not all shown"
        )
    return Source(path=path, first_line=first, last_line=last)


def read_minutes(minutes: float) -> int:
    """Return an estimate in steps of five minutes.

    Raises:
        UnfitAnswerError: it is none that can be.
    """
    if not 1 <= minutes <= MINUTES_MAX:
        raise UnfitAnswerError(f"{minutes} minutes is not between 1 and {MINUTES_MAX}")
    return max(_MINUTES_STEP, round(minutes / _MINUTES_STEP) * _MINUTES_STEP)


def read_title(title: str) -> str:
    """Return a title on one line; whether it names anything is decided with all of them.

    Raises:
        UnfitAnswerError: it is too long.
    """
    kept = " ".join(without_control_characters(title).split())
    if len(kept) > TITLE_LENGTH_MAX:
        raise UnfitAnswerError(f"a title has more than {TITLE_LENGTH_MAX} characters")
    return kept


def _read_idea(entry: Mapping[str, Any], material: Shown) -> Idea:
    title = read_title(entry["title"])
    if not 0 <= entry["confidence"] <= 1:
        raise UnfitAnswerError(f"the confidence of {shown(title)} is not between 0 and 1")
    of_title = f"of {shown(title)}"
    return Idea(
        title=title,
        capability=text_of(entry["capability"], f"the capability {of_title}"),
        core_ideas=texts_of(entry["core_ideas"], f"a core idea {of_title}"),
        pitfalls=texts_of(entry["pitfalls"], f"a pitfall {of_title}"),
        mastery_task=text_of(entry["mastery_task"], f"the mastery task {of_title}"),
        pass_criteria=text_of(entry["pass_criteria"], f"the pass criteria {of_title}"),
        minutes=read_minutes(entry["minutes"]),
        confidence=round(float(entry["confidence"]), 2),
        sources=(
            cite(
                int(entry["document"]),
                int(entry["first_line"]),
                int(entry["last_line"]),
                material,
            ),
        ),
        links=_read_links(entry["links"], material.links),
    )


def _read_links(numbers: Sequence[int], links: Sequence[Link]) -> tuple[Link, ...]:
    for number in numbers:
        if not 1 <= number <= len(links):
            raise UnfitAnswerError(f"it names link {number}, there are {len(links)}")
    return tuple(links[int(number) - 1] for number in dict.fromkeys(numbers))


def _read_left_out(entry: Mapping[str, Any], material: Shown) -> LeftOut:
    document, line = entry["document"], entry["line"]
    if line is not None and document is None:
        raise UnfitAnswerError(f"it leaves out line {line} and does not say of which document")
    source = None if line is None else cite(int(document), int(line), int(line), material)
    return LeftOut(
        title=one_line(text_of(entry["title"], "the title of what is left out"), 200),
        # Notes name lines of the scope document, and of no other.
        line=source.first_line if source and source.path == SCOPE else None,
        reason=text_of(entry["reason"], "a reason"),
    )
