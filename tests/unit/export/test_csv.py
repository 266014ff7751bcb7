from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import EXAMPLES
from curricle.export.csv import render_csv
from graphs import node_document
from hostile import hostile_document, material_of, unprintable


def table(document: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(material_of(document)), newline="")))


def test_every_node_is_a_row_in_document_order() -> None:
    rows = table(json.loads((EXAMPLES / "curriculum.json").read_bytes()))
    assert [row["id"] for row in rows] == ["tables", "queries", "joins", "indexes"]
    assert rows[1] == {
        "id": "queries",
        "title": "Queries",
        "capability": "Write a query that returns chosen columns of the rows that meet a condition",
        "prerequisites": "tables",
        "estimate_minutes": "90",
        "week": "2",
        "level": "1",
        "mastery_task": "Write three queries that answer questions somebody else has about a table",
        "pass_criteria": "Each returns exactly the rows that were asked for",
        "confidence": "0.9",
        "sources": "inputs/scope.md:10-13",
    }


@pytest.mark.parametrize(
    ("minutes", "cell"), [(123456.75, "123456.75"), (1000000, "1000000"), (0.125, "0.125")]
)
def test_minutes_are_neither_rounded_nor_written_with_an_exponent(
    minutes: float, cell: str
) -> None:
    document = json.loads((EXAMPLES / "curriculum.json").read_bytes())
    document["nodes"][0]["estimate_minutes"] = minutes
    assert table(document)[0]["estimate_minutes"] == cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\n+1",
        "\x00=1",
        "\uff1d1",
        "\uff0b1",
        "\uff20x",
    ],
)
def test_no_cell_starts_a_formula(text: str) -> None:
    node = node_document("a") | {"id": text, "title": text, "capability": text}
    (row,) = table({"topic": "x", "nodes": [node]})
    for name in ("id", "title", "capability"):
        assert row[name].startswith(("'", "\\x00"))


@given(st.text(min_size=1, max_size=12))
def test_no_text_starts_a_formula_or_another_cell_or_row(text: str) -> None:
    node = node_document("a") | {"title": text}
    node["mastery_check"] = {"task": text, "pass_criteria": text}
    (row,) = table({"topic": "x", "nodes": [node]})
    assert row["id"] == "a"
    assert not row["title"].startswith(tuple("=+-@\t\r\n"))
    assert row["title"] == row["mastery_task"] == row["pass_criteria"]


def test_lines_end_in_cr_lf_and_nothing_else_controls() -> None:
    text = render_csv(material_of(hostile_document()))
    assert text.count("\r\n") == 3
    assert unprintable(text.replace("\r\n", "")) == set()


def test_without_a_plan_there_is_no_week() -> None:
    material = material_of({"topic": "x", "nodes": [node_document("a")]})
    bare = type(material)(curriculum=material.curriculum, plan=None, report=None)
    assert (
        render_csv(bare).splitlines()[1] == "a,Topic a,Apply topic a,,60,,0,Solve a,It is right,,"
    )
