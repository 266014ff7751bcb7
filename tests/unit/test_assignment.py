from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curricle.generation.assignment import assign, assign_objectives
from curricle.generation.concepts import find_concepts
from curricle.generation.document import parse_document
from scopes import compiled, sections

if TYPE_CHECKING:
    from curricle.generation.outline import Outline

TEXT = sections(("Loops", "A loop repeats."), ("Functions", "They take arguments."))


def outline(text: str) -> Outline:
    return find_concepts(parse_document(text))


def test_a_text_goes_to_the_concept_that_speaks_most_of_it() -> None:
    found = assign(["Pass two arguments", "End every loop"], outline(TEXT).concepts)
    assert found.by_concept == (("End every loop",), ("Pass two arguments",))
    assert found.homeless == ()


def test_a_text_that_no_concept_speaks_of_stays_homeless() -> None:
    found = assign(["Fly to Mars"], outline(TEXT).concepts)
    assert (found.by_concept, found.homeless) == (((), ()), ("Fly to Mars",))
    assert assign(["Fly"], []).homeless == ("Fly",)


@pytest.mark.parametrize(
    "text", ["Bread needs sugar", "A strong king repeated it", "It is what it is", "???"]
)
def test_a_part_of_a_word_or_a_word_that_stands_everywhere_is_no_home(text: str) -> None:
    concepts = outline(
        sections(*((name, f"{name} needs care.") for name in ("Strings", "Lists", "Packing")))
    ).concepts
    assert assign([text], concepts).homeless == (text,)


def test_a_misconception_without_a_home_is_an_open_question() -> None:
    draft = compiled(TEXT, misconceptions=["Ringo plays the drums", "Loops never end"])
    loops, functions = draft.curriculum.nodes
    assert (loops.pitfalls, functions.pitfalls) == (("Loops never end",), ())
    assert any("Ringo plays" in q.question for q in draft.curriculum.open_questions)


def test_objectives_and_pitfalls_of_the_document_land_in_concepts() -> None:
    frame = (
        "## Objectives\n\n- Pass arguments\n- Fly to Mars\n\n## Pitfalls\n\n- A loop without end\n"
    )
    found = assign_objectives(outline(f"{TEXT}\n{frame}"))
    loops, functions = found.concepts
    assert [p.text for p in functions.objectives] == ["Pass arguments"]
    assert [p.text for p in loops.objectives] == ["Fly to Mars"]
    assert [p.text for p in loops.pitfalls] == ["A loop without end"]


def test_an_objective_is_not_repeated_as_the_objective_of_itself() -> None:
    found = assign_objectives(outline("# T\n\n## Objectives\n\n- Explain a loop.\n"))
    assert [(c.title, c.objectives) for c in found.concepts] == [("Explain a loop", ())]
