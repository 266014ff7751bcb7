from __future__ import annotations

import json
import subprocess
import sys

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import ROOT
from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.validator import validate_curriculum
from curricle.errors import CurricleError
from curricle.findings import Severity
from curricle.generation.excerpt import UnknownSectionError
from curricle.generation.selection import ScopeMode, Selection
from curricle.layout import SCOPE, TOPIC_SPEC
from curricle.printable import has_control_characters
from curricle.schema import DocumentKind, check_document
from curricle.stages.reading import line_count
from scopes import compiled, edges, generated, sections, titles

MESSY = """---
title: Front matter
---
# Programming

How to make a machine do things.

- [Loops](#loops)
- [Functions](#functions)

## Introduction

Welcome.

## Loops

A **loop** repeats. See [docs](https://example.org/loops) or [this](javascript:alert(1)).

```python
# Not a heading
```

| Year | Users |
|------|-------|
| 2020 | 5     |

## Functions and closures

A function requires loops.

## Loop

Said again.

## replace_with_heading

Nothing.

## <script>alert(1)</script>

Hostile.

## \u202egpj.exe \x1b[31mred

Hostile, too.

## Out of scope

- Classes

## Classes

Not now.

## References

- [A book](https://example.org/book)
"""


def test_a_messy_document_becomes_clean_nodes() -> None:
    draft = compiled(MESSY)
    assert titles(draft) == ["Loops", "Functions and closures", "alert(1)", "gpj.exe [31mred"]
    assert draft.curriculum.topic == "Programming"
    assert ("Loops", "Functions and closures") in edges(draft)
    urls = {r.url for node in draft.curriculum.nodes for r in node.resources}
    assert {url for url in urls if not url.startswith("inputs/scope.md#L")} == {
        "https://example.org/loops"
    }


def test_nothing_disappears_without_being_named_in_the_notes() -> None:
    notes = compiled(MESSY).notes_json()
    assert [(m["title"], m["into"]) for m in notes["merged"]] == [("Loop", "Loops")]
    assert {(part["title"], part["reason"]) for part in notes["left_out"]} == {
        ("List from line 8 on", "is a table of contents"),
        ("Introduction", "is about the document as a whole"),
        ("replace_with_heading", "its heading says it is unwritten"),
        ("Classes", "is out of scope"),
        ("References", "is resources, not a concept"),
    }


def test_a_spec_alone_is_enough() -> None:
    items = ["Loops and lists", "Functions", "Advanced functions"]
    draft = compiled(None, scope_in=items)
    assert titles(draft) == items
    assert edges(draft) == {("Functions", "Advanced functions")}
    for at, node in enumerate(draft.curriculum.nodes):
        assert [(s.path, s.first_line) for s in node.sources] == [(TOPIC_SPEC, at + 1)]
        assert node.confidence == pytest.approx(0.2)
    assert len(draft.curriculum.open_questions) == 3


def test_what_the_spec_asks_for_and_the_document_does_not_name_is_added() -> None:
    draft = compiled(sections(("Loops", "x"), ("Maps", "y")), scope_in=["loop", "Queues"])
    assert titles(draft) == ["Loops", "Maps", "Queues"]
    (question,) = draft.curriculum.open_questions
    assert question.related_nodes == ("queues",)


def test_a_statement_about_an_item_of_the_spec_is_cited_where_it_stands() -> None:
    draft = compiled(
        sections(("Loops", "Study loops before queues."), ("Maps", "y")), scope_in=["Queues"]
    )
    (evidence,) = draft.curriculum.nodes[2].prerequisite_evidence
    assert (evidence.id, evidence.path, evidence.line) == ("loops", SCOPE, 5)


def test_what_is_out_of_scope_goes_with_its_parts_and_is_told() -> None:
    text = "# T\n\n## Bread\n\nx\n\n### Crust\n\nx\n\n## Jam\n\nx\n"
    draft = compiled(text, scope_out=["bread"])
    assert titles(draft) == ["Jam"]
    assert [part.title for part in draft.left_out] == ["Bread", "Crust"]


def test_misconceptions_and_outcomes_land_in_nodes_or_become_questions() -> None:
    draft = compiled(
        sections(("Loops", "A loop repeats."), ("Functions", "They take arguments.")),
        misconceptions=["Every loop ends", "Quarks are blue"],
        context_pack={"required_outcomes": ["Pass two arguments", "Fly to Mars"]},
    )
    loops, functions = draft.curriculum.nodes
    assert loops.pitfalls == ("Every loop ends",)
    assert functions.capability == "Pass two arguments"
    asked = " ".join(question.question for question in draft.curriculum.open_questions)
    assert "misconception “Quarks are blue”" in asked
    assert "required outcome “Fly to Mars”" in asked


