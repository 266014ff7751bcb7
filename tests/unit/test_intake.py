from __future__ import annotations

from typing import Any

import pytest

from curricle.curriculum.topic_spec import spec_problems
from curricle.generation.excerpt import UnknownSectionError
from curricle.generation.intake import Intake, fill_spec
from curricle.generation.selection import ScopeMode, Selection
from scopes import BLANK, EVERYTHING

TEXT = """# Bread

How to bake it.

## Audience

People with an oven.

## Prerequisites

- Patience

## Out of scope

- Rye

## Flour

Ground grain.

## Dough

Needs flour.
"""


def filled(text: str = TEXT, before: dict[str, Any] | None = None, **own: Any) -> Intake:
    return fill_spec({**BLANK, **own}, BLANK, before, text, EVERYTHING)


def test_a_fresh_spec_is_filled_with_what_the_document_says() -> None:
    intake = filled()
    assert intake.filled == {
        "goal": "How to bake it.",
        "audience": "People with an oven.",
        "prerequisites": ["Patience"],
        "scope_in": ["Flour", "Dough"],
        "scope_out": ["Rye"],
    }
    assert intake.document == {**BLANK, **intake.filled}
    assert intake.assumptions == ()
    assert spec_problems(intake.document) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("goal", "Mine"),
        ("audience", "Me"),
        ("prerequisites", ["An oven"]),
        ("scope_in", ["Salt"]),
        ("scope_out", ["Oats"]),
    ],
)
def test_what_a_person_has_set_stays(field: str, value: object) -> None:
    intake = filled(**{field: value})
    assert intake.document[field] == value
    assert field not in intake.filled


def test_a_placeholder_is_not_set_by_anybody() -> None:
    assert filled(goal="TODO: goal").filled["goal"] == "How to bake it."


def test_what_an_earlier_document_filled_is_filled_anew() -> None:
    first = filled()
    later = fill_spec(
        first.document, BLANK, first.filled, "# Jam\n\n## Sugar\n\nx\n\n## Fruit\n", EVERYTHING
    )
    assert later.document["scope_in"] == ["Sugar", "Fruit"]
    assert later.document["scope_out"] == []
    mended = {**first.document, "goal": "Mine now"}
    again = fill_spec(mended, BLANK, first.filled, TEXT, EVERYTHING)
    assert again.document["goal"] == "Mine now"


def test_what_the_document_does_not_say_is_assumed_and_told() -> None:
    intake = filled("# Bread\n\n## Flour\n\n## Dough\n")
    assert intake.document["goal"] == "Work through Bread"
    assert intake.document["audience"] == "Learners who are new to Bread"
    assert len(intake.assumptions) == 2
    untitled = filled("## A1\n\n## B1\n\n## C1\n\n## D1\n\n## E1\n")
    assert untitled.document["goal"] == "Work through A1, B1, C1, D1 and more"


def test_a_placeholder_in_the_document_fills_nothing() -> None:
    intake = filled("# replace_with_title\n\n## replace_with_topic\n\nx\n\n## Flour\n\nx\n")
    assert intake.document["scope_in"] == ["Flour"]
    assert "replace_with" not in str(intake.filled)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Bake. " * 500, "Bake. " * 333),
        ("Bake. " + "word " * 900, "Bake."),
        ("word " * 900, "word " * 398 + "word…"),
        ("w" * 9000, "w" * 1999 + "…"),
    ],
    ids=["sentences", "one sentence", "words", "one word"],
)
def test_a_long_goal_or_audience_ends_where_a_sentence_ends_and_that_is_told(
    text: str, kept: str
) -> None:
    intake = filled(
        f"# Bread\n\n## Goal\n\n{text}\n\n## Audience\n\n{text}\n\n## Flour\n\n## Dough\n"
    )
    assert intake.document["goal"] == intake.document["audience"] == kept.strip()
    assert spec_problems(intake.document) == ()
    assert intake.assumptions == tuple(
        f"the document's {name} is longer than 2000 characters: only its beginning is taken"
        for name in ("goal", "audience")
    )


def test_long_titles_still_make_a_valid_spec() -> None:
    intake = filled("".join(f"## {letter * 480} end\n\n" for letter in "ABCDE"))
    assert intake.document["goal"].startswith("Work through AAA")
    assert spec_problems(intake.document) == ()


@pytest.mark.parametrize(
    "line",
    [
        "Instructor: Dr. Jane Roe · jroe@example.edu · Office hours Mon 2 p.m.",
        "Write to jane@example.org for more.",
        "[![CI](https://e.org/ci.svg)](https://e.org) [![License](https://e.org/l.svg)](https://e.org)",
        "[Read all of it here.](https://example.org)",
        "Zielgruppe: Auszubildende im ersten Jahr.",
        "A companion to the evening course",
        "In this course you will bake:",
        "Welcome!",
    ],
)
def test_a_line_that_is_no_sentence_of_its_own_is_no_goal(line: str) -> None:
    told = filled(f"# Bread\n\n{line}\n\nBaking needs no machine.\n\n## Flour\n\n## Dough\n")
    assert told.document["goal"] == "Baking needs no machine."
    silent = filled(f"# Bread\n\n{line}\n\n## Flour\n\n## Dough\n")
    assert silent.document["goal"] == "Work through Bread"
    assert "the document states no goal: taken from its title" in silent.assumptions


@pytest.mark.parametrize("text", ["Goal: Bake at home", "## Aim\n\nBake at home"])
def test_what_is_called_the_goal_is_the_goal_also_without_a_full_stop(text: str) -> None:
    intake = filled(f"# Bread\n\nAudience: Bakers.\n\n{text}\n\n## Flour\n\n## Dough\n")
    assert (intake.document["goal"], intake.document["audience"]) == ("Bake at home", "Bakers.")
    assert intake.assumptions == ()


def test_front_matter_tells_what_it_is_about_where_it_is_plain() -> None:
    front = "---\ntitle: 'Bread'\ndescription: How to bake: at home\naudience: \"Bakers\"\n---\n\n"
    intake = filled(f"{front}It is said to be easy.\n\n## Flour\n\n## Dough\n")
    assert intake.document["goal"] == "How to bake: at home"
    assert intake.document["audience"] == "Bakers"
    lists = "---\ntitle: TODO\ngoal: >\n  Folded\naudience: [Bakers]\n---\n\n"
    assert filled(f"{lists}## Flour\n\n## Dough\n").document["goal"] == "Work through Flour, Dough"


def test_only_the_selected_part_counts() -> None:
    selection = Selection(mode=ScopeMode.SECTION, sections=("Dough",))
    assert fill_spec(BLANK, BLANK, None, TEXT, selection).document["scope_in"] == ["Dough"]
    with pytest.raises(UnknownSectionError):
        fill_spec(BLANK, BLANK, None, TEXT, Selection(mode=ScopeMode.SECTION, sections=("Jam",)))
