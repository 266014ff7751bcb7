"""A provider that has a model write and mend curricula, by way of `authoring/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from curricle.authoring.curriculum import author_curriculum
from curricle.authoring.question import Model
from curricle.authoring.revision import author_revision
from curricle.providers.provider import Mended

if TYPE_CHECKING:
    from curricle.generation.compiler import Brief, Draft
    from curricle.providers.provider import MendRequest


class AskedModel(Model, Protocol):
    """A model that is asked with retries and on record."""

    @property
    def model(self) -> str | None:
        """Return the model that is asked for, or None for the server's default."""
        ...

    @property
    def tokens_used(self) -> int:
        """Return the tokens that its answers took so far."""
        ...


class ModelProvider:
    """Compiles and mends by asking a model."""

    def __init__(self, asked: AskedModel) -> None:
        self._asked = asked

    @property
    def name(self) -> str:
        """Return the name it is chosen by."""
        return self._asked.name

    @property
    def model(self) -> str | None:
        """Return the model it asks for, or None for the server's default."""
        return self._asked.model

    @property
    def tokens_used(self) -> int:
        """Return the tokens that were paid for so far."""
        return self._asked.tokens_used

    def compile(self, brief: Brief) -> Draft:
        """Return the curriculum that the model makes of a brief.

        Raises:
            ProviderError: there is no answer, or none to use.
        """
        return author_curriculum(brief, self._asked)

    def mend(self, request: MendRequest) -> Mended:
        """Mend by rule what needs no judgement, and ask the model about the rest.

        Raises:
            ProviderError: there is no answer, or none to use.
        """
        revision = author_revision(
            request.document,
            request.findings,
            request.spec,
            self._asked,
            feedback=request.feedback,
            documents=request.documents,
        )
        return Mended(
            document=revision.document,
            changes=revision.changes,
            is_feedback_met=revision.is_feedback_met,
        )
