"""Questions to a model on record: `steps/calls.py` with `runs/calls.py`."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from curricle.authoring.question import Flaw, Question
from curricle.errors import (
    CurricleError,
    ProviderAuthRejectedError,
    ProviderContextOverflowError,
    ProviderError,
    ProviderOutputInvalidError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from curricle.layout import CURRICULUM, Stage
from curricle.providers.access import ModelAccess
from curricle.providers.client import Answer, Usage
from curricle.providers.retry import Pace
from curricle.providers.settings import ModelSettings
from curricle.runs.calls import Call, calls_of, request_bytes
from curricle.runs.freshness import ORIGIN, SELECTION, VALID, Origin
from curricle.runs.journal import load_journal
from curricle.runs.objects import find_object
from curricle.steps.calls import SIDE_BY_SIDE_MAX, Calls
from curricle.steps.work import Work
from histories import new_run, writer_of
from processes import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "sk-0123456789"
Reply = str | CurricleError


def question(name: str, prompt: str = "") -> Question:
    return Question(name=name, prompt=prompt or f"about {name}", schema={"type": "object"})


@dataclass
class PaidModel:
    """A paid service: what each question by name is answered; a question not named echoes."""

    replies: dict[str, Reply | list[Reply]] = field(default_factory=dict)
    before: Callable[[Question], object] = lambda _: None
    name: str = "remote_llm"
    model: str | None = "some-model"
    asked: list[str] = field(default_factory=list)
    usage: Usage = Usage(input_tokens=10, output_tokens=2)  # noqa: RUF009 - a frozen value

    def ask(
        self, question: Question, *, seconds_left: float, tell: Callable[[str], None]
    ) -> Answer:
        del seconds_left
        self.asked.append(question.name)
        self.before(question)
        tell(f"thinking about {question.name} with {KEY}")
        found = self.replies.get(question.name, json.dumps({"to": question.name}))
        reply = found.pop(0) if isinstance(found, list) else found
        if isinstance(reply, CurricleError):
            raise reply
        return Answer(
            text=reply, model="answering", usage=self.usage, request_id="r1", notes=("n",)
        )


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    return new_run(tmp_path)


@contextmanager
def asking(run_dir: Path, model: PaidModel, *, is_anew: bool = False) -> Iterator[Calls]:
    with working(run_dir) as work:
        yield calls_for(work, model, is_anew=is_anew)


@contextmanager
def working(run_dir: Path, stage: Stage = Stage.GENERATED) -> Iterator[Work]:
    with writer_of(run_dir) as writer:
        work = Work(writer, [].append)
        work.stage = stage
        yield work


def calls_for(
    work: Work, model: PaidModel, *, is_anew: bool = False, retry_budget: int = 2
) -> Calls:
    settings = ModelSettings(api_key=KEY, timeout_seconds=30, retry_budget=retry_budget)
    pace = Pace(clock=lambda: 0.0, sleep=lambda _: None, jitter=lambda: 0.0)
    access = ModelAccess(client=model, settings=settings, pace=pace)
    return Calls(work, access, again=("run", "RUN"), is_anew=is_anew)


def recorded(run_dir: Path) -> list[Call]:
    return list(calls_of(load_journal(run_dir).entries))


def ask_all(calls: Calls, *names: str) -> dict[str, str]:
    return {q.name: text for q, text in calls.ask_many([question(name) for name in names])}


@pytest.mark.capability("R14")
def test_a_call_is_recorded_with_all_that_it_was(run_dir: Path) -> None:
    with asking(run_dir, PaidModel()) as calls:
        assert calls.ask(question("outline")) == '{"to": "outline"}'
    (call,) = recorded(run_dir)
    assert (call.name, call.stage, call.provider) == ("outline", "generated", "remote_llm")
    assert (call.model, call.answered_by, call.request_id) == ("some-model", "answering", "r1")
    assert (call.code, call.notes) == (None, ("n",))
    assert call.usage == Usage(input_tokens=10, output_tokens=2)
    assert [(one.seconds, one.code) for one in call.attempts] == [(0.0, None)]
    assert find_object(run_dir, call.request) == request_bytes(question("outline"))
    assert find_object(run_dir, call.answer or "") == b'{"to": "outline"}'


def test_an_answer_on_record_is_not_paid_for_again_by_a_later_command(run_dir: Path) -> None:
    model = PaidModel()
    for _ in range(3):
        with asking(run_dir, model) as calls:
            assert calls.ask(question("outline")) == '{"to": "outline"}'
            assert set(ask_all(calls, "outline", "section 1")) == {"outline", "section 1"}
    assert model.asked == ["outline", "section 1"]
    assert len(recorded(run_dir)) == 2


@pytest.mark.parametrize(
    "other",
    [
        PaidModel(name="codex_exec"),
        PaidModel(model="another"),
        PaidModel(model=None),
    ],
)
def test_another_provider_or_model_is_asked_itself(run_dir: Path, other: PaidModel) -> None:
    for model in (PaidModel(), other):
        with asking(run_dir, model) as calls:
            calls.ask(question("outline"))
    assert other.asked == ["outline"]


def test_another_prompt_or_schema_is_another_question(run_dir: Path) -> None:
    model = PaidModel()
    with asking(run_dir, model) as calls:
        calls.ask(question("a"))
        calls.ask(question("a", "something else"))
        calls.ask(replace(question("a"), schema={"type": "array"}))
        calls.ask(question("b", "about a"))
    assert model.asked == ["a", "a", "a"]


def test_an_answer_whose_object_is_gone_is_asked_for_again(run_dir: Path) -> None:
    model = PaidModel()
    with asking(run_dir, model) as calls:
        calls.ask(question("outline"))
    (run_dir / "objects" / (recorded(run_dir)[0].answer or "")).write_bytes(b"damaged")
    with asking(run_dir, model) as calls:
        assert calls.ask(question("outline")) == '{"to": "outline"}'
    assert len(model.asked) == 2


def test_no_credential_reaches_the_run(run_dir: Path) -> None:
    leak = ProviderAuthRejectedError("remote_llm", f"bad {KEY}", details={"said": [KEY]})
    model = PaidModel({"a": f'{{"key": "{KEY}"}}', "b": leak})
    with asking(run_dir, model) as calls:
        assert calls.ask(question("a")) == '{"key": "[redacted:credential]"}'
        with pytest.raises(ProviderAuthRejectedError) as caught:
            calls.ask(question("b"))
    assert KEY not in str(caught.value) + repr(caught.value.details)
    files = [path for path in run_dir.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert recorded(run_dir)[0].progress == ("thinking about a with [redacted:credential]",)


def test_a_failed_call_is_recorded_with_its_code_and_asked_again_next_time(run_dir: Path) -> None:
    failures: list[Reply] = [ProviderUnavailableError("remote_llm", "down")] * 3
    model = PaidModel({"outline": [*failures, "{}"]})
    with asking(run_dir, model) as calls:
        with pytest.raises(ProviderUnavailableError) as caught:
            calls.ask(question("outline"))
        assert caught.value.details["questions"] == ["outline"]
        assert calls.ask(question("outline")) == "{}"
    first, second = recorded(run_dir)
    assert (first.code, first.answer) == ("provider_unavailable", None)
    assert [one.code for one in first.attempts] == ["provider_unavailable"] * 3
    assert second.code is None


def test_questions_are_asked_side_by_side_up_to_a_limit(run_dir: Path) -> None:
    together = threading.Barrier(SIDE_BY_SIDE_MAX)
    model = PaidModel(before=lambda _: together.wait(10))
    names = [f"section {at}" for at in range(SIDE_BY_SIDE_MAX * 2)]
    with asking(run_dir, model) as calls:
        assert set(ask_all(calls, *names)) == set(names)
    assert {call.name for call in recorded(run_dir)} == set(names)


def test_the_same_question_twice_in_a_batch_is_asked_once(run_dir: Path) -> None:
    model = PaidModel()
    with asking(run_dir, model) as calls:
        pairs = list(calls.ask_many([question("a", "same"), question("b", "same")]))
    assert sorted((q.name, text) for q, text in pairs) == [
        (name, json.dumps({"to": model.asked[0]})) for name in ("a", "b")
    ]
    assert len(model.asked) == 1


def test_a_part_that_fails_alone_is_repeated_alone(run_dir: Path) -> None:
    unfit = ProviderOutputInvalidError("remote_llm", "prose")
    names = [f"section {at}" for at in range(20)]
    model = PaidModel({"section 3": [unfit, unfit, unfit, "{}"]})
    with asking(run_dir, model) as calls:
        with pytest.raises(ProviderOutputInvalidError):
            ask_all(calls, *names)
        assert len(model.asked) == 22
        assert ask_all(calls, *names)["section 3"] == "{}"
    assert len(model.asked) == 23


@pytest.mark.parametrize("error", [ProviderRefusedError, ProviderContextOverflowError])
def test_what_is_wrong_with_one_question_keeps_no_other_from_being_asked(
    run_dir: Path, error: type[ProviderError]
) -> None:
    names = [f"section {at}" for at in range(30)]
    model = PaidModel({"section 0": error("remote_llm", "no")})
    with asking(run_dir, model) as calls, pytest.raises(error):
        ask_all(calls, *names)
    assert sorted(model.asked) == sorted(names)


def test_an_answer_with_the_same_flaw_is_asked_for_once_more_and_no_longer(run_dir: Path) -> None:
    def find_flaw(text: str) -> Flaw | None:
        return Flaw(why="prose", instead=stubborn) if text == "prose" else None

    stubborn = replace(question("outline, again"), find_flaw=find_flaw)
    first = replace(question("outline"), find_flaw=find_flaw)
    model = PaidModel({"outline": "prose", "outline, again": "prose"})
    for _ in range(2):
        with asking(run_dir, model) as calls, pytest.raises(ProviderOutputInvalidError):
            calls.ask(first)
    assert model.asked == ["outline", *["outline, again"] * 5]


def test_what_was_answered_is_kept_when_the_rest_is_interrupted(run_dir: Path) -> None:
    names = [f"section {at}" for at in range(8)]
    model = PaidModel({"section 0": "prose"})
    with asking(run_dir, model) as calls:
        pairs = calls.ask_many([choosy("section 0"), *map(question, names[1:])])
        next(pairs)
        wait_for(lambda: len(model.asked) == len(names) + 1)
        pairs.close()  # type: ignore[attr-defined]
    assert {call.name for call in recorded(run_dir)} == {*names, "section 0, again"}


def test_where_nobody_can_be_answered_no_more_are_asked_and_what_came_back_is_kept(
    run_dir: Path,
) -> None:
    refused = ProviderAuthRejectedError("remote_llm", "no")
    names = [f"section {at}" for at in range(200)]
    # The others take long enough for the one to have failed before the next are begun.
    slow = threading.Event()
    model = PaidModel(
        {"section 0": refused}, before=lambda q: q.name == "section 0" or slow.wait(0.5)
    )
    with asking(run_dir, model) as calls, pytest.raises(ProviderAuthRejectedError):
        ask_all(calls, *names)
    calls_made = recorded(run_dir)
    assert [call.name for call in calls_made if call.code] == ["section 0"]
    assert sorted(call.name for call in calls_made) == sorted(model.asked)
    assert len(model.asked) <= SIDE_BY_SIDE_MAX + 1


def test_only_the_thread_that_asks_writes_to_the_run(run_dir: Path) -> None:
    with asking(run_dir, PaidModel()) as calls:
        ask_all(calls, *(f"section {at}" for at in range(50)))
    chain = load_journal(run_dir)
    assert chain.broken_line is None
    assert len(list(calls_of(chain.entries))) == 50


def commit_curriculum(work: Work) -> None:
    parameters = {ORIGIN: Origin.PROVIDER.value, SELECTION: None}
    work.commit(Stage.GENERATED, {CURRICULUM: b"{}"}, parameters)


@pytest.mark.parametrize(("is_anew", "times"), [(False, 1), (True, 2)])
def test_what_a_finished_curriculum_was_made_of_is_asked_again_only_by_force(
    run_dir: Path, *, is_anew: bool, times: int
) -> None:
    model = PaidModel()
    with working(run_dir) as work:
        calls_for(work, model).ask(question("outline"))
        commit_curriculum(work)
    for _ in range(2):  # the second time goes on from what the first was paid for
        with asking(run_dir, model, is_anew=is_anew) as calls:
            calls.ask(question("outline"))
    assert len(model.asked) == times


def test_a_repair_that_has_ended_is_tried_anew(run_dir: Path) -> None:
    model = PaidModel()
    with working(run_dir, Stage.VALIDATED) as work:
        calls_for(work, model).ask(question("repair"))
        calls_for(work, model).ask(question("repair"))
        assert len(model.asked) == 1
        work.commit(Stage.VALIDATED, {}, {VALID: False})
        calls_for(work, model).ask(question("repair"))
        assert len(model.asked) == 2
        commit_curriculum(work)
        calls_for(work, model).ask(question("repair"))
        assert len(model.asked) == 3


@pytest.mark.parametrize(
    ("details", "asked_again"),
    [
        ({"questions": ["section 1, again"]}, ["section 1, again"]),
        ({}, ["outline", "section 1", "section 1, again"]),
    ],
    ids=["named", "not named"],
)
def test_an_answer_that_proved_unfit_is_not_used_again(
    run_dir: Path, details: dict[str, list[str]], asked_again: list[str]
) -> None:
    model = PaidModel()
    names = ["outline", "section 1", "section 1, again"]
    with working(run_dir) as work:
        calls = calls_for(work, model)
        for name in names:
            calls.ask(question(name))
        error = ProviderOutputInvalidError("remote_llm", "unfit", details=details)
        work.writer.record_failure(error, Stage.GENERATED)
        model.asked.clear()
        calls = calls_for(work, model)
        for name in names:
            calls.ask(question(name))
    assert model.asked == asked_again


def test_other_failures_leave_what_was_answered(run_dir: Path) -> None:
    model = PaidModel()
    with working(run_dir) as work:
        calls_for(work, model).ask(question("outline"))
        error = ProviderUnavailableError("remote_llm", "down", details={"questions": ["x"]})
        work.writer.record_failure(error, Stage.GENERATED)
        calls_for(work, model).ask(question("outline"))
    assert model.asked == ["outline"]


def choosy(name: str, prompt: str = "") -> Question:
    """Return a question that takes JSON only."""

    def find_flaw(text: str) -> Flaw | None:
        if text.startswith("{"):
            return None
        return Flaw(why="no JSON", instead=choosy(f"{name}, again", f"JSON, for {name}!"))

    return replace(question(name, prompt), find_flaw=find_flaw)


def test_an_unfit_answer_is_on_record_and_not_paid_for_again(run_dir: Path) -> None:
    model = PaidModel({"outline": "prose"})
    for _ in range(2):
        with asking(run_dir, model) as calls:
            assert calls.ask(choosy("outline")) == '{"to": "outline, again"}'
            assert list(calls.ask_many([choosy("outline")]))
    assert model.asked == ["outline", "outline, again"]
    first, second = recorded(run_dir)
    assert (first.code, second.code) == ("provider_output_invalid", None)
    assert find_object(run_dir, first.answer or "") == b"prose"
    assert find_object(run_dir, second.request) == request_bytes(
        question("any", "JSON, for outline!")
    )


def test_after_unfit_answers_only_the_last_is_asked_for_anew(run_dir: Path) -> None:
    model = PaidModel({"outline": "prose", "outline, again": ["verse", '{"at": "last"}']})
    with working(run_dir) as work:
        calls = calls_for(work, model, retry_budget=1)
        with pytest.raises(ProviderOutputInvalidError) as caught:
            calls.ask(choosy("outline"))
        work.writer.record_failure(caught.value, Stage.GENERATED)
    with asking(run_dir, model) as calls:
        assert calls.ask(choosy("outline")) == '{"at": "last"}'
    assert model.asked == ["outline", "outline, again", "outline, again"]


def test_tokens_are_counted_as_the_server_counts_them_or_guessed(run_dir: Path) -> None:
    with asking(run_dir, PaidModel()) as calls:
        calls.ask(question("outline"))
        assert calls.tokens_used == 12
        calls.ask(question("outline"))
        assert calls.tokens_used == 12
    uncounted = PaidModel(model="another", usage=Usage())
    with asking(run_dir, uncounted) as calls:
        calls.ask(question("a", "x" * 400))
        assert calls.tokens_used == 100 + len('{"to": "a"}') // 4
