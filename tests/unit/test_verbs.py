from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.curriculum.verbs import (
    OBSERVABLE,
    UNOBSERVABLE,
    is_objective,
    is_observable,
    leading_verb,
    starts_unobservable,
)

VERBS = sorted(OBSERVABLE | UNOBSERVABLE)


def gerunds(verb: str) -> set[str]:
    """Return the ways in which the -ing form of a verb can be written."""
    if verb.endswith("e") and not verb.endswith("ee"):
        return {verb[:-1] + "ing"}
    return {verb + "ing", verb + verb[-1] + "ing"}


def test_no_verb_can_be_seen_and_not_be_seen() -> None:
    assert OBSERVABLE
    assert OBSERVABLE.isdisjoint(UNOBSERVABLE)
    assert all(verb.isalpha() and verb == verb.lower() for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_known_in_every_form_that_objectives_begin_with(verb: str) -> None:
    leads = [verb, verb.title(), verb.upper(), f"to {verb}", f"be able to {verb}"]
    leads += [f"You will be able to {verb}", f"Students can {verb}", f"- {verb}", f"also {verb}"]
    for lead in leads:
        assert leading_verb(f"{lead} the parts") == verb
    for gerund in gerunds(verb):
        assert leading_verb(f"{gerund} the parts") == verb


@pytest.mark.parametrize("verb", VERBS)
def test_whether_it_can_be_seen_is_told_by_the_verb(verb: str) -> None:
    text = f"{verb} the parts"
    assert is_observable(text) is (verb in OBSERVABLE)
    assert starts_unobservable(text) is (verb in UNOBSERVABLE)
    assert is_objective(text)


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("", None),
        ("123 4", None),
        ("Joins", None),
        ("String theory is hard", None),
        ("Rings of Saturn", None),
        ("be curious about numbers", "be"),
        ("know how to bake bread", "bake"),
        ("Learn to bake bread", "bake"),
        ("Learn SQL quickly", "learn"),
        ("“Explain” joins", "explain"),
        ("Learners should confidently apply a rule", "apply"),
        ("Singing in tune", "sing"),
    ],
)
def test_which_verb_a_phrase_begins_with(text: str, verb: str | None) -> None:
    assert leading_verb(text) == verb


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Sort lists", False),
        ("Test doubles", False),
        ("Sort lists of numbers", True),
        ("Understand how joins work", True),
        ("Hash tables and trees", False),
        ("Code 401 means that you have to log in.", False),
        ("Code 401: log in", False),
        ("State is kept in a cookie", False),
        ("List comprehensions are short loops", False),
        ("Solve 5 problems of your own", True),
        ("Explain what is kept in a cookie", True),
        ("Check that it has an end", True),
        ("You can test what is kept", True),
        ("", False),
    ],
)
def test_an_objective_begins_with_a_verb_and_goes_on(text: str, is_one: bool) -> None:
    assert is_objective(text) is is_one


@pytest.mark.parametrize(
    ("text", "can_be_seen"),
    [
        ("Think about joins", False),
        ("Think about joins, then draw one", True),
        ("Understand trees", False),
        ("A short quiz", False),
        ("Given two tables, write a query", True),
        ("Be confident", False),
        ("", False),
    ],
)
def test_a_task_can_be_seen_when_any_of_its_words_can(text: str, can_be_seen: bool) -> None:
    assert is_observable(text) is can_be_seen


@given(st.text(max_size=40))
def test_any_text_has_a_known_verb_or_none(text: str) -> None:
    assert leading_verb(text) in {*VERBS, "be", None}
    assert starts_unobservable(text) <= (leading_verb(text) is not None)
