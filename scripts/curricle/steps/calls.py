"""Puts questions to a model for a run, and records each in its journal before it is used.

What was answered before is taken from there, so that nothing is paid for twice, also after a
crash. Attempts may go on side by side; only the thread that asked writes to the run.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from curricle.errors import (
    CurricleError,
    ProviderContextOverflowError,
    ProviderOutputInvalidError,
    ProviderRefusedError,
)
from curricle.printable import counted
from curricle.providers.access import ModelAccess
from curricle.providers.client import Usage
from curricle.providers.masking import mask
from curricle.providers.retry import Answered, Attempts, Failed, ask_with_retries
from curricle.runs.calls import QUESTIONS, Call, find_answers, request_bytes, request_digest
from curricle.runs.journal import load_journal
from curricle.runs.objects import find_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.authoring.question import Question
    from curricle.providers import Choice
    from curricle.providers.provider import Provider
    from curricle.steps.work import Work

SIDE_BY_SIDE_MAX: Final = 8
PROGRESS_MAX: Final = 200
"""So many sentences of progress are recorded with a call."""

_OF_ONE_QUESTION: Final = (
    ProviderOutputInvalidError,
    ProviderRefusedError,
    ProviderContextOverflowError,
)
"""Failures after which other questions may well be answered."""


def open_provider(work: Work, choice: Choice, *, is_anew: bool = False) -> Provider:
    """Return the chosen provider for a run; one that asks a model keeps a record of it there.

    With `is_anew`, what was answered for an earlier curriculum is asked again.
    """
    if not isinstance(choice, ModelAccess):
        return choice
    from curricle.providers.model import ModelProvider

    calls = Calls(work, choice, is_anew=is_anew)
    return ModelProvider(choice.client, calls.ask, calls.ask_many)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Done:
    """A question that was asked, before anything of it is recorded."""

    attempts: Attempts
    seconds: float
    progress: tuple[str, ...]


class Calls:
    """The questions of one command to one model."""

    def __init__(self, work: Work, access: ModelAccess, *, is_anew: bool) -> None:
        self._work = work
        self._client = access.client
        self._settings = access.settings
        self._pace = access.pace
        self._telling = Lock()
        self._answers = find_answers(
            load_journal(work.writer.path).entries,
            provider=access.client.name,
            model=access.client.model,
            is_anew=is_anew,
        )
        """Request to answer, both as digests."""

    def ask(self, question: Question) -> str:
        """Return the answer's text, from the record where it has one.

        Raises:
            ProviderError: there is none; that is recorded too.
        """
        known = self._find_known(question)
        return self._record(question, self._attempt(question)) if known is None else known

    def ask_many(self, questions: Sequence[Question]) -> Iterator[tuple[Question, str]]:
        """Yield each question with its answer, in any order; ask those without one side by side.

        Raises:
            ProviderError: one has none. All that were begun by then are recorded first, and where
                the failure is one question's own, so are all others.
        """
        unknown: dict[str, list[Question]] = {}
        for question in questions:
            known = self._find_known(question)
            if known is None:
                unknown.setdefault(request_digest(question), []).append(question)
            else:
                yield question, known
        if not unknown:
            return
        self._tell(f"{self._client.name}: {counted(len(unknown), 'question')} to ask")
        for asked, text in self._ask_side_by_side([alike[0] for alike in unknown.values()]):
            for question in unknown[request_digest(asked)]:
                yield question, text

    def _ask_side_by_side(self, questions: Sequence[Question]) -> Iterator[tuple[Question, str]]:
        pool = ThreadPoolExecutor(min(SIDE_BY_SIDE_MAX, len(questions)), "question")
        asked = {pool.submit(self._attempt, question): question for question in questions}
        failures: list[CurricleError] = []
        try:
            for future in as_completed(list(asked)):
                question = asked.pop(future)
                if future.cancelled():
                    continue
                try:
                    yield question, self._record(question, future.result())
                except CurricleError as error:
                    failures.append(error)
                    if not isinstance(error, _OF_ONE_QUESTION):
                        for other in asked:
                            other.cancel()
        finally:
            # Interrupted: what is still under way ends with this process.
            pool.shutdown(wait=False, cancel_futures=True)
        if failures:
            raise failures[0]

    def _find_known(self, question: Question) -> str | None:
        answer = self._answers.get(request_digest(question))
        data = find_object(self._work.writer.path, answer) if answer else None
        return None if data is None else data.decode()

    def _attempt(self, question: Question) -> _Done:
        """Ask, in whatever thread; nothing here writes to the run."""
        progress: list[str] = []

        def tell(text: str) -> None:
            shown = mask(text, self._settings.secrets)
            if len(progress) < PROGRESS_MAX:
                progress.append(shown)
            self._tell(shown)

        self._tell(f"{self._client.name}: asking for {question.name}")
        begun_at = self._pace.clock()
        attempts = ask_with_retries(
            self._client, question, settings=self._settings, pace=self._pace, tell=tell
        )
        return _Done(
            attempts=attempts,
            seconds=self._pace.clock() - begun_at,
            progress=tuple(progress),
        )

    def _record(self, question: Question, done: _Done) -> str:
        """Make a call part of the run; return its answer, or raise its error."""
        writer = self._work.writer
        request = writer.keep(request_bytes(question))
        answer = done.attempts.answer if isinstance(done.attempts, Answered) else None
        error = done.attempts.error if isinstance(done.attempts, Failed) else None
        # What the program holds in secret is gone before anybody reads the answer, so that a
        # replay reads the same.
        text = mask(answer.text, self._settings.secrets) if answer else ""
        data = text.encode(errors="replace")
        digest = writer.keep(data) if answer else None
        writer.record_call(
            Call(
                name=question.name,
                stage=self._work.stage.value if self._work.stage else None,
                provider=self._client.name,
                model=self._client.model,
                answered_by=answer.model if answer else None,
                request=request,
                answer=digest,
                code=error.code if error else None,
                usage=answer.usage if answer else Usage(),
                request_id=answer.request_id if answer else None,
                tried=done.attempts.tried,
                seconds=done.seconds,
                notes=answer.notes if answer else (),
                progress=done.progress,
            )
        )
        if error:
            raise _masked(error, self._settings.secrets, question.name)
        if digest:
            self._answers[request] = digest
        return data.decode()

    def _tell(self, text: str) -> None:
        with self._telling:
            self._work.tell(text)


def _masked(error: CurricleError, secrets: Sequence[str], name: str) -> CurricleError:
    """Return the error of a question without any secret in what it says."""
    error.args = (mask(str(error), secrets),)
    details = {**error.details, QUESTIONS: [name]}
    error.details = json.loads(mask(json.dumps(details), secrets))
    return error
