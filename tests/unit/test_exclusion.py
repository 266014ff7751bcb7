from __future__ import annotations

import pytest

from curricle.generation.exclusion import (
    TITLE_LENGTH_MAX,
    exclude_out_of_scope,
    exclude_unnamed,
)
from curricle.generation.outline import Concept, Outline


def outline(*concepts: tuple[str, int | None], title: str = "") -> Outline:
    return Outline(
        title=title,
        concepts=tuple(
            Concept(title=name, line=at + 1, last_line=at + 1, parent=parent)
            for at, (name, parent) in enumerate(concepts)
        ),
    )


@pytest.mark.parametrize(
    "title",
    ["", "—", "replace_with_title", "TODO", "TODO: name it", "<your topic>", "x" * 501],
    ids=lambda title: title[:20] or "empty",
)
def test_a_title_that_names_nothing_is_left_out_and_told_whole(title: str) -> None:
    found = exclude_unnamed(outline(("Loops", None), (title, None)))
    assert [concept.title for concept in found.concepts] == ["Loops"]
    assert [(part.title, part.line) for part in found.left_out] == [(title or "(no title)", 2)]
    assert found.left_out[0].reason


@pytest.mark.parametrize("title", ["x" * TITLE_LENGTH_MAX, "C", "A TODO list", "数据"])
def test_any_other_title_stays(title: str) -> None:
    before = outline((title, None))
    assert exclude_unnamed(before) == before


def test_parts_of_what_names_nothing_go_to_what_it_was_part_of() -> None:
    found = exclude_unnamed(outline(("A", None), ("TODO", 0), ("...", 1), ("B", 2), ("C", 3)))
    assert [(c.title, c.parent) for c in found.concepts] == [("A", None), ("B", 0), ("C", 1)]


def test_a_document_title_that_names_nothing_is_none() -> None:
    assert exclude_unnamed(outline(title="replace_with_title")).title == ""
    assert exclude_unnamed(outline(title="Bread")).title == "Bread"


def test_what_is_out_of_scope_goes_with_its_parts() -> None:
    before = outline(("Ryes", None), ("Sour", 0), ("Wheat", None), ("Flour", 2))
    found = exclude_out_of_scope(before, ["rye"])
    assert [(c.title, c.parent) for c in found.concepts] == [("Wheat", None), ("Flour", 0)]
    assert [(part.title, part.reason) for part in found.left_out] == [
        ("Ryes", "is out of scope"),
        ("Sour", "is out of scope"),
    ]


def test_an_exclusion_without_words_excludes_nothing() -> None:
    before = outline(("Rye", None))
    assert exclude_out_of_scope(before, ["...", "a"]) == before
