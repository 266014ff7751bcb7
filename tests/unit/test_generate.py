from __future__ import annotations

import json

import pytest

from curricle.errors import ScopeInvalidError, StageConflictError, TopicSpecInvalidError
from curricle.layout import CURRICULUM, GENERATION_NOTES
from curricle.providers.internal import InternalProvider
from curricle.schema import DocumentKind, check_document
from curricle.stages.generate import generate, make_brief
from scopes import BLANK, EVERYTHING, spec_document

SCOPE_TEXT = b"# Bread\n\n## Flour\n\nGround.\n\n## Dough\n\nNeeds flour.\n"


def spec_bytes(**fields: object) -> bytes:
    return json.dumps(
        spec_document(**{"scope_in": ["Flour", "Dough"], **fields}), indent=2
    ).encode()


def test_a_brief_holds_the_documents_and_where_each_scope_item_stands() -> None:
    spec = spec_bytes(context_pack={"local_paths": ["notes.md"]})
    context = {"notes.md": b"On flour.\r\n", "other.md": b"\xff"}
    brief = make_brief(spec, SCOPE_TEXT, context, EVERYTHING, "some-run")
    assert brief.scope_text == SCOPE_TEXT.decode()
    assert brief.context == {"notes.md": "On flour.\n"}
    lines = spec.decode().splitlines()
    assert [lines[line - 1].strip(' ,"') for line in brief.item_lines.values()] == [
        "Flour",
        "Dough",
    ]


def test_a_context_file_that_is_not_there_is_told() -> None:
    spec = spec_bytes(context_pack={"local_paths": ["notes.md"]})
    with pytest.raises(TopicSpecInvalidError, match=r"names 'notes\.md', which is not in"):
        make_brief(spec, SCOPE_TEXT, {}, EVERYTHING, "some-run")


def test_a_context_file_that_is_no_text_is_told_by_its_path() -> None:
    spec = spec_bytes(context_pack={"local_paths": ["notes.md"]})
    with pytest.raises(ScopeInvalidError, match=r"inputs/context/notes\.md"):
        make_brief(spec, SCOPE_TEXT, {"notes.md": b"\xff"}, EVERYTHING, "some-run")


@pytest.mark.parametrize("spec", [None, json.dumps(BLANK).encode()], ids=["absent", "blank"])
def test_nothing_is_generated_from_a_spec_that_is_not_ready(spec: bytes | None) -> None:
    with pytest.raises(StageConflictError, match="topic spec not ready"):
        make_brief(spec, SCOPE_TEXT, {}, EVERYTHING, "some-run")


def test_outputs_are_documents_of_their_schemas() -> None:
    brief = make_brief(spec_bytes(), SCOPE_TEXT, {}, EVERYTHING, "some-run")
    outputs = generate(brief, InternalProvider(), "some-run")
    assert outputs.keys() == {CURRICULUM, GENERATION_NOTES}
    assert check_document(DocumentKind.CURRICULUM, json.loads(outputs[CURRICULUM])) == ()
    notes = json.loads(outputs[GENERATION_NOTES])
    assert check_document(DocumentKind.GENERATION_NOTES, notes) == ()


def test_a_spec_that_excludes_all_that_is_in_scope_is_a_conflict() -> None:
    brief = make_brief(
        spec_bytes(scope_out=["flour", "Doughs"]), SCOPE_TEXT, {}, EVERYTHING, "some-run"
    )
    with pytest.raises(StageConflictError, match="nothing is left to teach"):
        generate(brief, InternalProvider(), "some-run")
