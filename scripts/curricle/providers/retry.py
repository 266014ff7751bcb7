"""Asks until there is an answer, the fault is final, or the budget or the time is spent.

The one place that decides on another attempt: clients make exactly one. What is transient, the
error types say; what makes an answer unfit, the question; how long to wait is here. Who records the
outcome: `steps/calls.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from curricle.authoring.question import ANSWER_CHARACTERS_MAX
from curricle.errors import CurricleError, ProviderError, ProviderOutputInvalidError
from curricle.providers.client import USAGE, Usage
from curricle.providers.masking import MASK, mask_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curricle.authoring.question import Question
    from curricle.providers.client import Answer, Client
    from curricle.providers.settings import ModelSettings

FIRST_WAIT_SECONDS: Final = 0.5
WAIT_SECONDS_MAX: Final = 30.0
"""Unless the server asks for more."""
_DOUBLINGS_MAX: Final = 10
MASKED: Final = "what looked like a credential was taken out of the answer"
ATTEMPT_SECONDS_MIN: Final = 0.1
"""With less left than this, no attempt is begun."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt at a question."""

    seconds: float
    code: str | None
    """Of the error that it ended in; None where it brought the answer."""
    usage: Usage = Usage()  # noqa: RUF009 - a frozen value


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A question with an answer that will do."""

    question: Question
    answer: Answer
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfit:
    """A question with an answer that will not do."""

    question: Question
    answer: Answer
    error: CurricleError
    instead: Question
    """What to ask next."""
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A question without an answer."""

    question: Question
    error: CurricleError
    attempts: tuple[Attempt, ...] = ()


Asked: TypeAlias = Answered | Unfit | Failed


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
) -> Iterator[Asked]:
    """Yield what comes of a question: unfit answers, each followed by the question put instead.

    The last says how it ended. All attempts share one budget and one deadline.
    """
    deadline_at = pace.clock() + settings.timeout_seconds
    spent = 0
    attempts: list[Attempt] = []
    while True:
        begun_at = pace.clock()
        asked = _ask_once(client, question, deadline_at - begun_at, settings, tell)
        error = None if isinstance(asked, Answered) else asked.error
        attempts.append(
            Attempt(
                seconds=pace.clock() - begun_at,
                code=error.code if error else None,
                usage=_usage_in(asked.error) if isinstance(asked, Failed) else asked.answer.usage,
            )
        )
        spent += 1
        wait = _find_wait(error, spent, settings, pace)
        if wait is not None and pace.clock() + wait + ATTEMPT_SECONDS_MIN > deadline_at:
            wait = None
        if wait is None or not isinstance(asked, Failed):
            yield replace(asked, attempts=tuple(attempts))
            attempts = []
        if wait is None:
            return
        tell(f"{question.name}: {error}; asking again in {wait:.1f} s")
        pace.sleep(wait)
        question = asked.instead if isinstance(asked, Unfit) else question


def _ask_once(
    client: Client,
    question: Question,
    seconds_left: float,
    settings: ModelSettings,
    tell: Callable[[str], None],
) -> Asked:
    """Return what comes of one attempt, which is not counted in it yet."""
    try:
        answer = client.ask(question, seconds_left=seconds_left, tell=tell)
    except CurricleError as error:
        return Failed(question=question, error=error)
    if len(answer.text) > ANSWER_CHARACTERS_MAX:
        why = f"the answer has {len(answer.text)} characters, at most {ANSWER_CHARACTERS_MAX} do"
        return Failed(question=question, error=ProviderOutputInvalidError(client.name, why))
    # Everybody reads it as it is recorded, without secrets: now, and in a replay.
    text = mask_answer(answer.text, settings.secrets)
    notes = (*answer.notes, MASKED) if MASK in text and MASK not in answer.text else answer.notes
    answer = replace(answer, text=text, notes=notes)
    flaw = question.find_flaw(text)
    if flaw is None:
        return Answered(question=question, answer=answer)
    why = (
        f"{client.name} mode failed to return valid structured JSON for “{question.name}”:"
        f" {flaw.why}"
    )
    unfit = ProviderOutputInvalidError(client.name, why)
    return Unfit(question=question, answer=answer, error=unfit, instead=flaw.instead)


def _usage_in(error: CurricleError) -> Usage:
    """Return the tokens of an attempt in vain, where its error tells them."""
    told = error.details.get(USAGE)
    return Usage(**told) if isinstance(told, dict) else Usage()


def _find_wait(
    error: CurricleError | None, spent: int, settings: ModelSettings, pace: Pace
) -> float | None:
    """Return the seconds to wait before another attempt, or None where there is to be none."""
    if not isinstance(error, ProviderError) or not error.is_transient:
        return None
    budget = settings.retry_budget
    if spent > (budget if error.retries_max is None else min(budget, error.retries_max)):
        return None
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds + FIRST_WAIT_SECONDS * pace.jitter()
    longest = min(FIRST_WAIT_SECONDS * (1 << min(spent - 1, _DOUBLINGS_MAX)), WAIT_SECONDS_MAX)
    return longest * (1 + pace.jitter()) / 2
