from __future__ import annotations

import pytest

from curricle.generation.document import parse_document
from curricle.generation.precedence import Precedence, place_in_series, precedence_of, rank_of
from curricle.generation.reading import read_passages
from curricle.generation.vocabulary import vocabulary_of


def precedence(*concepts: tuple[str, str], mentions: dict[tuple[int, int], float]) -> Precedence:
    titles = [title for title, _ in concepts]
    readings = [read_passages(parse_document(text).sections[0].passages) for _, text in concepts]
    strength = [
        {other: weight for (one, other), weight in mentions.items() if one == at}
        for at in range(len(concepts))
    ]
    return precedence_of(titles, strength, vocabulary_of(titles, readings))


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("Introduction to Loops", -1),
        ("Basics", -1),
        ("Loops", 0),
        ("Advanced Loops", 1),
        ("Topics in Loops", 1),
        ("Advanced Fundamentals", 0),
    ],
)
def test_titles_call_themselves_basic_or_advanced(title: str, rank: int) -> None:
    assert rank_of(title) == rank


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("Calculus II", ("calculus", 2)),
        ("Calculus 2", ("calculus", 2)),
        ("Part-3", ("part", 3)),
        ("Calculus", None),
        ("Area 51 guide", None),
        ("Mix", None),
        ("The year 1984", None),
    ],
)
def test_titles_have_a_place_in_a_series(title: str, place: tuple[str, int] | None) -> None:
    assert place_in_series(title) == place


def test_what_speaks_for_one_speaks_against_the_other() -> None:
    found = precedence(
        ("Loops", "They repeat."), ("Maps", "A loop fills one."), mentions={(1, 0): 1.0}
    )
    assert found.of(0, 1) == pytest.approx(-found.of(1, 0))
    assert found.of(0, 1) > 0


def test_who_is_mentioned_more_than_it_mentions_comes_first() -> None:
    found = precedence(("A", "x"), ("B", "y"), mentions={(0, 1): 0.5, (1, 0): 2.0})
    assert found.net(0, 1) == 1.5
    assert found.of(0, 1) > 0


def test_a_title_that_calls_itself_basic_comes_first() -> None:
    found = precedence(("Loops", "same text"), ("Loop Basics", "same text"), mentions={})
    assert found.of(1, 0) > 0
