from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from curricle.authoring.question import Flaw, Question
from curricle.errors import (
    CurricleError,
    ProviderAuthRejectedError,
    ProviderBaseUrlInvalidError,
    ProviderCommandMissingError,
    ProviderContextOverflowError,
    ProviderError,
    ProviderModelUnsupportedError,
    ProviderOutputInvalidError,
    ProviderQuotaExhaustedError,
    ProviderRateLimitedError,
    ProviderRefusedError,
    ProviderSandboxDeniedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.client import Answer
from curricle.providers.retry import Answered, Asked, Failed, Pace, Unfit, ask_with_retries
from curricle.providers.settings import ModelSettings

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTION = Question(name="outline", prompt="?", schema={})
ANSWER = Answer(text="{}", model="m")
KEY = "sk-0123456789"
TRANSIENT = [
    ProviderRateLimitedError,
    ProviderUnavailableError,
    ProviderTimeoutError,
    ProviderOutputInvalidError,
]
UNFIT = ProviderOutputInvalidError.code
FINAL = [
    ProviderAuthRejectedError("p", "no"),
    ProviderQuotaExhaustedError("p", "no"),
    ProviderModelUnsupportedError("p", "no"),
    ProviderRefusedError("p", "no"),
    ProviderContextOverflowError("p", "no"),
    ProviderSandboxDeniedError("p", "no"),
    ProviderBaseUrlInvalidError("x", "no"),
    ProviderCommandMissingError("x", "no"),
]


@dataclass
class Time:
    """A clock that moves only by waiting."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@dataclass
class Server:
    """A paid service: each entry of the script is an error or an answer, after some seconds."""

    time: Time
    script: list[CurricleError | Answer]
    seconds: float = 0.0
    left: list[float] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    name: str = "p"
    model: str | None = None

    def ask(
        self, question: Question, *, seconds_left: float, tell: Callable[[str], None]
    ) -> Answer:
        del tell
        self.prompts.append(question.prompt)
        self.left.append(seconds_left)
        self.time.now += min(self.seconds, seconds_left)
        outcome = self.script.pop(0)
        if isinstance(outcome, CurricleError):
            raise outcome
        return outcome


def asked(server: Server, **options: Any) -> Asked:
    (only,) = all_asked(server, QUESTION, **options)
    return only


def all_asked(
    server: Server,
    question: Question,
    *,
    jitter: float = 1.0,
    budget: int = 2,
    timeout: float = 60,
) -> tuple[Asked, ...]:
    time = server.time
    return tuple(
        ask_with_retries(
            server,
            question,
            settings=ModelSettings(timeout_seconds=timeout, retry_budget=budget, api_key=KEY),
            pace=Pace(clock=lambda: time.now, sleep=time.sleep, jitter=lambda: jitter),
            tell=time.told.append,
        )
    )


def codes(attempts: Asked) -> list[str | None]:
    return [attempt.code for attempt in attempts.attempts]


def test_an_answer_at_once_is_one_attempt() -> None:
    server = Server(Time(), [ANSWER], seconds=2)
    attempts = asked(server)
    assert isinstance(attempts, Answered)
    assert attempts.answer == ANSWER
    assert [(t.seconds, t.code) for t in attempts.attempts] == [(2.0, None)]
    assert server.time.waits == []


@pytest.mark.parametrize("kind", TRANSIENT)
def test_a_transient_fault_is_tried_again(kind: type[ProviderError]) -> None:
    server = Server(Time(), [kind("p", "no"), kind("p", "no"), ANSWER])
    attempts = asked(server)
    assert isinstance(attempts, Answered)
    assert codes(attempts) == [kind.code, kind.code, None]
    assert server.time.waits == [0.5, 1.0]
    assert len(server.time.told) == 2


@pytest.mark.parametrize("error", FINAL, ids=lambda error: error.code)
def test_a_final_fault_is_never_tried_again(error: CurricleError) -> None:
    server = Server(Time(), [error, ANSWER])
    attempts = asked(server, budget=100)
    assert isinstance(attempts, Failed)
    assert attempts.error is error
    assert codes(attempts) == [error.code]
    assert server.time.waits == []


@pytest.mark.parametrize("budget", [0, 1, 5])
def test_the_budget_is_of_attempts_after_the_first(budget: int) -> None:
    faults = [ProviderUnavailableError("p", str(at)) for at in range(9)]
    server = Server(Time(), list(faults))
    attempts = asked(server, budget=budget)
    assert isinstance(attempts, Failed)
    assert attempts.error is faults[budget]
    assert len(attempts.attempts) == budget + 1


def test_waits_double_up_to_a_limit_and_jitter_halves_them_at_most() -> None:
    faults: list[CurricleError | Answer] = [ProviderUnavailableError("p", "no")] * 20
    longest, shortest = Server(Time(), list(faults)), Server(Time(), list(faults))
    asked(longest, budget=9, timeout=3600)
    asked(shortest, budget=9, timeout=3600, jitter=0.0)
    assert longest.time.waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert shortest.time.waits == [wait / 2 for wait in longest.time.waits]


def test_what_the_server_asks_to_wait_is_waited_for() -> None:
    limited = ProviderRateLimitedError("p", "no", retry_after_seconds=7)
    server = Server(Time(), [limited, ANSWER])
    assert isinstance(asked(server, jitter=0.0), Answered)
    assert server.time.waits == [7]


def test_a_wait_that_does_not_fit_ends_it_at_once() -> None:
    limited = ProviderRateLimitedError("p", "no", retry_after_seconds=60)
    server = Server(Time(), [limited, ANSWER])
    attempts = asked(server, timeout=60)
    assert isinstance(attempts, Failed)
    assert attempts.error is limited
    assert server.time.waits == []


def test_all_attempts_share_one_deadline() -> None:
    faults: list[CurricleError | Answer] = [ProviderTimeoutError("p", "late")] * 9
    server = Server(Time(), faults, seconds=20)
    attempts = asked(server, budget=8, timeout=50, jitter=0.0)
    assert isinstance(attempts, Failed)
    assert server.left == [50, pytest.approx(29.75), pytest.approx(9.25)]
    assert server.time.now <= 1000 + 50


def test_a_bug_of_a_client_is_no_fault_to_try_again() -> None:
    with pytest.raises(IndexError):
        asked(Server(Time(), []))


def test_silence_is_worth_one_more_attempt_whatever_the_budget() -> None:
    silent = ProviderUnavailableError("p", "not a sign", retries_max=1)
    server = Server(Time(), [silent] * 9)
    assert len(asked(server, budget=5).attempts) == 2
    assert len(asked(server, budget=0).attempts) == 1


def wanting(*unfit: str) -> Question:
    """Return a question that takes any answer but these."""

    def find_flaw(text: str) -> Flaw | None:
        if text not in unfit:
            return None
        prompt = f"{QUESTION.prompt} Not {text}."
        instead = replace(QUESTION, name="outline, again", prompt=prompt, find_flaw=find_flaw)
        return Flaw(why=f"it is {text}", instead=instead)

    return replace(QUESTION, find_flaw=find_flaw)


def said(text: str) -> Answer:
    return Answer(text=text, model="m")


def test_an_unfit_answer_is_asked_for_again_with_what_was_wrong() -> None:
    server = Server(Time(), [said("prose"), said("verse"), said("{}")])
    all_of_it = all_asked(server, wanting("prose", "verse"))
    assert server.prompts == ["?", "? Not prose.", "? Not verse."]
    assert [type(one) for one in all_of_it] == [Unfit, Unfit, Answered]
    assert [o.answer.text for o in all_of_it if not isinstance(o, Failed)] == [
        "prose",
        "verse",
        "{}",
    ]
    assert [codes(one) for one in all_of_it] == [[UNFIT], [UNFIT], [None]]
    assert server.time.waits == [0.5, 1.0]


def test_faults_and_unfit_answers_share_one_budget() -> None:
    down = ProviderUnavailableError("p", "no")
    server = Server(Time(), [down, said("prose"), down, said("{}")])
    first, last = all_asked(server, wanting("prose"))
    assert codes(first) == [down.code, UNFIT]
    assert codes(last) == [down.code]
    assert isinstance(last, Failed)
    assert last.error is down


@pytest.mark.parametrize("budget", [0, 1])
def test_the_last_unfit_answer_is_the_error_in_words_to_look_for(budget: int) -> None:
    server = Server(Time(), [said("prose")] * 5)
    last = all_asked(server, wanting("prose"), budget=budget)[-1]
    assert len(server.prompts) == budget + 1
    assert isinstance(last, Unfit)
    assert isinstance(last.error, ProviderOutputInvalidError)
    assert "p mode failed to return valid structured JSON for “outline" in str(last.error)
    assert "it is prose" in str(last.error)


def test_unfit_answers_share_one_deadline() -> None:
    server = Server(Time(), [said("prose")] * 9, seconds=25)
    all_asked(server, wanting("prose"), budget=8, timeout=60)
    assert server.left == [60, pytest.approx(34.5), pytest.approx(8.5)]
    assert server.time.now <= 1000 + 60


def test_an_answer_is_judged_as_it_is_recorded() -> None:
    server = Server(Time(), [said(f'{{"key": "{KEY}", "half": "\ud800"}}')])
    judged: list[str] = []
    question = replace(QUESTION, find_flaw=judged.append)
    (only,) = all_asked(server, question)
    assert judged == ['{"key": "[redacted:credential]", "half": "?"}']
    assert isinstance(only, Answered)
    assert only.answer.text == judged[0]
