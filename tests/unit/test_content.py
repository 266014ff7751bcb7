from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curricle.generation.content import Content, sort_passages, topics_in
from curricle.generation.document import parse_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curricle.generation.document import Passage


def content(text: str) -> Content:
    return sort_passages(parse_document(text).sections[0].passages)


def texts(passages: Iterable[Passage]) -> list[str]:
    return [passage.text for passage in passages]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("- **Stack**: a pile\n- **Queue**: a line\n", ["Stack", "Queue"]),
        ("- *Stack* — a pile\n- *Queue* — a line\n", ["Stack", "Queue"]),
        ("**Stack.** A pile of plates.\n", ["Stack"]),
        ("Stack\n: A pile.\n\nQueue\n: A line.\n", ["Stack", "Queue"]),
        ("| Concept | Meaning |\n|-|-|\n| Stack | pile |\n| Queue | line |\n", ["Stack", "Queue"]),
        ("- Stack\n- Queue\n", ["Stack", "Queue"]),
        ("Topics:\n\n- Stack\n- Queue: first come first served by all\n", ["Stack", "Queue"]),
        ("Some prose first.\n\n- Stack\n- Queue\n", []),
        ("**Note:** be careful with this.\n", []),
        ("**You can check it**: stretch a small piece.\n", []),
        ("| Year | Sales |\n|-|-|\n| 2020 | 5 |\n", []),
        ("- **A very long set-off phrase that says something**: text\n", []),
    ],
)
def test_what_is_set_off_and_explained_is_a_term(text: str, terms: list[str]) -> None:
    assert [term.title for term in content(text).terms] == terms


def test_a_term_takes_what_stands_below_it() -> None:
    (term, _) = content("- **Stack**: a pile\n  - push\n  - pop\n- **Queue**: a line\n").terms
    assert texts(term.passages) == ["a pile", "push", "pop"]
    assert (term.line, term.last_line) == (1, 3)


@pytest.mark.parametrize("label", ["**Prerequisites**", "Prerequisites:", "**Before you begin:**"])
def test_a_line_in_front_of_a_list_says_what_the_list_holds(label: str) -> None:
    found = content(f"Prose.\n\n{label}\n\n- Loops\n- Lists\n\n- Other\n")
    assert texts(found.requires)[:2] == ["Loops", "Lists"]
    assert texts(found.prose)[0] == "Prose."


def test_prerequisites_may_stand_in_one_line() -> None:
    found = content("**Prerequisites:** Loops, `lists`\n\nProse.\n")
    assert texts(found.requires) == ["Loops, lists"]
    assert texts(found.prose) == ["Prose."]


def test_objectives_are_known_by_their_verbs() -> None:
    found = content("Prose.\n\n- Explain a loop to a friend\n- Write one yourself\n- a noun\n")
    assert texts(found.objectives) == ["Explain a loop to a friend", "Write one yourself"]
    assert texts(found.prose) == ["Prose.", "a noun"]


def test_steps_of_a_recipe_are_no_objectives() -> None:
    found = content("Prose.\n\n1. Write the test\n2. Run the test\n")
    assert found.objectives == []
    assert texts(found.prose) == ["Prose.", "Write the test", "Run the test"]


def test_what_is_called_a_mistake_is_a_pitfall() -> None:
    found = content("Common mistake: off by one.\n\nPitfalls:\n\n- Empty lists\n")
    assert texts(found.pitfalls) == ["Common mistake: off by one.", "Empty lists"]
    assert texts(found.prose) == ["Pitfalls:"]


def test_a_list_of_topics_names_concepts_whatever_their_style() -> None:
    text = "- [Loops](https://e.org): doing a thing over and over again\n- `map`\n- Plain words\n"
    topics, rest = topics_in(parse_document(text).sections[0].passages)
    assert [topic.title for topic in topics] == ["Loops", "map", "Plain words"]
    assert rest == []


@pytest.mark.parametrize(
    ("items", "names"),
    [
        (
            ["400 Bad Request: the server cannot read what it got", "401 Unauthorized: log in"],
            ["400 Bad Request", "401 Unauthorized"],
        ),
        (["`zip` walks two lists side by side", "`iter` walks one"], ["zip", "iter"]),
        (["Arrays: fixed size", "Lists: any size"], ["Arrays: fixed size", "Lists: any size"]),
        (
            ["Week 1: Loops", "Week 2: Lists: what holds more than one thing"],
            ["Week 1: Loops", "Week 2: Lists"],
        ),
    ],
)
def test_all_items_of_a_list_are_cut_or_none(items: list[str], names: list[str]) -> None:
    listed = "\n".join(f"- {item}" for item in items)
    topics, _ = topics_in(parse_document(listed).sections[0].passages)
    assert [topic.title for topic in topics] == names
    assert [term.title for term in content(f"Topics:\n\n{listed}\n").terms] == names


def test_a_sentence_among_topics_is_kept_as_text() -> None:
    sentence = "This one goes on and on and says " + "so much more about it " * 3
    topics, rest = topics_in(parse_document(f"- Loops\n- {sentence}\n").sections[0].passages)
    assert [topic.title for topic in topics] == ["Loops"]
    assert texts(rest) == [sentence.strip()]
