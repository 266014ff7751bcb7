from __future__ import annotations

import pytest

from curricle.generation.names import Name, names_of, stem


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("The Loops", {("loop",)}),
        ("Service Level Objective", {("service", "level", "objective"), ("slo",)}),
        ("Objectives (SLO)", {("objective",), ("slo",)}),
        ("Aggregation and Grouping", {("aggregation", "and", "grouping"), ("aag",)}),
    ],
)
def test_a_title_and_its_abbreviations_are_whole_names(
    title: str, keys: set[tuple[str, ...]]
) -> None:
    names = names_of([(title,)])
    assert {key for key, name in names.by_words.items() if name.is_whole} == keys


def test_the_parts_of_a_joined_title_are_names_too_but_weaker_ones() -> None:
    names = names_of([("Aggregation and Grouping",), ("Grouping",)])
    assert names.by_words[("aggregation",)] == Name(0, is_whole=False)
    assert names.by_words[("grouping",)] == Name(1, is_whole=True)


def test_a_stem_that_two_concepts_share_means_neither() -> None:
    names = names_of([("Iteration",), ("Iterators",), ("Recursion",)])
    assert names.by_stems[(stem("recursive"),)] == Name(2, is_whole=True)
    assert (stem("iterated"),) not in names.by_stems


def test_aliases_name_their_concept() -> None:
    assert names_of([("Cache", "Memory store")]).by_words[("memory", "store")].concept == 0


def test_the_longest_name_is_known_and_endless_ones_are_none() -> None:
    assert names_of([("A b c",), ("d " * 20,)]).longest == 2
    assert names_of([]).longest == 0
