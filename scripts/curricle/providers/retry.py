"""Asks until there is an answer, the fault is final, or the budget or the time is spent.

The one place that decides on another attempt: clients make exactly one. What is transient, the
error types say; what makes an answer unfit, the question; how long to wait is here. Who records the
outcome: `steps/calls.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from curricle.errors import CurricleError, ProviderError, ProviderOutputInvalidError
from curricle.providers.masking import mask

if TYPE_CHECKING:
    from collections.abc import Callable

    from curricle.authoring.question import Flaw, Question
    from curricle.providers.client import Answer, Client
    from curricle.providers.settings import ModelSettings

FIRST_WAIT_SECONDS: Final = 0.5
WAIT_SECONDS_MAX: Final = 30.0
"""Unless the server asks for more."""
_DOUBLINGS_MAX: Final = 10
ATTEMPT_SECONDS_MIN: Final = 0.1
"""With less left than this, no attempt is begun."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """One attempt."""

    seconds: float
    code: str | None
    """Of the error that it ended in; None where it brought the answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as it was put, with what came of it."""

    question: Question
    answer: Answer | None
    """Without credentials; also there where it is unfit."""
    error: CurricleError | None
    """Of the last attempt; None where there is an answer that will do."""
    tried: tuple[Tried, ...]

    @property
    def seconds(self) -> float:
        """Return how long its attempts took, the waits between them aside."""
        return sum(tried.seconds for tried in self.tried)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What time is to whoever asks."""

    clock: Callable[[], float]
    """Monotonic seconds."""
    sleep: Callable[[float], object]
    jitter: Callable[[], float]
    """From 0 to 1, anew each time, so that those who fail together do not come back together."""


def ask_with_retries(
    client: Client,
    question: Question,
    *,
    settings: ModelSettings,
    pace: Pace,
    tell: Callable[[str], None],
) -> tuple[Asked, ...]:
    """Return a question with what came of it, last; before it, as it was put to unfit answers.

    All attempts of all of them share one budget and one deadline.
    """
    deadline_at = pace.clock() + settings.timeout_seconds
    asked: list[Asked] = []
    tried: list[Tried] = []
    attempts = 0
    while True:
        begun_at = pace.clock()
        answer, following, error = None, question, None
        try:
            answer = client.ask(question, seconds_left=deadline_at - begun_at, tell=tell)
        except CurricleError as fault:
            error = fault
        else:
            answer = replace(answer, text=_readable(answer.text, settings))
            flaw = question.find_flaw(answer.text)
            if flaw is not None:
                following, error = flaw.instead, _unfit(client.name, question, flaw)
        attempts += 1
        tried.append(Tried(seconds=pace.clock() - begun_at, code=error.code if error else None))
        wait = _wait(error, tried=attempts, budget=settings.retry_budget, pace=pace)
        is_last = wait is None or pace.clock() + wait + ATTEMPT_SECONDS_MIN > deadline_at
        if is_last or following is not question:
            asked.append(Asked(question=question, answer=answer, error=error, tried=tuple(tried)))
            tried = []
        if wait is None or is_last:
            return tuple(asked)
        tell(f"{question.name}: {error}; asking again in {wait:.1f} s")
        pace.sleep(wait)
        question = following


def _readable(text: str, settings: ModelSettings) -> str:
    """Return an answer as everybody reads it, now and in a replay: recorded, without secrets."""
    return mask(text, settings.secrets).encode(errors="replace").decode()


def _unfit(provider: str, question: Question, flaw: Flaw) -> ProviderOutputInvalidError:
    return ProviderOutputInvalidError(
        provider,
        f"{provider} mode failed to return valid structured JSON for “{question.name}”: {flaw.why}",
    )


def _wait(error: CurricleError | None, *, tried: int, budget: int, pace: Pace) -> float | None:
    """Return the seconds to wait before another attempt, or None where there is to be none."""
    if not isinstance(error, ProviderError) or not error.is_transient:
        return None
    if tried > (budget if error.retries_max is None else min(budget, error.retries_max)):
        return None
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds + FIRST_WAIT_SECONDS * pace.jitter()
    longest = min(FIRST_WAIT_SECONDS * (1 << min(tried - 1, _DOUBLINGS_MAX)), WAIT_SECONDS_MAX)
    return longest * (1 + pace.jitter()) / 2
