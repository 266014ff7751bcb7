from __future__ import annotations

import random
from typing import TYPE_CHECKING

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curricle.generation.concepts import find_concepts
from curricle.generation.document import parse_document
from curricle.generation.prerequisites import infer_prerequisites
from scopes import compiled, edges, reasons, sections

if TYPE_CHECKING:
    from curricle.generation.edges import Prerequisites

FRUIT = {
    "Apple": "A round one that grows on trees in cool places.",
    "Mango": "A sweet one from the tropics, with a large stone.",
    "Pear": "Longer than most, and soft when it is ripe.",
    "Plum": "Small, dark and sour; good in jam.",
}


def document(**texts: str) -> str:
    return sections(*{**FRUIT, **texts}.items())


def inferred(text: str, limit: int | None = None) -> tuple[list[str], Prerequisites]:
    concepts = find_concepts(parse_document(text)).concepts
    return [c.title for c in concepts], infer_prerequisites(concepts, limit=limit)


@pytest.mark.parametrize(
    ("title", "text", "edge", "reason"),
    [
        (
            "Pear",
            "This requires mango.",
            ("Mango", "Pear"),
            "the text says that it builds on Mango",
        ),
        ("Apple", "It builds on plum.", ("Plum", "Apple"), "the text says that it builds on Plum"),
        ("Apple", "Depends on pear.", ("Pear", "Apple"), "the text says that it builds on Pear"),
        (
            "Plum",
            "Learn plum before apple.",
            ("Plum", "Apple"),
            "the text on Plum says that this comes after it",
        ),
        (
            "Plum",
            "A mango must be known before a plum.",
            ("Mango", "Plum"),
            "the text says that it builds on Mango",
        ),
        (
            "Mango",
            "It is needed for apple.",
            ("Mango", "Apple"),
            "the text on Mango says that this comes after it",
        ),
        (
            "Apple",
            "Fine.\n\n**Prerequisites**\n\n- Plum",
            ("Plum", "Apple"),
            "the document lists it as a prerequisite",
        ),
        (
            "Apple",
            "Fine.\n\nPrerequisites: plum",
            ("Plum", "Apple"),
            "the document lists it as a prerequisite",
        ),
        (
            "Apple",
            "Fine.\n\n### Prerequisites\n\nYou have met the plum.",
            ("Plum", "Apple"),
            "the document lists it as a prerequisite",
        ),
        (
            "Apple",
            "Fruit that one may take for a pear at night; a pear is longer.",
            ("Pear", "Apple"),
            "its text speaks of Pear",
        ),
    ],
)
def test_what_the_text_says_is_an_edge_with_its_reason_and_line(
    title: str, text: str, edge: tuple[str, str], reason: str
) -> None:
    source = document(**{title: text})
    found = reasons(compiled(source))
    said = found[edge]
    assert said[0] == reason
    assert said[1] is not None
    shown = source.splitlines()[said[1] - 1].lower()
    assert (edge[0] if edge[1] == title else edge[1]).lower() in shown


def test_a_stated_prerequisite_wins_over_document_order() -> None:
    found = edges(compiled(document(Apple="Requires plum.", Mango="Requires plum and apple.")))
    assert {("Plum", "Apple"), ("Apple", "Mango")} <= found


MANY = ("Apricot", "Banana", "Cherry", "Lemon", "Orange", "Quince", "Raspberry")


def test_every_stated_prerequisite_is_one_however_many_there_are() -> None:
    text = sections(
        ("Salad", " ".join(f"This builds on {fruit}." for fruit in MANY)),
        *((fruit, "It is for a salad.") for fruit in MANY),
    )
    assert {(fruit, "Salad") for fruit in MANY} <= edges(compiled(text))


def test_every_text_that_says_what_it_is_needed_for_is_heard() -> None:
    text = sections(("Salad", "Cold."), *((fruit, "It is needed for salad.") for fruit in MANY))
    assert {(fruit, "Salad") for fruit in MANY} <= edges(compiled(text))


def test_statements_that_contradict_each_other_are_told() -> None:
    draft = compiled(document(Apple="This builds on plum.", Plum="This builds on apple."))
    (broken,) = draft.notes_json()["cycles_broken"]
    kept = {("Apple", "Plum"), ("Plum", "Apple")} & edges(draft)
    assert kept == {(broken["removed"]["after"], broken["removed"]["before"])}


