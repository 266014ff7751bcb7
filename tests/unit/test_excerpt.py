from __future__ import annotations

import pytest

from curricle.generation.document import parse_document
from curricle.generation.excerpt import UnknownSectionError, outline_of
from curricle.generation.selection import ScopeMode, Selection

TEXT = """# Course

Goal.

## Part one

### Loops

They repeat. See [more](https://example.org).

### Lists

They hold.

## Part two

### Trees

They grow.

## References

- A book
"""


def titles(text: str, selection: Selection) -> list[str]:
    return [concept.title for concept in outline_of(parse_document(text), selection).concepts]


def section(*headings: str) -> Selection:
    return Selection(mode=ScopeMode.SECTION, sections=headings)


SEEDS = Selection(mode=ScopeMode.SEED_LIST)


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), ["Part one", "Loops", "Lists", "Part two", "Trees"]),
        (section("Part one"), ["Part one", "Loops", "Lists"]),
        (section("part ONE", "Trees"), ["Part one", "Loops", "Lists", "Trees"]),
        (section("Trees"), ["Trees"]),
    ],
)
def test_a_selection_keeps_sections_with_all_below_them(
    selection: Selection, found: list[str]
) -> None:
    assert titles(TEXT, selection) == found


def test_a_part_of_the_document_keeps_its_own_line_numbers() -> None:
    (trees,) = outline_of(parse_document(TEXT), section("Trees")).concepts
    assert (trees.line, trees.last_line, trees.parent) == (17, 19, None)


def test_a_heading_that_is_not_there_is_an_error_that_names_those_that_are() -> None:
    with pytest.raises(UnknownSectionError) as caught:
        titles(TEXT, section("Trees", "Shrubs"))
    assert caught.value.heading == "Shrubs"
    assert caught.value.known[:3] == ("Course", "Part one", "Loops")


def test_a_seed_list_takes_every_item_and_every_line() -> None:
    text = "# Seeds\n\nFirst seed\nSecond and third seed\n\n- Loops\n  - Inner\n- Lists: hold\n"
    found = outline_of(parse_document(text), SEEDS)
    assert [(c.title, c.line, c.parent) for c in found.concepts] == [
        ("First seed", 3, None),
        ("Second and third seed", 4, None),
        ("Loops", 6, None),
        ("Inner", 7, 2),
        ("Lists: hold", 8, None),
    ]
    assert found.title == "Seeds"


def test_an_item_that_is_a_whole_sentence_is_a_seed_too() -> None:
    sentence = "Tell a friend how " + "very " * 12 + "much you like to loop"
    assert titles(f"- Loops\n- {sentence}\n- Lists\n", SEEDS) == ["Loops", sentence, "Lists"]


def test_seeds_of_one_name_are_merged_and_told_and_references_are_left_out() -> None:
    found = outline_of(parse_document("- Loop\n- Loops\n\n# References\n\n- A book\n"), SEEDS)
    assert [concept.title for concept in found.concepts] == ["Loop"]
    assert [(merge.title, merge.into) for merge in found.merged] == [("Loops", "Loop")]
    assert [part.title for part in found.left_out] == ["References"]


@pytest.mark.parametrize("selection", [Selection(), SEEDS, section("A", "B and C")])
def test_a_selection_survives_its_record(selection: Selection) -> None:
    assert Selection.from_json(selection.to_json()) == selection
