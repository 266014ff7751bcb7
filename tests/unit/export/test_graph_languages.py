from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import EXAMPLES
from curricle.export.dot import render_dot
from curricle.export.material import Material
from curricle.export.mermaid import render_mermaid
from curricle.printable import one_line
from graphs import curriculum_of, node_document
from hostile import HOSTILE, hostile_document, material_of

EXAMPLE = json.loads((EXAMPLES / "curriculum.json").read_bytes())
TEXTS = st.text(min_size=1, max_size=30) | st.just(HOSTILE)


def with_title(title: str) -> Any:
    return {"topic": "x", "nodes": [node_document("a") | {"title": title}]}


def test_dot_has_every_node_and_edge_and_the_longest_chain_in_bold() -> None:
    assert render_dot(material_of(EXAMPLE)).splitlines() == [
        "digraph curriculum {",
        "  rankdir=LR;",
        "  node [shape=box, style=rounded];",
        '  n0 [label="Tables", penwidth=2];',
        '  n1 [label="Queries", penwidth=2];',
        '  n2 [label="Joins", penwidth=2];',
        '  n3 [label="Indexes"];',
        "  n0 -> n1;",
        "  n1 -> n2;",
        "  n0 -> n3;",
        "}",
    ]


def test_mermaid_has_every_node_and_edge_and_the_longest_chain_in_bold() -> None:
    assert render_mermaid(material_of(EXAMPLE)).splitlines() == [
        "flowchart LR",
        '  n0["Tables"]',
        '  n1["Queries"]',
        '  n2["Joins"]',
        '  n3["Indexes"]',
        "  n0 --> n1",
        "  n1 --> n2",
        "  n0 --> n3",
        "  classDef critical stroke-width:3px",
        "  class n0,n1,n2 critical",
    ]


@given(TEXTS)
def test_a_dot_label_reads_back_as_the_title(title: str) -> None:
    line = render_dot(material_of(with_title(title))).splitlines()[3]
    label = re.fullmatch(r'  n0 \[label="((?:[^"\\]|\\["\\])*)", penwidth=2\];', line)
    assert label
    assert re.sub(r"\\(.)", r"\1", label[1]) == one_line(title)


@given(TEXTS)
def test_a_mermaid_label_reads_back_as_the_title_and_holds_no_sign_of_mermaid_s_own(
    title: str,
) -> None:
    line = render_mermaid(material_of(with_title(title))).splitlines()[1]
    label = re.fullmatch(r'  n0\["((?:[\w .,:()/+-]|#\d+;)*)"\]', line)
    assert label
    assert "_" not in label[1]
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label[1]) == one_line(title)


@pytest.mark.parametrize("title", ["1. Begin", "- Begin", "+ Begin", "12. Begin"])
def test_a_mermaid_label_begins_no_list(title: str) -> None:
    line = render_mermaid(material_of(with_title(title))).splitlines()[1]
    assert not re.match(r'  n0\["(\d+\.|[-+]) ', line)
    assert "#" in line


@pytest.mark.parametrize("render", [render_dot, render_mermaid])
def test_hostile_titles_add_no_line(render: Any) -> None:
    plain = {"topic": "x", "nodes": [node_document("a"), node_document("b", ["a"])]}
    text = render(material_of(hostile_document()))
    assert len(text.splitlines()) == len(render(material_of(plain)).splitlines())
    assert all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize("render", [render_dot, render_mermaid])
def test_cycles_and_unknown_prerequisites_are_written_as_far_as_they_go(render: Any) -> None:
    curriculum = curriculum_of({"a": ["b", "ghost"], "b": ["a"]})
    text = render(Material(curriculum=curriculum, plan=None, report=None))
    edges = re.findall(r"n(\d) --?> n(\d)", text)
    assert sorted(edges) == [("0", "1"), ("1", "0")]