def test_a_title_within_a_title_comes_first() -> None:
    text = sections(("Compound apples", "Two of them at once."), *FRUIT.items())
    assert reasons(compiled(text))["Apple", "Compound apples"][0] == "its title names Apple"


def test_a_series_is_in_order_wherever_it_stands() -> None:
    text = sections(("Baking II", "More bread."), ("Baking III", "Rolls."), ("Baking I", "Bread."))
    assert edges(compiled(text)) == {("Baking I", "Baking II"), ("Baking II", "Baking III")}


def test_the_basics_come_first() -> None:
    found = compiled(sections(*FRUIT.items(), ("Basics", "What all fruit have in common.")))
    assert {("Basics", fruit) for fruit in FRUIT} <= edges(found)


def test_a_heading_without_a_text_is_made_up_of_its_parts() -> None:
    text = "# T\n\n## Fruit\n\n### Apple\n\nRound.\n\n### Pear\n\nLong.\n\n## Roots\n\nDeep.\n"
    found = reasons(compiled(text))
    assert found["Apple", "Fruit"] == ("is one of the parts that make up Fruit", 5)
    assert found["Pear", "Fruit"] == ("is one of the parts that make up Fruit", 9)


def test_a_cycle_is_broken_at_its_weakest_edge_and_told() -> None:
    draft = compiled(
        document(
            Apple="Requires mango.\n\n### Prerequisites\n\n- Mango\n",
            Mango="Sweet.\n\n### Prerequisites\n\n- Pear\n",
            Pear="Mentions the apple in passing, as one mentions an apple.",
        )
    )
    assert {("Mango", "Apple"), ("Pear", "Mango")} <= edges(draft)
    (broken,) = draft.notes_json()["cycles_broken"]
    assert broken["removed"] == {"before": "Apple", "after": "Pear"}
    assert broken["cycle"] == ["Pear", "Mango", "Apple"]
    assert broken["reason"] == "it is the weakest of the cycle: its text speaks of Apple"


def test_what_follows_from_other_edges_is_no_edge() -> None:
    found = edges(
        compiled(document(Apple="Requires mango and requires pear.", Mango="Requires pear."))
    )
    assert ("Mango", "Apple") in found
    assert ("Pear", "Apple") not in found


def test_no_node_has_more_prerequisites_than_allowed_and_what_is_dropped_is_told() -> None:
    salad = "A salad requires apple, requires mango, requires pear and requires plum."
    draft = compiled(document(Salad=salad), constraints={"max_prerequisites_per_node": 2})
    assert max(len(node.prerequisites) for node in draft.curriculum.nodes) == 2
    assert sum("Salad does not name" in text for text in draft.assumptions) == 2


def test_what_a_curriculum_needs_is_no_function_of_the_place_in_a_list() -> None:
    texts = {
        **FRUIT,
        "Salad": "A salad requires apple and requires pear.",
        "Jam": "Jam depends on plum, and builds on salad.",
        "Cake": "Learn jam before cake. A cake requires mango.",
        "Feast": "A feast requires cake.",
    }
    whole = edges(compiled(sections(*texts.items())))
    assert {("Apple", "Salad"), ("Salad", "Jam"), ("Cake", "Feast")} <= whole
    for seed in range(6):
        items = list(texts.items())
        random.Random(seed).shuffle(items)
        found = edges(compiled(sections(*items)))
        assert len(found ^ whole) <= 1


TITLES = st.sampled_from([*FRUIT, "Salad", "Jam", "Jam II", "Basics", "Apple jam"])
SENTENCES = st.lists(
    st.builds(
        "{} {}.".format,
        st.sampled_from(["It requires", "Builds on", "Learn this before", "Speaks of", "Unlike"]),
        TITLES,
    ),
    max_size=4,
).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(TITLES, SENTENCES, min_size=1), st.one_of(st.none(), st.integers(1, 2)))
def test_the_result_is_a_dag_without_redundant_edges_and_within_the_limit(
    texts: dict[str, str], limit: int | None
) -> None:
    names, found = inferred(sections(*texts.items()), limit)
    graph: networkx.DiGraph[int] = networkx.DiGraph([(e.before, e.after) for e in found.edges])
    assert networkx.is_directed_acyclic_graph(graph)
    if limit is None:
        assert set(graph.edges) == set(networkx.transitive_reduction(graph).edges)
        assert found.dropped == ()
    else:
        assert all(degree <= limit for _, degree in graph.in_degree())
    for edge in found.edges:
        assert edge.reason
        assert edge.line >= 1
        assert edge.before < len(names) > edge.after
