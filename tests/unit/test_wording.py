from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curricle.generation.concepts import find_concepts
from curricle.generation.document import parse_document
from curricle.generation.wording import (
    IDEAS_MAX,
    TERMS_MAX,
    checks,
    core_ideas,
    key_terms,
    pitfalls,
    sentences,
)

if TYPE_CHECKING:
    from curricle.generation.outline import Concept


def concept(text: str) -> Concept:
    return find_concepts(parse_document(f"# T\n\n## Loops\n\n{text}\n\n## Else\n")).concepts[0]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("See e.g. This one. And that.", ["See e.g. This one.", "And that."]),
        ("J. Doe wrote it. Then left.", ["J. Doe wrote it.", "Then left."]),
        ("Version 3.11 is out. Good.", ["Version 3.11 is out.", "Good."]),
        (
            "She said “go.” He went. (So they say.) Well.",
            ["She said “go.”", "He went.", "(So they say.)", "Well."],
        ),
        ("Good. TODO: the rest. replace_with_text", ["Good."]),
        ("lower. case goes on", ["lower. case goes on"]),
    ],
)
def test_sentences_are_whole_and_without_what_is_still_to_be_written(
    text: str, parts: list[str]
) -> None:
    assert sentences(parse_document(text).sections[0].passages[0]) == parts


def test_core_ideas_are_the_openings_of_paragraphs_and_the_points() -> None:
    found = core_ideas(
        concept(
            "First thing. Second thing. Third thing.\n\nAnother paragraph.\n\n"
            "It has parts:\n\n- a point; and more\n- another\n\n```\ncode\n```"
        )
    )
    assert found == [
        "First thing.",
        "Second thing.",
        "Another paragraph.",
        "a point; and more",
        "another",
    ]


def test_there_are_few_ideas_and_none_twice() -> None:
    text = "\n\n".join(f"Idea number {at % 9} here." for at in range(20))
    ideas = core_ideas(concept(text))
    assert len(ideas) == len(set(ideas)) == IDEAS_MAX


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Common mistake: off by one.", ["Common mistake: off by one."]),
        ("They repeat. Beginners often forget the end.", ["Beginners often forget the end."]),
        ("They repeat. Do not confuse them with maps.", ["Do not confuse them with maps."]),
        ("### Pitfalls\n\n- Never ending.\n- TODO", ["Never ending."]),
        ("They repeat.", []),
    ],
)
def test_pitfalls_are_the_texts_own_warnings(text: str, found: list[str]) -> None:
    assert pitfalls(concept(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("### Exercises\n\n- Write one.\n- Run it.", ["Write one.", "Run it."]),
        ("They repeat. Test yourself: write one.", ["Test yourself: write one."]),
        ("They repeat.", []),
    ],
)
def test_checks_are_what_the_text_gives_to_do(text: str, found: list[str]) -> None:
    assert checks(concept(text)) == found


def test_key_terms_are_set_off_and_not_the_title_itself() -> None:
    text = (
        "A **loop** has a *body*, a **loop variable** and `range()`; **replace_with_x**, **the**."
    )
    assert key_terms(concept(text)) == ["loop variable", "body", "`range()`"]
    many = " ".join(f"*term{chr(97 + at)}*" for at in range(20))
    assert len(key_terms(concept(many))) == TERMS_MAX
