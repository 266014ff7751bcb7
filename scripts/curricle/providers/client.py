"""One structured request to a model and its answer: what every client of a model can do.

A client makes one attempt. Retries are `retry.py`, recording is `steps/calls.py`, prompts and what
an answer means are `authoring/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from curricle.authoring.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Answer", "Client", "Question", "Usage"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens of one call, as the server counts them; None where it does not say."""

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_output_tokens: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, unread: nothing says yet that it is what was asked for."""

    text: str
    model: str | None
    usage: Usage = field(default_factory=Usage)
    request_id: str | None = None
    notes: tuple[str, ...] = ()
    """What the journal should know of the way to the answer, such as a parameter left out."""


class Client(Protocol):
    """Asks a model."""

    @property
    def name(self) -> str:
        """Return the provider's name."""
        ...

    @property
    def model(self) -> str | None:
        """Return the model it asks for, or None for the server's default."""
        ...

    def ask(
        self, question: Question, *, seconds_left: float, tell: Callable[[str], None]
    ) -> Answer:
        """Make one attempt, which ends within `seconds_left`; `tell` takes progress.

        Raises:
            ProviderError: there is no answer to use; its type says why.
        """
        ...
