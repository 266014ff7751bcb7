from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curricle.generation.concepts import find_concepts
from curricle.generation.document import parse_document

if TYPE_CHECKING:
    from curricle.generation.outline import Outline


def outline(text: str) -> Outline:
    return find_concepts(parse_document(text))


def titles(text: str) -> list[str]:
    return [concept.title for concept in outline(text).concepts]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# T\n\n## Loops\n\n## Lists\n", ["Loops", "Lists"]),
        ("# T\n\n## Topics\n\n- Loops\n- Lists\n", ["Loops", "Lists"]),
        ("# T\n\n## Glossary\n\nStack\n: A pile.\n", ["Stack"]),
        (
            "# T\n\n## Data\n\n- **Stack**: a pile\n- **Queue**: a line\n",
            ["Data", "Stack", "Queue"],
        ),
        ("# T\n\n## Terms\n\n| Term | About |\n|-|-|\n| Stack | pile |\n", ["Stack"]),
        ("# T\n\n- Loops\n- Lists\n", ["T", "Loops", "Lists"]),
        ("# T\n\n## Learning objectives\n\n- Explain a loop\n", ["Explain a loop"]),
        ("All about **Loops** and **Lists**.\n", ["Loops", "Lists"]),
        ("# Loops\n\nThey repeat.\n", ["Loops"]),
        ("Nothing to see here.\n", []),
        ("", []),
    ],
    ids=[
        "headings",
        "items",
        "definitions",
        "emphasised terms",
        "table rows",
        "a list under the only heading",
        "objectives where nothing else is",
        "set-off terms where nothing else is",
        "the title where nothing else is",
        "nothing",
        "an empty document",
    ],
)
def test_what_is_taken_for_a_concept(text: str, found: list[str]) -> None:
    assert titles(text) == found


@pytest.mark.parametrize(
    "title",
    [
        "Functions and Closures",
        "Recursion or Iteration",
        "Arrays, Slices, and Maps",
        "TCP/IP vs. UDP: which one, when and why",
        "Iterators and `yield from`",
        "Größe und Maß 数据",
        "3.1 Percentiles",
        "What is `NULL`?",
        "A " + "very " * 60 + "long heading",
    ],
)
def test_a_heading_that_names_a_concept_gives_it_exactly_that_title(title: str) -> None:
    assert titles(f"# T\n\n## {title}\n\nText.\n\n## Another one\n\nText.\n") == [
        title,
        "Another one",
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "Introduction",
        "Abstract",
        "References",
        "Table of Contents",
        "License",
        "TODO later",
        "Exams",
        "Office Hours",
    ],
)
def test_a_heading_that_names_none_is_left_out_and_told_by_line(heading: str) -> None:
    found = outline(f"# T\n\n## {heading}\n\n- [Loops](#loops)\n\n## Loops\n\nThey repeat.\n")
    assert [concept.title for concept in found.concepts] == ["Loops"]
    assert (heading, 3) in [(part.title, part.line) for part in found.left_out]


def test_a_table_of_contents_without_a_heading_is_left_out_and_told_too() -> None:
    found = outline("# T\n\n- [Loops](#loops)\n- [Lists](#lists)\n\n## Loops\n\n## Lists\n")
    assert [(concept.title, concept.line) for concept in found.concepts] == [
        ("Loops", 6),
        ("Lists", 8),
    ]
    assert [(part.line, part.reason) for part in found.left_out] == [(3, "is a table of contents")]


def test_html_is_left_out_and_told() -> None:
    found = outline("# T\n\n## Loops\n\n<div>\n# Not\n</div>\n")
    assert [part.title for part in found.left_out] == ["HTML, lines 5 to 7"]


def test_code_names_nothing() -> None:
    assert titles("# T\n\n## Loops\n\n```\n# No\n- no\n**no**: no\n```\n\n    # No\n") == ["Loops"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Query", "Queries"),
        ("Joins", "joins"),
        ("2. Joins", "Joins"),
        ("The Cache", "Cache"),
        ("Service Level Objective (SLO)", "SLO"),
        ("`map`", "Map"),
    ],
)
def test_one_name_twice_is_one_concept_and_the_merge_is_told(one: str, other: str) -> None:
    found = outline(f"# T\n\n## {one}\n\nFirst.\n\n## {other}\n\nSecond.\n\n## Else\n\nMore.\n")
    assert [concept.title for concept in found.concepts] == [one, "Else"]
    assert [p.text for p in found.concepts[0].prose] == ["First.", "Second."]
    assert found.concepts[0].other_lines == ((7, 9),)
    assert [(m.title, m.line, m.into) for m in found.merged] == [(other, 7, one)]


def test_a_merge_is_told_also_where_a_name_is_all_that_is_merged() -> None:
    found = outline("# T\n\n## Loops\n\nThey repeat.\n\n## Lists\n\nx\n\n## Loops\n")
    assert [(m.title, m.line, m.into) for m in found.merged] == [("Loops", 11, "Loops")]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Iterators", "Iteration"), ("Calculus I", "Calculus II"), ("C", "C++"), ("Week 1", "Week 2")],
)
def test_names_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert titles(f"# T\n\n## {one}\n\nFirst.\n\n## {other}\n\nSecond.\n") == [one, other]


