from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.generation.limits import MINUTES_STEP, SCALE_MAX, SCALE_MIN, bend_minutes
from scopes import compiled, edges, sections, titles

NAMES = ["Apples", "Bread", "Cheese", "Dates", "Eggs", "Figs", "Grapes"]
TEXT = sections(*((name, f"{name} are good. " * (at + 1)) for at, name in enumerate(NAMES)))


@pytest.mark.parametrize("limit", range(1, 8))
def test_no_more_nodes_than_allowed_and_each_that_is_merged_is_told(limit: int) -> None:
    draft = compiled(TEXT, constraints={"node_count_max": limit})
    kept = titles(draft)
    assert len(kept) == limit
    assert sorted([*kept, *(merged.title for merged in draft.merged)]) == NAMES
    assert all("node_count_max" in merged.reason for merged in draft.merged)


def test_a_merged_concept_is_named_where_it_went_with_its_lines() -> None:
    draft = compiled(TEXT, constraints={"node_count_max": 6})
    (merged,) = draft.merged
    assert (merged.title, merged.into) == ("Apples", "Bread")
    node = draft.curriculum.nodes[0]
    assert node.title == "Bread"
    assert "Also covers: Apples" in node.core_ideas
    assert [(source.first_line, source.last_line) for source in node.sources] == [(7, 9), (3, 5)]


def test_the_smallest_part_goes_into_its_whole() -> None:
    text = "# T\n\n## Bread\n\nIt is baked.\n\n### Crust\n\nHard.\n\n## Jam\n\nx\n"
    (merged,) = compiled(text, constraints={"node_count_max": 2}).merged
    assert (merged.title, merged.into) == ("Crust", "Bread")


def test_parts_stay_with_their_whole_when_something_before_them_is_merged() -> None:
    text = (
        "# T\n\n## Bread\n\nIt is baked.\n\n### Crust\n\nHard.\n\n## Jam\n\n"
        "### Fruit\n\nPicked when it is ripe.\n\n### Sugar\n\nA lot of it, and more.\n"
    )
    draft = compiled(text, constraints={"node_count_max": 4})
    assert titles(draft) == ["Bread", "Jam", "Fruit", "Sugar"]
    assert {("Fruit", "Jam"), ("Sugar", "Jam")} <= edges(draft)


def test_what_the_spec_puts_in_focus_is_merged_last() -> None:
    pack = {"focus_terms": ["apple", "no such fruit", "..."]}
    draft = compiled(TEXT, constraints={"node_count_max": 3}, context_pack=pack)
    assert titles(draft) == ["Apples", "Figs", "Grapes"]
    alone = compiled(TEXT, constraints={"node_count_max": 1}, context_pack=pack)
    assert len(titles(alone)) == 1


def test_a_part_in_focus_stays_though_others_are_larger() -> None:
    text = "# T\n\n## Bread\n\nBaked.\n\n### Crust\n\nHard.\n\n## Jam\n\nSweet and red.\n"
    pack = {"focus_terms": ["Crust"]}
    draft = compiled(text, constraints={"node_count_max": 2}, context_pack=pack)
    assert titles(draft) == ["Bread", "Crust"]


def test_what_needed_a_merged_concept_needs_what_it_went_into() -> None:
    text = sections(
        ("Flour", "Ground."), ("Water", "Wet stuff. " * 9), ("Dough", "Needs flour. " * 9)
    )
    draft = compiled(text, constraints={"node_count_max": 2})
    assert titles(draft) == ["Water", "Dough"]
    assert edges(draft) == {("Water", "Dough")}


def test_too_few_nodes_are_filled_up_with_terms_of_the_text_and_nothing_else() -> None:
    text = sections(("Bread", "Made of *flour*, **water** and `salt`."), ("Jam", "Sweet."))
    draft = compiled(text, constraints={"node_count_min": 4})
    assert sorted(titles(draft)) == ["Bread", "Jam", "flour", "water"]
    assert len(titles(compiled(text, constraints={"node_count_min": 99}))) == 5


def test_without_limits_nothing_caps_the_number_of_nodes() -> None:
    names = [f"Concept {chr(97 + at % 26)}{at}" for at in range(1500)]
    draft = compiled("# T\n" + "".join(f"\n## {name}\n\nText of it.\n" for name in names))
    assert titles(draft) == names


def test_what_does_not_fit_the_hours_is_left_for_later_and_told() -> None:
    draft = compiled(TEXT, constraints={"total_hours_max": 1})
    later = [part.title for part in draft.optional]
    assert sum(node.estimate_minutes for node in draft.curriculum.nodes) <= 60
    assert sorted([*titles(draft), *later]) == NAMES
    assert all(part.reason == "the spec allows 1 hours" for part in draft.optional)
    (question,) = [q for q in draft.curriculum.open_questions if "want of hours" in q.question]
    assert all(title in question.question for title in later)
    pack = {"focus_terms": [later[0]]}
    focused = compiled(TEXT, constraints={"total_hours_max": 1}, context_pack=pack)
    assert later[0] in titles(focused)


def test_nothing_that_others_need_is_left_for_later() -> None:
    chain = [
        ("Apples", "Round."),
        *((b, f"Requires {a}.") for a, b in pairwise(NAMES)),
    ]
    draft = compiled(sections(*chain), constraints={"total_hours_max": 1})
    assert titles(draft) == NAMES[: len(titles(draft))]
    ids = {node.id for node in draft.curriculum.nodes}
    assert all(set(node.prerequisites) <= ids for node in draft.curriculum.nodes)


def test_too_few_hours_are_stretched() -> None:
    draft = compiled(TEXT, constraints={"total_hours_min": 5, "total_hours_max": 9})
    assert 300 <= sum(node.estimate_minutes for node in draft.curriculum.nodes) <= 540


MINUTES = st.lists(st.integers(1, 60).map(lambda steps: steps * MINUTES_STEP), min_size=1)


@given(MINUTES, st.integers(0, 5000), st.integers(0, 5000))
def test_estimates_bend_into_the_limits_as_far_as_they_may(
    minutes: list[float], one: int, other: int
) -> None:
    low, high = sorted((one, other))
    bent = bend_minutes(minutes, low, high)
    total = sum(minutes)
    assert len(bent) == len(minutes)
    assert all(m >= MINUTES_STEP and m % MINUTES_STEP == 0 for m in bent)
    if low <= total <= high:
        assert bent == minutes
    elif total > high:
        assert sum(bent) <= max(high, total * SCALE_MIN + MINUTES_STEP * len(minutes))
    else:
        assert sum(bent) <= total * SCALE_MAX + MINUTES_STEP * len(minutes)
