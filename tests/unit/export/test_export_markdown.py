from __future__ import annotations

import json
from datetime import date

import pytest

from command import EXAMPLES
from curricle.export import FORMATS
from curricle.export.markdown import render_markdown
from curricle.export.material import Material
from graphs import curriculum_of, node_document
from hostile import hostile_document, material_of, unprintable
from rendered import headings, kinds, links

EXAMPLE = json.loads((EXAMPLES / "curriculum.json").read_bytes())


def test_the_document_has_nodes_in_teaching_order_then_plan_then_questions() -> None:
    page = render_markdown(material_of(EXAMPLE, start_date=date(2026, 1, 5)))
    assert headings(page) == [
        "# Asking a database",
        "## Tables",
        "## Queries",
        "## Joins",
        "## Indexes",
        "## Plan",
        "### Week 1, from 2026-01-05",
        "### Week 2, from 2026-01-12",
        "### Week 3, from 2026-01-19",
        "### Week 4, from 2026-01-26",
        "## Open questions",
    ]
    for line in (
        "4 nodes, 3 edges, 5.5 hours.",
        "- takes 90 minutes, in week 2",
        "- needs Tables: A query asks tables for rows",
        "**Core ideas**",
        "**Pitfalls**",
        "- review Tables",
        "- How much should be said of outer joins?",
    ):
        assert line in page.splitlines()
    assert links(page) == [node["resources"][0]["url"] for node in EXAMPLE["nodes"]]


def test_prerequisites_come_before_what_needs_them() -> None:
    page = render_markdown(
        Material(curriculum=curriculum_of({"b": ["a"], "a": []}), plan=None, report=None)
    )
    assert headings(page) == ["# Graph", "## Topic a", "## Topic b"]


def test_nodes_in_a_cycle_are_in_the_document_too() -> None:
    cycle = curriculum_of({"a": ["c"], "b": ["a"], "c": ["b"], "d": []})
    page = render_markdown(Material(curriculum=cycle, plan=None, report=None))
    assert headings(page) == ["# Graph", "## Topic d", "## Topic a", "## Topic b", "## Topic c"]


def test_nothing_hostile_gets_out_of_its_line() -> None:
    page = render_markdown(material_of(hostile_document()))
    assert kinds(page) & {"html_block", "html_inline", "code_inline", "image", "fence"} == set()
    assert unprintable(page) == set()
    nodes = [heading for heading in headings(page) if heading.startswith("## =1+1")]
    assert len(nodes) == 2


def test_only_http_addresses_are_links_and_they_lead_where_they_say() -> None:
    urls = [
        "https://example.org/a_(b)?x=1&copy;=2",
        "https://example.org/<b>",
        "http://example.org/\\x",
        "javascript:alert(1)",
        "inputs/scope.md#L3",
    ]
    resources = [{"title": "t", "url": url, "kind": "k", "role": "r"} for url in urls]
    page = render_markdown(
        material_of({"topic": "x", "nodes": [node_document("a") | {"resources": resources}]})
    )
    assert links(page) == [
        "https://example.org/a_(b)?x=1&copy;=2",
        "https://example.org/%3Cb%3E",
        "http://example.org/%5Cx",
    ]
    assert all(link.startswith("https://example.org/") for link in hostile_links())


def hostile_links() -> list[str]:
    found = links(render_markdown(material_of(hostile_document())))
    assert len(found) == 2
    return found


@pytest.mark.parametrize("style", FORMATS)
def test_every_format_gives_the_same_bytes_for_the_same_material(style: str) -> None:
    one, other = (material_of(EXAMPLE, start_date=date(2026, 1, 5)) for _ in range(2))
    assert FORMATS[style](one) == FORMATS[style](other)
    assert FORMATS[style](one).strip()
