"""What the journal knows of each question to a model, and which answers need no second payment.

Prompt, schema and answer lie among the objects; who asks and records: `steps/calls.py`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import line_bytes, sha256_hex
from curricle.errors import ProviderOutputInvalidError
from curricle.layout import Stage
from curricle.providers.client import Usage, count_of
from curricle.providers.retry import Attempt
from curricle.runs.objects import find_object
from curricle.runs.record import EVENT_CALL, EVENT_FAILURE, EVENT_STAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from curricle.authoring.question import Question
    from curricle.runs.journal import Entry

QUESTIONS: Final = "questions"
"""Detail of a provider's error: the names of the questions that it is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One question with all its attempts."""

    name: str
    stage: str | None
    """The stage that the answer was wanted for."""
    provider: str
    model: str | None
    """The model that was asked for; None for the provider's default."""
    answered_by: str | None
    """The model that the server names."""
    request: str
    """`request_digest` of the question."""
    answer: str | None
    """Digest of the answer as it was read, credentials masked; None where there is none."""
    code: str | None
    """Of the error that the last attempt ended in; None where there is an answer that will do."""
    usage: Usage = field(default_factory=Usage)
    request_id: str | None = None
    attempts: tuple[Attempt, ...] = ()
    seconds: float
    """Of all attempts, the waits between them aside."""
    notes: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()
    """What was told while it went on."""

    def to_json(self) -> dict[str, Any]:
        """Return the `data` of the entry that records it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Call:
        """Return the call of an entry's `data`.

        Raises:
            KeyError, TypeError: a member is missing or of the wrong type.
        """
        return cls(
            **{
                **data,
                "usage": _usage(data["usage"]),
                "attempts": tuple(map(_attempt, data["attempts"])),
                "notes": tuple(data["notes"]),
                "progress": tuple(data["progress"]),
            }
        )


def _attempt(data: Mapping[str, Any]) -> Attempt:
    return Attempt(**{**data, "usage": _usage(data["usage"])})


def _usage(data: Mapping[str, Any]) -> Usage:
    return Usage(**{name: count_of(number) for name, number in data.items()})


def request_bytes(question: Question) -> bytes:
    """Return what makes two questions the same: what is asked and the form of the answer."""
    return line_bytes({"prompt": question.prompt, "schema": question.schema})


def request_digest(question: Question) -> str:
    """Return the digest by which the journal knows a question."""
    return sha256_hex(request_bytes(question))


def parse_calls(lines: Iterable[bytes]) -> tuple[Call, ...]:
    """Return the calls among lines of a journal, whether they chain or not."""
    calls = []
    for line in lines:
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            entry = json.loads(line)
            if entry["event"] == EVENT_CALL:
                calls.append(Call.from_json(entry["data"]))
    return tuple(calls)


def calls_of(entries: Iterable[Entry]) -> Iterator[Call]:
    """Yield the calls among a journal's entries; what another version wrote may be passed over."""
    for entry in entries:
        if entry.event == EVENT_CALL and (call := _find_call(entry)):
            yield call


def find_answers(
    entries: Iterable[Entry], *, provider: str, model: str | None, is_anew: bool
) -> dict[str, str]:
    """Return request to answer, both as digests, of what need not be asked again.

    That is whatever a curriculum was or is being made of; with `is_anew`, only what belongs to an
    attempt that came to no end. Answers to a repair count until a stage was made after them: asked
    again then, it is to be another try. What an error names as invalid does not count.
    """
    found: dict[str, Call] = {}
    for entry in entries:
        if entry.event == EVENT_CALL:
            call = _find_call(entry)
            if call and call.answer and (call.provider, call.model) == (provider, model):
                found[call.request] = call
        elif entry.event == EVENT_FAILURE:
            found = {sha: call for sha, call in found.items() if not _spoils(entry, call)}
        elif entry.event == EVENT_STAGE:
            is_made = entry.data["stage"] == Stage.GENERATED
            kept = {} if is_made and is_anew else found
            found = {sha: call for sha, call in kept.items() if call.stage == Stage.GENERATED}
    return {sha: call.answer for sha, call in found.items() if call.answer}


def follow_record(
    question: Question, find: Callable[[Question], str | None]
) -> tuple[Question, str | None]:
    """Return the answer on record that will do, with the question it answers.

    Where there is none, returns the question to ask: itself, or the one that follows from unfit
    answers on record.
    """
    seen: set[str] = set()
    while (text := find(question)) is not None and question.prompt not in seen:
        flaw = question.find_flaw(text)
        if flaw is None:
            return question, text
        seen.add(question.prompt)
        question = flaw.instead
    return question, None


def load_answer(run_dir: Path, answers: Mapping[str, str], question: Question) -> str | None:
    """Return the answer to a question from the objects; `answers` maps request to answer."""
    answer = answers.get(request_digest(question))
    data = find_object(run_dir, answer) if answer else None
    return None if data is None else data.decode()


def answers_before(
    entries: Iterable[Entry], seq: int, *, provider: str, model: str | None
) -> dict[str, str]:
    """Return request to answer, both as digests, as they were when an entry was written."""
    return {
        call.request: call.answer
        for call in calls_of(entry for entry in entries if entry.seq < seq)
        if call.answer and (call.provider, call.model) == (provider, model)
    }


def _find_call(entry: Entry) -> Call | None:
    try:
        return Call.from_json(entry.data)
    except (KeyError, TypeError):
        return None


def _spoils(failure: Entry, call: Call) -> bool:
    """Tell whether a failure says that a recorded answer is no good."""
    if failure.data["code"] != ProviderOutputInvalidError.code:
        return False
    named = failure.data["details"].get(QUESTIONS)
    return named is None or call.name in named
