from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.curriculum.coverage import COVERED, FILLER_WORDS, coverage, roots

PHRASES = st.text(alphabet="abcdes -", max_size=30)


def is_covered(phrase: str, text: str) -> bool:
    return coverage(roots(phrase), text.lower()) >= COVERED


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Joins", "how two tables are joined"),
        ("Introduction to SQL", "Ask with SQL"),
        ("Normalisation of tables", "Normalise a table"),
        ("Object-oriented programming", "programs out of objects"),
        ("Databases", "A database keeps rows"),
        ("Indexes and keys", "What an index costs"),
        ("The basics", "some basic words"),
    ],
)
def test_a_text_that_speaks_of_a_phrase_in_other_forms_covers_it(phrase: str, text: str) -> None:
    assert is_covered(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Joins", "an introduction to the use of indexes"),
        ("Introduction to SQL", "an introduction to the basics"),
        ("Replication and sharding of databases", "one database on one machine"),
        ("Joins", ""),
    ],
)
def test_a_text_that_shares_only_filler_or_less_than_half_does_not(phrase: str, text: str) -> None:
    assert not is_covered(phrase, text)


def test_the_share_is_that_of_the_content_words() -> None:
    wanted = roots("Transactions, locks and the isolation of rows")
    assert len(wanted) == 4
    assert coverage(wanted, "a lock on rows") == 0.5
    assert coverage(wanted, "isolated transactions lock rows") == 1.0
    assert coverage(wanted, "") == 0.0


def test_a_phrase_without_words_is_covered_by_anything() -> None:
    assert roots("…") == ()
    assert coverage((), "") == 1.0


def test_a_phrase_of_filler_alone_is_looked_for_by_its_filler() -> None:
    assert {"above", "all"} <= FILLER_WORDS
    assert roots("Above all") == ("abov", "all")


@given(PHRASES)
def test_every_phrase_is_covered_by_itself_and_its_roots_begin_its_words(phrase: str) -> None:
    assert coverage(roots(phrase), phrase.lower()) == 1.0
    assert len(set(roots(phrase))) == len(roots(phrase))
    assert all(root in phrase.lower() for root in roots(phrase))


@given(PHRASES, PHRASES, PHRASES)
def test_more_text_never_covers_less(phrase: str, text: str, more: str) -> None:
    wanted = roots(phrase)
    assert 0 <= coverage(wanted, text) <= coverage(wanted, text + more) <= 1
