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
from curricle.providers.retry import ask_with_retries
from curricle.runs.calls import (
    QUESTIONS,
    Call,
    find_answers,
    follow_record,
    request_bytes,
    request_digest,
)
from curricle.runs.journal import load_journal
from curricle.runs.objects import find_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.authoring.question import Question
    from curricle.providers import Choice
    from curricle.providers.client import Answer
    from curricle.providers.provider import Provider
    from curricle.providers.retry import Asked
    from curricle.steps.work import Work

SIDE_BY_SIDE_MAX: Final = 8
PROGRESS_MAX: Final = 200
"""So many sentences of progress are recorded with a call."""
_CHARACTERS_OF_TOKEN: Final = 4

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

    return ModelProvider(Calls(work, choice, is_anew=is_anew))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Done:
    """A question that was asked, before anything of it is recorded."""

    asked: tuple[Asked, ...]
    progress: tuple[str, ...]


class Calls:
    """The questions of one command to one model."""

    def __init__(self, work: Work, access: ModelAccess, *, is_anew: bool) -> None:
        self._work = work
        self._client = access.client
        self._settings = access.settings
        self._pace = access.pace
        self._telling = Lock()
        self._tokens = 0
        self._answers = find_answers(
            load_journal(work.writer.path).entries,
            provider=access.client.name,
            model=access.client.model,
            is_anew=is_anew,
        )
        """Request to answer, both as digests."""

    @property
    def name(self) -> str:
        """Return the provider's name."""
        return self._client.name

    @property
    def model(self) -> str | None:
        """Return the model it asks for, or None for the server's default."""
        return self._client.model

    @property
    def tokens_used(self) -> int:
        """Return the tokens of the answers so far, those from the record aside."""
        return self._tokens

    def ask(self, question: Question) -> str:
        """Return the answer's text, from the record where it has one.

        Raises:
            ProviderError: there is none; that is recorded too.
        """
        following, known = follow_record(question, self._find)
        return self._record(self._attempt(following)) if known is None else known

    def ask_many(self, questions: Sequence[Question]) -> Iterator[tuple[Question, str]]:
        """Yield each question with its answer, in any order; ask those without one side by side.

        Raises:
            ProviderError: one has none. All that were begun by then are recorded first, and where
                the failure is one question's own, so are all others.
        """
        unknown: dict[str, tuple[Question, list[Question]]] = {}
        for question in questions:
            following, known = follow_record(question, self._find)
            if known is None:
                unknown.setdefault(request_digest(following), (following, []))[1].append(question)
            else:
                yield question, known
        if not unknown:
            return
        self._tell(f"{self.name}: {counted(len(unknown), 'question')} to ask")
        for asked, text in self._ask_side_by_side([first for first, _ in unknown.values()]):
            for question in unknown[request_digest(asked)][1]:
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
                    yield question, self._record(future.result())
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

    def _find(self, question: Question) -> str | None:
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

        self._tell(f"{self.name}: asking for {question.name}")
        asked = ask_with_retries(
            self._client, question, settings=self._settings, pace=self._pace, tell=tell
        )
        return _Done(asked=asked, progress=tuple(progress))

    def _record(self, done: _Done) -> str:
        """Make all that was asked part of the run; return the answer, or raise the error."""
        last = done.asked[-1]
        for asked in done.asked:
            self._record_one(asked, done.progress if asked is last else ())
        if last.error is not None:
            raise _masked(last.error, self._settings.secrets, last.question.name)
        return last.answer.text if last.answer else ""

    def _record_one(self, asked: Asked, progress: tuple[str, ...]) -> None:
        writer, answer = self._work.writer, asked.answer
        request = writer.keep(request_bytes(asked.question))
        digest = writer.keep(answer.text.encode()) if answer else None
        if answer and digest:
            self._answers[request] = digest
            self._tokens += _tokens_of(asked.question, answer)
        writer.record_call(
            Call(
                name=asked.question.name,
                stage=self._work.stage.value if self._work.stage else None,
                provider=self.name,
                model=self.model,
                answered_by=answer.model if answer else None,
                request=request,
                answer=digest,
                code=asked.error.code if asked.error else None,
                usage=answer.usage if answer else Usage(),
                request_id=answer.request_id if answer else None,
                tried=asked.tried,
                seconds=asked.seconds,
                notes=answer.notes if answer else (),
                progress=progress,
            )
        )

    def _tell(self, text: str) -> None:
        with self._telling:
            self._work.tell(text)


def _tokens_of(question: Question, answer: Answer) -> int:
    """Return the tokens of a call as the server counts them, else as many as texts mostly have."""
    read, written = answer.usage.input_tokens, answer.usage.output_tokens
    return (len(question.prompt) // _CHARACTERS_OF_TOKEN if read is None else read) + (
        len(answer.text) // _CHARACTERS_OF_TOKEN if written is None else written
    )


def _masked(error: CurricleError, secrets: Sequence[str], name: str) -> CurricleError:
    """Return the error of a question without any secret in what it says."""
    error.args = (mask(str(error), secrets),)
    details = {**error.details, QUESTIONS: [name]}
    error.details = json.loads(mask(json.dumps(details), secrets))
    return error
