from __future__ import annotations

import json
from typing import Any

import pytest

from curricle.canonical import document_bytes, sha256_hex
from curricle.curriculum.topic_spec import TopicSpec
from curricle.errors import CurriculumInvalidError
from curricle.layout import DIFF_PAGE, DIFF_REPORT
from curricle.schema import DocumentKind, check_document
from curricle.stages.iterate import compare, iterate
from documents import changed
from hostile import hostile_document


def test_the_report_names_the_digests_of_both_revisions(example_curriculum: dict[str, Any]) -> None:
    before = document_bytes(example_curriculum)
    after = document_bytes(changed(example_curriculum, {"/topic": "Asking"}))
    outputs = iterate(before, after, None)
    report = json.loads(outputs[DIFF_REPORT])
    assert (report["from"], report["to"]) == (sha256_hex(before), sha256_hex(after))
    assert report["document"] == [
        {"field": "topic", "before": "Asking a database", "after": "Asking"}
    ]
    assert set(outputs) == {DIFF_REPORT, DIFF_PAGE}


def test_without_an_earlier_revision_nothing_changed(example_curriculum: dict[str, Any]) -> None:
    outputs = iterate(None, document_bytes(example_curriculum), None)
    report = json.loads(outputs[DIFF_REPORT])
    assert report["from"] is None
    assert not any(report["nodes"].values())
    assert not report["document"]
    assert check_document(DocumentKind.DIFF_REPORT, report) == ()


def test_layout_of_the_bytes_is_no_change(example_curriculum: dict[str, Any]) -> None:
    wide = json.dumps(example_curriculum, indent=8).encode()
    assert compare(wide, document_bytes(example_curriculum), None)[0].is_empty


def test_only_with_a_spec_do_nodes_have_weeks_to_move_from(
    example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    before = document_bytes(example_curriculum)
    after = document_bytes(changed(example_curriculum, {"/nodes/0/estimate_minutes": 900}))
    spec = TopicSpec.from_json(example_spec)
    assert compare(before, after, None)[0].weeks_moved == ()
    assert "tables" in {node for node, _, _ in compare(before, after, spec)[0].weeks_moved}


def test_hostile_revisions_can_be_compared_and_their_report_is_of_its_schema() -> None:
    after = hostile_document()
    after["nodes"] = after["nodes"][:1]
    _, report = compare(document_bytes(hostile_document()), document_bytes(after), None)
    assert check_document(DocumentKind.DIFF_REPORT, report) == ()
    assert len(report["nodes"]["removed"]) == 1


@pytest.mark.parametrize(
    ("pointer", "value", "words"),
    [
        ("/nodes/1/id", "tables", "has the id 'tables' twice"),
        ("/nodes/1/title", 3, "breaks its schema at /nodes/1/title"),
        ("/nodes", None, "breaks its schema at /: the field 'nodes' is missing"),
    ],
)
@pytest.mark.parametrize("which", ["the earlier revision", "the later revision"])
def test_what_cannot_be_compared_is_named(
    which: str, pointer: str, value: Any, words: str, example_curriculum: dict[str, Any]
) -> None:
    good = document_bytes(example_curriculum)
    bad = document_bytes(changed(example_curriculum, {pointer: value}))
    before, after = (bad, good) if which == "the earlier revision" else (good, bad)
    with pytest.raises(CurriculumInvalidError) as caught:
        compare(before, after, None)
    assert str(caught.value).startswith(f"{which} ")
    assert words in str(caught.value)
