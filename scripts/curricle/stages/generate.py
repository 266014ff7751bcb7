"""From a ready topic spec and its documents to a curriculum, by way of a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.canonical import document_bytes
from curricle.errors import StageConflictError, TopicSpecInvalidError
from curricle.generation.compiler import Brief
from curricle.jsontext import find_lines
from curricle.layout import CONTEXT, CURRICULUM, GENERATION_NOTES
from curricle.stages.reading import read_scope, read_spec, ready_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.generation.selection import Selection
    from curricle.providers.provider import Provider


def make_brief(
    spec_data: bytes | None,
    scope_data: bytes | None,
    context: Mapping[str, bytes],
    selection: Selection,
    run_id: str,
) -> Brief:
    """Return what a provider is given; `context` maps names below `inputs/context/` to bytes.

    Raises:
        StageConflictError: the topic spec is not ready.
        TopicSpecInvalidError: it is invalid, or names a context file that is not there.
        ScopeInvalidError: the scope document cannot be read.
    """
    spec = ready_spec(spec_data, run_id)
    missing = [path for path in spec.context_pack.local_paths if path not in context]
    if missing:
        raise TopicSpecInvalidError(
            f"context_pack.local_paths names {missing[0]!r}, which is not in {CONTEXT}/",
            hint=f"copy the file to {CONTEXT}/, or remove the path",
            details={"missing": missing},
        )
    text = read_spec(spec_data or b"").text
    pointers = [f"/scope_in/{at}" for at in range(len(spec.scope_in))]
    lines = find_lines(text, pointers)
    return Brief(
        spec=spec,
        scope_text=None if scope_data is None else read_scope(scope_data),
        selection=selection,
        item_lines={at: lines[pointer] for at, pointer in enumerate(pointers)},
        context={
            path: read_scope(context[path], f"{CONTEXT}/{path}")
            for path in spec.context_pack.local_paths
        },
    )


def generate(brief: Brief, provider: Provider, run_id: str) -> dict[str, bytes]:
    """Return the bytes of `curriculum.json` and `generation_notes.json`.

    Raises:
        StageConflictError: there is nothing in scope to make a curriculum of.
    """
    draft = provider.compile(brief)
    if not draft.curriculum.nodes:
        raise StageConflictError(
            "nothing is left to teach: scope_out excludes all that is in scope",
            hint="correct scope_in and scope_out in inputs/topic_spec.json",
            next_step=("status", run_id),
            details={"run_id": run_id, "excluded": "all"},
        )
    return {
        CURRICULUM: document_bytes(draft.curriculum.to_json()),
        GENERATION_NOTES: document_bytes(draft.notes_json()),
    }
