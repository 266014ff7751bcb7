"""One structured request to a model and its answer: what every client of a model can do.

A client makes one attempt. Retries are `retry.py`, recording is `steps/calls.py`, prompts and what
an answer means are `authoring/`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Final, Protocol

from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from curricle.authoring.question import Question

TOKENS_MAX: Final = 10**12
NAME_LENGTH_MAX: Final = 200
USAGE: Final = "usage"
"""Detail of a provider's error: the tokens it took all the same, by the names in `Usage`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens of one call, as the server counts them; None where it does not say."""

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_output_tokens: int | None = None


def total_usage(usages: Iterable[Usage]) -> Usage:
    """Return the sum of tokens; None where nobody counted any."""
    told = [asdict(usage) for usage in usages]
    names = [field.name for field in fields(Usage)]
    counted = {name: [t[name] for t in told if t[name] is not None] for name in names}
    return Usage(**{name: sum(numbers) if numbers else None for name, numbers in counted.items()})


def count_of(value: object) -> int | None:
    """Return a number of tokens, or None for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= TOKENS_MAX:
        return value
    return None


def name_of(value: object) -> str | None:
    """Return a name that a server gives, fit to be kept and shown; None where it gives none."""
    return (one_line(value, NAME_LENGTH_MAX) or None) if isinstance(value, str) else None


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
