from __future__ import annotations

import json
from typing import Any

from command import EXAMPLES
from curricle.canonical import document_bytes
from curricle.layout import CURRICULUM, GENERATION_NOTES, SCOPE, TOPIC_SPEC, VALIDATION_PAGE
from curricle.stages.validate import validate
from documents import changed
from hostile import HOSTILE, hostile_document, unprintable
from rendered import headings, kinds

EXTRA_KINDS = {"html_block", "html_inline", "link_open", "image", "fence", "code_block", "hr"}


def page_on(curriculum: Any, **more: Any) -> str:
    files = {CURRICULUM: document_bytes(curriculum), SCOPE: (EXAMPLES / "scope.md").read_bytes()}
    files |= {path: document_bytes(document) for path, document in more.items()}
    return validate(files).outputs[VALIDATION_PAGE].decode()


def test_a_valid_curriculum_has_its_size_on_the_page(
    example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    page = page_on(example_curriculum, **{TOPIC_SPEC: example_spec})
    assert page.splitlines()[:5] == [
        "# Validation report",
        "",
        "**Valid**: 0 errors, 0 warnings, 0 notes",
        "",
        (
            "4 nodes, 3 edges on 3 levels, 5.5 hours; the critical path has 3 nodes and takes 4.5"
            " hours."
        ),
    ]
    assert headings(page) == ["# Validation report"]


def test_a_finding_has_rule_line_place_sentence_and_what_to_do(
    example_curriculum: dict[str, Any],
) -> None:
    page = page_on(changed(example_curriculum, {"/nodes/1/prerequisites": ["tabels"]}))
    at = page.splitlines().index("## Errors")
    finding, hint = page.splitlines()[at + 2 : at + 4]
    assert finding == (
        "- **dag.unknown-prerequisite** (`curriculum.json` line 63, `/nodes/1/prerequisites/0`):"
        " 'Queries' needs 'tabels', and no node has that id"
    )
    assert hint == "  - correct the id, add the node, or remove the prerequisite"


def test_findings_stand_under_their_severity_and_skipped_rules_say_why(
    example_curriculum: dict[str, Any],
) -> None:
    broken = changed(
        example_curriculum, {"/nodes/1/prerequisites": ["tabels"], "/made_by": "another"}
    )
    page = page_on(broken)
    assert headings(page) == [
        "# Validation report",
        "## Errors",
        "## Warnings",
        "## Rules not applied",
    ]
    assert "\n- evidence.uncited-node: there is no ready inputs/topic\\_spec.json\n" in page


def test_notes_tell_what_was_merged_left_out_and_assumed(
    example_curriculum: dict[str, Any],
) -> None:
    notes = json.loads((EXAMPLES / "generation_notes.json").read_bytes())
    page = page_on(example_curriculum, **{GENERATION_NOTES: notes})
    told = page.partition("## How the curriculum was made")[2]
    for word in ("- merged: ", "- left out: ", "- left for later: ", "- cycle broken: "):
        assert word in told
    assert told.count("- assumed: ") == len(notes["assumptions"])


def test_nothing_hostile_gets_out_of_its_line() -> None:
    page = page_on(hostile_document())
    assert unprintable(page) == set()
    assert kinds(page) & EXTRA_KINDS == set()
    assert headings(page) == [
        "# Validation report",
        "## Errors",
        "## Warnings",
        "## Rules not applied",
    ]


def test_hostile_notes_stay_in_their_lines(example_curriculum: dict[str, Any]) -> None:
    text = (EXAMPLES / "generation_notes.json").read_text()
    notes = json.loads(text, object_hook=_with_hostile_text)
    notes["assumptions"] = [HOSTILE]
    page = page_on(example_curriculum, **{GENERATION_NOTES: notes})
    assert headings(page)[-1] == "## How the curriculum was made"
    assert kinds(page) & EXTRA_KINDS == set()
    assert unprintable(page) == set()


def _with_hostile_text(members: dict[str, Any]) -> dict[str, Any]:
    hostile = {"title", "into", "reason"}
    return {key: HOSTILE if key in hostile else value for key, value in members.items()}
