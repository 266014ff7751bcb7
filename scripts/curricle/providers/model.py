"""A provider that has a model write and mend curricula, by way of `authoring/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.authoring.curriculum import author_curriculum
from curricle.authoring.question import Model
from curricle.authoring.revision import author_revision
from curricle.providers.provider import Mended

if TYPE_CHECKING:
    from curricle.authoring.question import Ask, AskMany
    from curricle.generation.compiler import Brief, Draft
    from curricle.providers.client import Client
    from curricle.providers.provider import MendRequest


class ModelProvider:
    """Compiles and mends by asking a model."""

    def __init__(self, client: Client, ask: Ask, ask_many: AskMany) -> None:
        """`ask` and `ask_many` put questions to the client, with retries and on record."""
        self._client = client
        self._asked = Model(name=client.name, ask=ask, ask_many=ask_many)

    @property
    def name(self) -> str:
        """Return the name it is chosen by."""
        return self._client.name

    @property
    def model(self) -> str | None:
        """Return the model it asks for, or None for the server's default."""
        return self._client.model

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
