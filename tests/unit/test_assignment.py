from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.generation.assignment import assign, assign_objectives
from curricle.generation.concepts import find_concepts
from curricle.generation.document import parse_document
from scopes import sections

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
