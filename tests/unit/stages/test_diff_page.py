from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curricle.curriculum.diff import diff_curricula
from curricle.stages.diff_page import render_diff_page
from documents import changed
from graphs import node_document
from hostile import HOSTILE, hostile_document, unprintable
from rendered import headings, kinds

if TYPE_CHECKING:
    from collections.abc import Mapping


def page_of(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    diff = diff_curricula(before, after, hours_per_week=1)
    return render_diff_page(diff, is_first=before is None)


def test_every_kind_of_change_has_its_heading(example_curriculum: dict[str, Any]) -> None:
    after = json.loads(json.dumps(example_curriculum).replace('"queries"', '"select"'))
    after = changed(after, {"/topic": "Asking", "/nodes/2/estimate_minutes": 240})
    views = node_document("views", ["select"])
    after["nodes"] = [after["nodes"][0], after["nodes"][1], views, after["nodes"][2]]
    page = page_of(example_curriculum, after)
    assert headings(page) == [
        "# What changed",
        "## Added",
        "## Removed",
        "## Renamed",
        "## Changed",
        "## Document",
        "## New edges",
        "## Edges gone",
        "## Other weeks",
        "## Critical path",
    ]
    for line in (
        "+2 hours; 1 node in another week.",
        "- Topic views (`views`)",
        "- Indexes (`indexes`)",
        "- `queries` → `select`",
        "- `joins` estimate\\_minutes: 120 → 240",
        '- topic: "Asking a database" → "Asking"',
        "- `select` → `views`",
        "- `tables` → `indexes`",
        "- before, 270 minutes: tables → queries → joins",
        "- after, 390 minutes: tables → select → joins",
    ):
        assert line in page.splitlines()


def test_the_first_version_and_an_equal_one_say_so(example_curriculum: dict[str, Any]) -> None:
    assert "there is nothing to compare it with" in page_of(None, example_curriculum)
    assert "both revisions say the same" in page_of(example_curriculum, example_curriculum)


def test_a_long_list_ends_by_telling_how_many_more_there_are() -> None:
    before = {"topic": "x", "nodes": [node_document("a")]}
    many = [node_document(f"n{at:03}") for at in range(140)]
    page = page_of(before, {"topic": "x", "nodes": [*before["nodes"], *many]})
    added = page.partition("## Added")[2].partition("##")[0].splitlines()
    assert len([line for line in added if line.startswith("- Topic")]) == 100
    assert "- … and 40 more in the JSON report" in added


def test_a_long_value_is_shown_by_its_beginning() -> None:
    before = {"topic": "x", "nodes": [node_document("a")]}
    page = page_of(before, changed(before, {"/topic": "y" * 5000}))
    (line,) = [line for line in page.splitlines() if line.startswith("- topic")]
    assert len(line) < 300
    assert line.endswith("…")


def test_nothing_hostile_gets_out_of_its_line() -> None:
    before, after = hostile_document(), hostile_document()
    after["nodes"][0][f"odd{HOSTILE}"] = 7
    after[f"odd{HOSTILE}"] = HOSTILE
    after["nodes"][1]["id"] = f"new{HOSTILE}"
    after["nodes"].append(node_document(f"more{HOSTILE}", [f"new{HOSTILE}"]))
    page = page_of(before, after)
    assert headings(page) == [
        "# What changed",
        "## Added",
        "## Renamed",
        "## Changed",
        "## Document",
        "## New edges",
        "## Critical path",
    ]
    assert kinds(page) & {"html_block", "html_inline", "link_open", "fence", "hr"} == set()
    assert unprintable(page) == set()
