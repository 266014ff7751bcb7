from __future__ import annotations

import json
import random
import re

import networkx
import pytest

from command import ROOT, SCOPES
from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.validator import validate_curriculum
from curricle.findings import Severity
from curricle.layout import SCOPE, TOPIC_SPEC
from curricle.stages.reading import line_count
from scopes import compiled, edges, generated, reasons

GOLD = ROOT / "tests" / "gold"
"""Title to prerequisites, drawn by hand from the shipped documents."""

DOCUMENTS = sorted(path.stem for path in SCOPES.glob("*.md"))
F1_FLOORS = {"bread-baking": 0.45, "observability-notes": 0.34, "relational-databases": 0.65}

EXPLICIT = ("the text ", "the document lists", "its title names")
SHARE_KEPT = 0.4
"""Of all edges; those that nothing states may follow the order where it agrees with the text."""

Pairs = set[tuple[str, str]]


def gold_of(name: str) -> dict[str, list[str]]:
    document: dict[str, list[str]] = json.loads((GOLD / f"{name}.json").read_bytes())
    return document


def closure(edges: Pairs, titles: set[str]) -> Pairs:
    """Return all pairs of which one builds on the other, directly or not, between some titles."""
    graph: networkx.DiGraph[str] = networkx.DiGraph(sorted(edges))
    pairs = {(a, b) for a in graph for b in networkx.descendants(graph, a)}
    return {(a, b) for a, b in pairs if {a, b} <= titles}


def f1(wanted: Pairs, found: Pairs) -> float:
    return 2 * len(wanted & found) / (len(wanted) + len(found))


def test_every_shipped_document_has_a_graph_drawn_by_hand_and_a_floor() -> None:
    assert DOCUMENTS == sorted(path.stem for path in GOLD.glob("*.json")) == sorted(F1_FLOORS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_shipped_document_compiles_without_an_error(name: str) -> None:
    data = (SCOPES / f"{name}.md").read_bytes()
    spec, curriculum, _ = generated(data)
    verdict = validate_curriculum(
        json.loads(curriculum),
        curriculum,
        spec=TopicSpec.from_json(json.loads(spec)),
        line_counts={SCOPE: line_count(data), TOPIC_SPEC: line_count(spec)},
    )
    assert [f.message for f in verdict.findings if f.severity is Severity.ERROR] == []
    assert verdict.skipped == ()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_builds_on_what_is_close_to_what_a_person_drew(name: str) -> None:
    gold = gold_of(name)
    _, curriculum, _ = generated((SCOPES / f"{name}.md").read_bytes())
    nodes = json.loads(curriculum)["nodes"]
    title = {node["id"]: node["title"] for node in nodes}
    found = {(title[b], node["title"]) for node in nodes for b in node["prerequisites"]}
    wanted = {(before, after) for after, needs in gold.items() for before in needs}
    titles = set(gold)
    score = f1(closure(wanted, titles), closure(found, titles))
    assert score >= F1_FLOORS[name]


def shuffled(text: str, seed: int) -> str:
    """Return a document with its parts, and the sections in each part, in another order."""
    order = random.Random(seed)
    head, *parts = re.split(r"(?m)^(?=## )", text)
    order.shuffle(parts)
    for at, part in enumerate(parts):
        start, *below = re.split(r"(?m)^(?=### )", part)
        order.shuffle(below)
        parts[at] = "".join([start, *below])
    return "".join([head, *parts])


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_shuffled_document_says_the_same_of_what_builds_on_what(name: str, seed: int) -> None:
    text = (SCOPES / f"{name}.md").read_text(encoding="utf-8")
    drafts = compiled(text), compiled(shuffled(text, seed))
    told, again = (
        {edge for edge, (why, _) in reasons(draft).items() if why.startswith(EXPLICIT)}
        for draft in drafts
    )
    assert told == again != set()
    one, other = map(edges, drafts)
    assert len(one & other) >= SHARE_KEPT * len(one | other)
