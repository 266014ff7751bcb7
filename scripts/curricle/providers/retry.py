"""Asks until there is an answer, the fault is final, or the budget or the time is spent.

The one place that decides on another attempt: clients make exactly one. What is transient, the
error types say; how long to wait is here. Who records the outcome: `steps/calls.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from curricle.errors import CurricleError, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from curricle.authoring.question import Question
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
class Answered:
    """The last attempt brought an answer."""

    answer: Answer
    tried: tuple[Tried, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """No attempt brought an answer."""

    error: CurricleError
    """Of the last attempt."""
    tried: tuple[Tried, ...]


Attempts: TypeAlias = Answered | Failed


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
) -> Attempts:
    """Return the answer, or the error after which nothing more was tried."""
    deadline_at = pace.clock() + settings.timeout_seconds
    tried: list[Tried] = []
    while True:
        begun_at = pace.clock()
        try:
            answer = client.ask(question, seconds_left=deadline_at - begun_at, tell=tell)
        except CurricleError as error:
            tried.append(Tried(seconds=pace.clock() - begun_at, code=error.code))
            wait = _wait(error, tried=len(tried), budget=settings.retry_budget, pace=pace)
            if wait is None or pace.clock() + wait + ATTEMPT_SECONDS_MIN > deadline_at:
                return Failed(error=error, tried=tuple(tried))
            tell(f"{question.name}: {error}; asking again in {wait:.1f} s")
            pace.sleep(wait)
        else:
            tried.append(Tried(seconds=pace.clock() - begun_at, code=None))
            return Answered(answer=answer, tried=tuple(tried))


def _wait(error: CurricleError, *, tried: int, budget: int, pace: Pace) -> float | None:
    """Return the seconds to wait before another attempt, or None where there is to be none."""
    if not isinstance(error, ProviderError) or not error.is_transient or tried > budget:
        return None
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds + FIRST_WAIT_SECONDS * pace.jitter()
    longest = min(FIRST_WAIT_SECONDS * (1 << min(tried - 1, _DOUBLINGS_MAX)), WAIT_SECONDS_MAX)
    return longest * (1 + pace.jitter()) / 2