def test_parts_know_what_they_are_part_of_also_after_a_merge() -> None:
    found = outline("# T\n\n## A1\n\nx\n\n### B1\n\nx\n\n## C1\n\n## A1\n\n### D1\n\nx\n")
    place = {concept.title: concept.parent for concept in found.concepts}
    assert place == {"A1": None, "B1": 0, "C1": None, "D1": 0}


def test_what_a_document_says_of_itself_is_no_concept() -> None:
    found = outline(
        "# The course\n\nHow to loop.\n\n## Audience\n\nBakers.\n\n## Prerequisites\n\n- Flour\n\n"
        "## Learning objectives\n\n- Explain a loop\n\n## Common mistakes\n\n- Haste\n\n"
        "## Out of scope\n\n- Rye\n- TODO\n\n## Loops\n\nThey repeat.\n"
    )
    assert [concept.title for concept in found.concepts] == ["Loops"]
    assert (found.title, found.goal, found.audience) == ("The course", "How to loop.", "Bakers.")
    assert [p.text for p in found.prerequisites] == ["Flour"]
    assert [p.text for p in found.objectives] == ["Explain a loop"]
    assert [p.text for p in found.pitfalls] == ["Haste"]
    assert found.scope_out == ("Rye",)


def test_parts_of_a_concept_belong_to_it() -> None:
    (loops, _) = outline(
        "# T\n\n## Loops\n\nThey repeat.\n\n### Exercises\n\n- Write one.\n\n### Pitfalls\n\n"
        "- Haste\n\n### Prerequisites\n\nYou need lists.\n\n### See also\n\n"
        "[more](https://example.org)\n\n## Lists\n\nx\n"
    ).concepts
    assert [p.text for p in loops.exercises] == ["Write one."]
    assert [p.text for p in loops.pitfalls] == ["Haste"]
    assert [p.text for p in loops.requires] == ["You need lists."]
    assert [link.url for link in loops.links] == ["https://example.org"]


@pytest.mark.parametrize("heading", ["Objectives", "Common mistakes", "Prerequisites"])
def test_a_line_that_leads_in_a_list_is_none_of_its_items(heading: str) -> None:
    items = "By the end of it you will be able to:\n\n- Explain a loop\n- Write a loop\n"
    found = outline(
        f"# T\n\n## {heading}\n\n{items}\n## Loops\n\nx\n\n### {heading}\n\n{items}\n## L\n"
    )
    (loops, _) = found.concepts
    frame = found.objectives + found.pitfalls + found.prerequisites
    own = loops.objectives + loops.pitfalls + loops.requires
    assert [p.text for p in frame] == [p.text for p in own] == ["Explain a loop", "Write a loop"]


def test_a_text_that_is_still_to_come_is_marked() -> None:
    found = outline("# T\n\n## Loops\n\nTODO: explain.\n\n## Lists\n\nThey hold things.\n")
    assert [concept.is_unwritten for concept in found.concepts] == [True, False]


def test_headings_that_come_again_and_again_are_parts() -> None:
    found = outline("# T\n\n## Loops\n\nx\n\n### Notes\n\na\n\n## Lists\n\nx\n\n### Notes\n\nb\n")
    assert [concept.title for concept in found.concepts] == ["Loops", "Lists"]
    assert [part.title for part in found.left_out] == ["Notes", "Notes"]


def test_a_list_of_topics_tells_which_of_its_items_name_none_and_keeps_the_links() -> None:
    found = outline(
        "# T\n\n## Topics\n\nThese:\n\n- References\n- [Loops](https://example.org)\n- Lists\n"
    )
    assert [concept.title for concept in found.concepts] == ["Loops", "Lists"]
    assert [link.url for link in found.concepts[0].links] == ["https://example.org"]
    assert ("References", 7) in [(part.title, part.line) for part in found.left_out]


@pytest.mark.parametrize("heading", ["Topics", "Spring term"])
def test_an_item_that_names_no_concept_is_told_wherever_it_is_listed(heading: str) -> None:
    found = outline(f"# T\n\n## {heading}\n\n- Week 1: Loops\n- Week 2: Midterm Exam\n")
    assert "Week 1: Loops" in [concept.title for concept in found.concepts]
    assert [(part.title, part.line) for part in found.left_out] == [("Week 2: Midterm Exam", 6)]


def test_topics_of_a_concept_are_its_parts() -> None:
    found = outline("# T\n\n## Data\n\nHeld.\n\n### Topics\n\n- Stack\n- Queue\n\n## Else\n\nx\n")
    place = {concept.title: concept.parent for concept in found.concepts}
    assert place == {"Data": None, "Stack": 0, "Queue": 0, "Else": None}


def test_exclusions_that_name_nothing_are_told() -> None:
    found = outline("# T\n\n## Loops\n\nx\n\n## Out of scope\n\nAll the rest.\n")
    assert [(part.title, part.line) for part in found.left_out] == [("Out of scope", 7)]


def test_where_only_parts_are_left_the_title_is_the_concept() -> None:
    found = outline("# Loops\n\nThey repeat.\n\n## Hints\n\nCount.\n\n## Design\n\nRound.\n")
    assert [concept.title for concept in found.concepts] == ["Loops"]
    assert [part.title for part in found.left_out] == ["Hints", "Design"]
