from __future__ import annotations

import pytest

from curricle.generation.document import parse_document
from curricle.generation.reading import Reading, read_passages
from curricle.generation.vocabulary import Vocabulary, vocabulary_of

TITLES = ("Flour", "Dough", "Oven", "Tax law")
TEXTS = (
    "Ground grain, full of protein and starch.",
    "Flour with water: protein makes it stretch, starch makes it soft.",
    "Hot air around the dough.",
    "Nothing shared whatsoever.",
)


def words(text: str) -> Reading:
    return read_passages(parse_document(text).sections[0].passages)


@pytest.fixture
def vocabulary() -> Vocabulary:
    return vocabulary_of(TITLES, [words(text) for text in TEXTS])


def test_likeness_is_mutual_and_between_none_and_all(vocabulary: Vocabulary) -> None:
    for one, own in enumerate(vocabulary.likeness):
        for other, likeness in own.items():
            assert 0 < likeness <= 1
            assert vocabulary.likeness[other][one] == pytest.approx(likeness)


def test_texts_that_share_words_are_alike_and_others_are_not(vocabulary: Vocabulary) -> None:
    assert vocabulary.likeness[0].keys() == {1}
    assert vocabulary.likeness[3] == {}


def test_coverage_says_whose_title_a_text_holds(vocabulary: Vocabulary) -> None:
    assert [own.keys() for own in vocabulary.coverage] == [set(), {0}, {1}, set()]


def test_the_shared_words_are_shown_as_first_written(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.shared_words(0, 1, 9)) == {"flour", "protein", "starch"}
    assert len(vocabulary.shared_words(0, 1, 2)) == 2
    assert vocabulary.shared_words(0, 3, 9) == ()


def test_there_may_be_no_words_at_all() -> None:
    empty = vocabulary_of(["—", "…"], [words(""), words("")])
    assert (empty.likeness, empty.coverage) == (({}, {}), ({}, {}))