def test_further_documents_are_background_by_line() -> None:
    context = {"b.md": "# Notes\n\nOn loops.\n", "a.md": "Loops and maps.\n", "c.md": "Loops.\n"}
    draft = compiled(sections(("Loops", "x"), ("Maps", "y")), context=context)
    found = [[r.url for r in node.resources[1:]] for node in draft.curriculum.nodes]
    assert found == [
        ["inputs/context/a.md#L1", "inputs/context/b.md#L3"],
        ["inputs/context/a.md#L1"],
    ]


def test_what_is_announced_and_not_written_is_an_open_question() -> None:
    draft = compiled("# T\n\n## Loops\n\nx\n\n## TODO: maps\n\n## Else\n\nx\n")
    (question,) = draft.curriculum.open_questions
    assert question.question.startswith("“TODO: maps” (inputs/scope.md, line 7) is announced")


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(mode=ScopeMode.SECTION, sections=("Loops",)), ["Loops"]),
        (Selection(mode=ScopeMode.SEED_LIST), ["They repeat.", "They map."]),
    ],
)
def test_only_the_selected_part_is_compiled(selection: Selection, found: list[str]) -> None:
    text = sections(("Loops", "They repeat."), ("Maps", "They map."))
    assert titles(compiled(text, selection=selection)) == found


def test_a_section_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownSectionError):
        compiled("# T\n", selection=Selection(mode=ScopeMode.SECTION, sections=("No",)))


def test_the_same_bytes_come_out_under_any_hash_seed() -> None:
    program = (
        "import sys; sys.path[:0] = sys.argv[1:];"
        " from scopes import generated; from command import SCOPES;"
        "sys.stdout.buffer.write("
        "b''.join(generated((SCOPES / 'observability-notes.md').read_bytes())))"
    )
    paths = [str(ROOT / "scripts"), str(ROOT / "tests")]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, *paths],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


PIECES = st.sampled_from(
    [
        *"""
        # ## ### - * 1. > ``` | |-|-| : \\ ** _ ` [a](https://example.org) [x](javascript:a) <b>
        <!-- --> === --- Loops Functions requires before and TODO replace_with_x Prerequisites
        References Introduction Glossary Topics Objectives explain Basics C++ C# (ABC) ABC 1.2 ...
        &#x202e; {#id} Duration: 2 hours Out of scope Concept Description ß 数据 🎉 ![](x)
        http://[::1 \u202e \x1b[31m
        """.split(),
        *("\n", "\n\n", "\n\n## ", "\n\n# ", "\n- ", "\n  - ", "\t", "\r", "\x00", "\u2028"),
        "x" * 510,
        "\n\n| Term | About |\n|-|-|\n| a | b |\n|  | c |\n\n",
        "\n\n```\n# no\n```\n\n",
        "\n\n## Loops\n\n",
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map(lambda pieces: "\n\n## Loops\n\n" + " ".join(pieces))
SELECTIONS = st.sampled_from(
    [
        Selection(),
        Selection(mode=ScopeMode.SEED_LIST),
        Selection(mode=ScopeMode.SECTION, sections=("Loops",)),
    ]
)


@settings(max_examples=400, deadline=None)
@given(TEXTS, SELECTIONS)
def test_any_text_gives_a_sound_curriculum_or_an_error_of_ours(
    text: str, selection: Selection
) -> None:
    data = text.encode()
    try:
        spec, curriculum, notes = generated(data, selection)
    except CurricleError:
        return
    document = json.loads(curriculum)
    assert check_document(DocumentKind.GENERATION_NOTES, json.loads(notes)) == ()
    verdict = validate_curriculum(
        document,
        curriculum,
        spec=TopicSpec.from_json(json.loads(spec)),
        line_counts={SCOPE: line_count(data), TOPIC_SPEC: line_count(spec)},
    )
    assert [f.message for f in verdict.findings if f.severity is Severity.ERROR] == []
    assert not any(has_control_characters(node["title"]) for node in document["nodes"])
    assert all("replace_with" not in node["title"] for node in document["nodes"])
    graph: networkx.DiGraph[str] = networkx.DiGraph(
        [(before, node["id"]) for node in document["nodes"] for before in node["prerequisites"]]
    )
    assert set(graph.edges) == set(networkx.transitive_reduction(graph).edges)
    assert generated(data, selection) == (spec, curriculum, notes)
