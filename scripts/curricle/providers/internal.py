"""The internal provider: the compiler in `generation/`. Needs no key, no network and no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.generation.compiler import compile_brief
from curricle.generation.mending import mend_document, note_feedback
from curricle.providers.provider import Mended

if TYPE_CHECKING:
    from curricle.generation.compiler import Brief, Draft
    from curricle.providers.provider import MendRequest


class InternalProvider:
    """Compiles and mends by rules."""

    @property
    def name(self) -> str:
        """Return the name it is chosen by."""
        return "internal"

    @property
    def model(self) -> None:
        """Return None: it asks no model."""

    @property
    def tokens_used(self) -> int:
        """Return 0."""
        return 0

    def compile(self, brief: Brief) -> Draft:
        """Return the curriculum that the brief's own text supports."""
        return compile_brief(brief)

    def mend(self, request: MendRequest) -> Mended:
        """Mend what rules can mend; note feedback, which no rule can act on, as a question."""
        document, changes = mend_document(request.document, request.findings, request.spec)
        if request.feedback:
            document = note_feedback(document, request.feedback)
        return Mended(document=document, changes=changes, is_feedback_met=not request.feedback)
