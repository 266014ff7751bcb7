from __future__ import annotations

import pytest

from curricle.generation.document import parse_document
from curricle.generation.mentions import Mention, Sense, find_mentions
from curricle.generation.names import names_of
from curricle.generation.reading import read_passages

NAMES = names_of([("This",), ("Loops",), ("Binary Trees",), ("Trees",), ("Counting",)])
LOOPS, BINARY_TREES, TREES, COUNTING = 1, 2, 3, 4


def mentions(text: str) -> dict[int, Mention]:
    return find_mentions(0, read_passages(parse_document(text).sections[0].passages), NAMES)


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("It requires loops.", Sense.STATED),
        ("This builds on loops.", Sense.STATED),
        ("It depends on **loops**, of course.", Sense.STATED),
        ("Loops are needed for this.", Sense.STATED),
        ("Learn loops before this.", Sense.STATED),
        ("Loops should be understood before anything else here.", Sense.STATED),
        ("It has to do with loops.", Sense.NAMED),
        ("It does not require loops.", Sense.NAMED),
        ("It requires no knowledge of loops.", Sense.NAMED),
        ("This cannot be understood before loops.", Sense.NAMED),
        ("It requires patience. Loops are another matter.", Sense.NAMED),
        ("We come to loops later.", Sense.AHEAD),
        ("Use this instead of loops.", Sense.AHEAD),
        ("It prepares for loops.", Sense.BASIS),
        ("Study this before loops.", Sense.BASIS),
        ("This is a foundation for loops.", Sense.BASIS),
    ],
)
def test_the_words_around_a_mention_say_what_it_means(text: str, sense: Sense) -> None:
    assert mentions(text)[LOOPS].sense is sense


@pytest.mark.parametrize("text", ["It requires loops.", "It has to do with loops."])
def test_what_is_needed_speaks_for_the_mentioned_one_first(text: str) -> None:
    found = mentions(text)[LOOPS]
    assert found.weight > 0 == found.ahead


@pytest.mark.parametrize("text", ["We come to loops later.", "It is required for loops."])
def test_what_comes_later_speaks_for_the_mentioned_one_last(text: str) -> None:
    found = mentions(text)[LOOPS]
    assert found.ahead > 0 == found.weight


@pytest.mark.parametrize(
    "text",
    ["It requires stacks.", "It requires looping.", "It requires counting up to ten."],
    ids=["a part of a title", "another form of the word", "a verb"],
)
def test_only_a_name_as_it_is_can_be_stated(text: str) -> None:
    names = names_of([("This",), ("Queues and Stacks",), ("Loops",), ("Counting",)])
    found = find_mentions(0, read_passages(parse_document(text).sections[0].passages), names)
    assert [mention.sense for mention in found.values()] == [Sense.NAMED]


def test_a_statement_counts_wherever_else_the_name_stands() -> None:
    text = "Loops are what **loops** are about, with loops in loops.\n\nThis builds on loops.\n"
    found = mentions(text)[LOOPS]
    assert (found.sense, found.line) == (Sense.STATED, 3)


def test_the_longest_name_is_meant() -> None:
    assert mentions("A binary tree is one.").keys() == {BINARY_TREES}
    assert mentions("Binary. Trees are others.").keys() == {TREES}


def test_a_concept_does_not_mention_itself() -> None:
    assert mentions("This and this again.") == {}


def test_a_statement_weighs_more_than_a_mention_and_that_more_than_code() -> None:
    stated, named, code = (
        mentions(text)[LOOPS].weight
        for text in ("It requires loops.", "It has loops.", "```\nloops\n```\n")
    )
    assert stated > named > code


def test_a_verb_weighs_little() -> None:
    verb = mentions("Keep counting up to ten.")[COUNTING].weight
    assert mentions("The art of counting.")[COUNTING].weight > verb


def test_a_mention_knows_the_line_of_the_weightiest() -> None:
    assert mentions("Some loops\n\nIt requires loops.\n\nAnd loops.\n")[LOOPS].line == 3
