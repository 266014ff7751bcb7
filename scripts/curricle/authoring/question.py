"""One structured request to a model, and what answers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


ANSWER_CHARACTERS_MAX: Final = 4_000_000
"""Several times what any model writes in one turn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """Why an answer will not do."""

    why: str
    instead: Question
    """What to ask next: the same question, with what was wrong."""


def _takes_any(_: str) -> Flaw | None:
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One structured request."""

    name: str
    """What it is for, such as `outline` or `section 3`; for progress and the journal."""
    prompt: str
    schema: Mapping[str, Any]
    """JSON Schema of the answer, within the subset that servers enforce strictly."""
    find_flaw: Callable[[str], Flaw | None] = field(default=_takes_any, repr=False, compare=False)
    """Judges the text of an answer; None where it will do. Called in any thread."""


class Model(Protocol):
    """Answers questions."""

    @property
    def name(self) -> str:
        """Return the provider's name, for messages."""
        ...

    def ask(self, question: Question) -> str:
        """Return the text of an answer without a flaw.

        Raises:
            ProviderError: there is none.
        """
        ...

    def ask_many(self, questions: Sequence[Question]) -> Iterator[tuple[Question, str]]:
        """Yield each of independent questions with its answer, in any order.

        Raises:
            ProviderError: one has none.
        """
        ...
