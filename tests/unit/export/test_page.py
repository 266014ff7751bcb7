from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from command import EXAMPLES
from curricle.export.drawing import DRAWN_MAX
from curricle.export.material import Material
from curricle.export.page import render_html
from documents import changed
from graphs import curriculum_of
from hostile import HOSTILE, hostile_document, material_of, unprintable

VOID = {"meta", "br", "rect", "path"}
FETCHING = {"src", "srcset", "data", "action", "poster", "background", "ping", "style"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text of each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def example_material(report: Any = None) -> Material:
    document = json.loads((EXAMPLES / "curriculum.json").read_bytes())
    return material_of(document, start_date=date(2026, 1, 5), report=report)


HOSTILE_REPORT = {
    "counts": {"error": 1, "warning": 0, "note": 0},
    "findings": [
        {"rule": HOSTILE, "severity": "error", "line": 1, "message": HOSTILE, "hint": HOSTILE}
    ],
}


def test_the_page_stands_alone_and_may_load_nothing() -> None:
    page = Page(render_html(example_material()))
    policies = [m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in policies[0]["content"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert set(policy) == {"default-src", "base-uri", "form-action", "style-src", "script-src"}
    for directive, tag in (("style-src", "style"), ("script-src", "script")):
        digest = hashlib.sha256(page.texts[tag].encode()).digest()
        assert policy[directive] == f"'sha256-{base64.b64encode(digest).decode()}'"
        assert len(page.all(tag)) == 1
    assert not {name for _, attributes in page.elements for name in attributes} & FETCHING
    assert {tag for tag, _ in page.elements}.isdisjoint({"link", "img", "iframe", "object", "base"})
    assert "@import" not in page.texts["style"]
    assert "url(" not in page.texts["style"]


def test_the_policy_comes_before_anything_it_governs() -> None:
    page = Page(render_html(example_material()))
    tags = [tag for tag, _ in page.elements]
    governed = next(at for at, (_, a) in enumerate(page.elements) if "http-equiv" in a)
    assert governed < min(tags.index("style"), tags.index("script"))
    assert page.elements[0] == ("html", {"lang": "en"})


def test_the_graph_is_drawn_with_a_box_a_node_and_a_path_an_edge() -> None:
    page = Page(render_html(example_material()))
    (svg,) = page.all("svg")
    assert {"role", "aria-label", "width", "height"} <= svg.keys()
    assert len(page.all("rect")) == 4
    arrows = {(path["data-before"], path["data-after"]) for path in page.all("path")}
    assert arrows == {("0", "1"), ("1", "2"), ("0", "3")}
    boxes = {a["data-node"]: a["href"] for a in page.all("a") if "data-node" in a}
    assert boxes == {str(at): f"#n{at}" for at in range(4)}


def test_every_link_inside_the_page_leads_somewhere() -> None:
    page = Page(render_html(example_material(report=HOSTILE_REPORT)))
    anchors = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    inner = {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")}
    assert {"graph", "nodes", "plan", "questions", "findings"} <= inner <= anchors


def test_everything_that_a_node_says_is_on_the_page() -> None:
    text = render_html(example_material())
    document = json.loads((EXAMPLES / "curriculum.json").read_bytes())
    for node in document["nodes"]:
        said = [node["title"], node["capability"], *node["core_ideas"], *node["pitfalls"]]
        said += [*node["mastery_check"].values(), *(r["url"] for r in node["resources"])]
        said += [evidence["reason"] for evidence in node.get("prerequisite_evidence", ())]
        for words in said:
            assert words in text
    assert "2026-01-05" in text


def test_hostile_text_is_text() -> None:
    text = render_html(material_of(hostile_document(), report=HOSTILE_REPORT))
    page = Page(text)
    assert page.open == []
    assert unprintable(text) == set()
    assert len(page.all("script")) == 1
    allowed = {"href", "rel", "id", "class", "data-node", "data-before", "data-after"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "a":
            assert attributes.keys() <= allowed
    assert "alert(1)" not in page.texts["script"]


def test_only_http_addresses_are_links() -> None:
    page = Page(render_html(material_of(hostile_document())))
    outer = [a["href"] for a in page.all("a") if not a["href"].startswith("#")]
    assert len(outer) == 2
    for address in outer:
        assert urlsplit(address).scheme == "https"
        assert urlsplit(address).netloc.startswith("example.org")
    rels = {a["rel"] for a in page.all("a") if not a["href"].startswith("#")}
    assert rels == {"noopener noreferrer"}


def test_what_is_not_known_is_not_on_the_page(example_curriculum: dict[str, Any]) -> None:
    curriculum = material_of(changed(example_curriculum, {"/open_questions": None})).curriculum
    text = render_html(Material(curriculum=curriculum, plan=None, report=None))
    found = set(re.findall(r'<h2 id="(\w+)"', text))
    assert found == {"graph", "nodes"}


def test_a_graph_too_large_to_be_read_is_not_drawn() -> None:
    curriculum = curriculum_of({f"n{at}": [] for at in range(DRAWN_MAX + 1)})
    text = render_html(Material(curriculum=curriculum, plan=None, report=None))
    assert "<svg" not in text
    assert f"{DRAWN_MAX + 1} nodes are too many" in text


def test_nodes_in_a_cycle_are_on_the_page_too() -> None:
    curriculum = curriculum_of({"a": ["b"], "b": ["a"], "c": []})
    page = Page(render_html(Material(curriculum=curriculum, plan=None, report=None)))
    assert len(page.all("article")) == len(page.all("rect")) == 3


def test_the_same_material_gives_the_same_page() -> None:
    assert render_html(example_material()) == render_html(example_material())
