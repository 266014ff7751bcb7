from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.curriculum.titles import bracketed, singular, strip_numbering, title_key, words_of

TITLES = st.text(alphabet="aAthe sSxzi3.1:()[]-+#*'’é_", max_size=20)  # noqa: RUF001 - both apostrophes

PLURALS = """
    index:indexes index:indices vertex:vertices matrix:matrices list:lists node:nodes key:keys
    query:queries dependency:dependencies class:classes process:processes hash:hashes
    branch:branches box:boxes cache:caches size:sizes prize:prizes quiz:quizzes waltz:waltzes
    cookie:cookies movie:movies tie:ties alias:aliases bias:biases canvas:canvases lens:lenses
    bus:buses virus:viruses status:statuses bonus:bonuses focus:focuses use:uses cause:causes
    house:houses database:databases approach:approaches match:matches newton:newton's
""".split()


@pytest.mark.parametrize("pair", PLURALS)
def test_a_plural_and_its_singular_become_the_singular(pair: str) -> None:
    one, many = pair.split(":")
    assert (singular(one), singular(many), singular(many.upper())) == (one, one, one)


@pytest.mark.parametrize(
    "word", "class bus analysis news series species corpus gas https dns tls ss s".split()
)
def test_a_word_that_only_ends_like_a_plural_stays(word: str) -> None:
    assert singular(word) == word


def test_https_is_not_many_http() -> None:
    assert title_key("HTTP") != title_key("HTTPS")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Linked lists", "linked LIST"),
        ("The Caches", "Cache"),
        ("Week 3: Joins", "Joins"),
        ("Chapter IV. Heat", "Heat"),
        ("Module two – Heat", "Heat"),  # noqa: RUF001 - dashes are meant
        ("3.1 Joins", "Joins"),
        ("3.1. Joins", "2) Joins"),
        ("a) Joins", "Joins"),
        ("Use of an index", "Use of indexes"),
        ("Depth-first search", "Depth first search"),
        ("Newton's laws", "Newton’s law"),  # noqa: RUF001 - both apostrophes are meant
        ("Directed acyclic graph (DAG)", "Directed acyclic graphs"),
        ("snake_case", "Snake case"),
    ],
)
def test_titles_of_one_concept_share_a_key(one: str, other: str) -> None:
    assert title_key(one) == title_key(other) != ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Iterators", "Iteration"),
        ("C", "C++"),
        ("C", "C#"),
        ("Vitamin A", "Vitamin"),
        ("Vitamin A", "Vitamin B"),
        ("Week 1", "Week 2"),
        ("Normal forms", "Normal form 3"),
        ("Supervised learning", "Unsupervised learning"),
        ("Größe", "Grosse"),
        ("1984", "1985"),
        ("Python 2", "Python 3"),
    ],
)
def test_titles_of_different_concepts_do_not(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


@given(TITLES)
def test_a_key_forgets_case_and_is_empty_only_for_no_words(title: str) -> None:
    assert title_key(title.upper()) == title_key(title.lower())
    assert bool(title_key(title)) is bool(words_of(strip_numbering(title)))


@given(TITLES)
def test_every_word_stands_in_the_title_as_written(title: str) -> None:
    rest = title
    for word in words_of(title):
        assert word in rest
        rest = rest[rest.index(word) + len(word) :]


@pytest.mark.parametrize("title", ["", " ", "…", "()", "***"])
def test_a_title_without_words_has_an_empty_key(title: str) -> None:
    assert title_key(title) == ()


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("3.1 Joins", "Joins"),
        ("3) Joins", "Joins"),
        ("12: Joins", "Joins"),
        ("Chapter 2: Joins", "Joins"),
        ("lesson vii - Joins", "Joins"),
        ("b. Joins", "Joins"),
        ("Joins 3", "Joins 3"),
        ("1984", "1984"),
        ("3.", "3."),
        ("3D printing", "3D printing"),
        ("Week 1", "Week 1"),
        ("Chapters of a book", "Chapters of a book"),
        ("Day trading", "Day trading"),
        ("Step 1:", "Step 1:"),
        ("", ""),
    ],
)
def test_numbering_goes_and_numbers_that_belong_to_the_title_stay(title: str, rest: str) -> None:
    assert strip_numbering(title) == rest


@given(TITLES)
def test_numbering_is_only_taken_from_the_front_and_never_the_whole_title(title: str) -> None:
    rest = strip_numbering(title)
    assert title.endswith(rest)
    assert bool(rest) is bool(title)


@pytest.mark.parametrize(
    ("title", "words", "parts"),
    [
        ("Directed acyclic graph (DAG)", ("Directed", "acyclic", "graph"), ("DAG",)),
        ("Sets [unordered] and ( maps )", ("Sets", "and"), ("unordered", "maps")),
        ("(DAG)", ("DAG",), ("DAG",)),
        ("f() and g( )", ("f", "and", "g"), ()),
        ("Half (open", ("Half", "open"), ()),
        ("C++, F# and rock 'n' roll", ("C++", "F#", "and", "rock", "n", "roll"), ()),
    ],
)
def test_what_stands_in_brackets_is_set_apart(
    title: str, words: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    assert words_of(title) == words
    assert bracketed(title) == parts
