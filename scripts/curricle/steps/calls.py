"""Puts questions to a model for a run, and records each in its journal before it is used.

What was answered before is taken from there, so that nothing is paid for twice, also after a
crash. Attempts may go on side by side; only the thread that asked writes to the run.
"""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias

from curricle.errors import (
    CurricleError,
    ProviderContextOverflowError,
    ProviderOutputInvalidError,
    ProviderRefusedError,
)
from curricle.printable import counted
from curricle.providers.access import ModelAccess
from curricle.providers.client import total_usage
from curricle.providers.masking import mask, mask_json
from curricle.providers.retry import Answered, Asked, Attempt, Failed, Unfit, ask_with_retries
from curricle.runs.calls import (
    QUESTIONS,
    Call,
    find_answers,
    follow_record,
    load_answer,
    request_bytes,
    request_digest,
)
from curricle.runs.journal import load_journal
from curricle.steps.side_by_side import SideBySide

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.authoring.question import Question
    from curricle.providers.choice import Choice
    from curricle.providers.client import Answer
    from curricle.providers.provider import Provider
    from curricle.steps.work import Work

SIDE_BY_SIDE_MAX: Final = 8
PROGRESS_MAX: Final = 200
"""So many sentences of progress are recorded with a call."""
_CHARACTERS_OF_TOKEN: Final = 4
_Delivery: TypeAlias = tuple[Asked, tuple[str, ...]]
"""What came of a question, with the progress that was told."""

_OF_ONE_QUESTION: Final = (
    ProviderOutputInvalidError,
    ProviderRefusedError,
    ProviderContextOverflowError,
)
"""Failures after which other questions may well be answered."""


def open_provider(
    work: Work, choice: Choice, *, again: Sequence[str], is_anew: bool = False
) -> Provider:
    """Return the chosen provider for a run; one that asks a model keeps a record of it there.

    `again` is the command to type after a failure. With `is_anew`, what was answered for an earlier
    curriculum is asked again.
    """
    if not isinstance(choice, ModelAccess):
        return choice
    from curricle.providers.model import ModelProvider

    return ModelProvider(Calls(work, choice, again=again, is_anew=is_anew))


class Calls:
    """The questions of one command to one model."""

    def __init__(
        self, work: Work, access: ModelAccess, *, again: Sequence[str], is_anew: bool
    ) -> None:
        self._work = work
        self._again = (*again, "--provider", access.client.name)
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
        following, known = self._follow(question)
        if known is not None:
            return known
        *_, last = [self._record(delivery) for delivery in self._put(following)]
        if isinstance(last, Answered):
            return last.answer.text
        raise self._error_of(last)

    def ask_many(self, questions: Sequence[Question]) -> Iterator[tuple[Question, str]]:
        """Yield each question with its answer, in any order; ask those without one side by side.

        Raises:
            ProviderError: one has none. All that were begun by then are recorded first, and where
                the failure is one question's own, so are all others.
        """
        unknown: dict[str, tuple[Question, list[Question]]] = {}
        for question in questions:
            following, known = self._follow(question)
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
        last: dict[int, Asked] = {}
        failures: list[CurricleError] = []
        works = [partial(self._put, question) for question in questions]
        with SideBySide(works, SIDE_BY_SIDE_MAX) as crowd:
            try:
                for at, delivery in crowd.results():
                    if delivery is not None:
                        last[at] = self._record(delivery)
                        continue
                    match last[at]:
                        case Answered(answer=answer):
                            yield questions[at], answer.text
                        case Unfit() | Failed() as asked:
                            failures.append(self._error_of(asked))
                            if not isinstance(asked.error, _OF_ONE_QUESTION):
                                crowd.begin_no_more()
            finally:
                # Interrupted: what was answered is kept all the same.
                for delivery in crowd.delivered():
                    self._record(delivery)
        if failures:
            raise failures[0]

    def _follow(self, question: Question) -> tuple[Question, str | None]:
        find = partial(load_answer, self._work.writer.path, self._answers)
        return follow_record(question, find)

    def _put(self, question: Question) -> Iterator[_Delivery]:
        """Yield what comes of a question, with progress told; nothing here writes to the run."""
        progress: list[str] = []

        def tell(text: str) -> None:
            shown = mask(text, self._settings.secrets)
            if len(progress) < PROGRESS_MAX:
                progress.append(shown)
            self._tell(shown)

        self._tell(f"{self.name}: asking for {question.name}")
        for asked in ask_with_retries(
            self._client, question, settings=self._settings, pace=self._pace, tell=tell
        ):
            yield asked, tuple(progress)
            progress.clear()

    def _error_of(self, asked: Unfit | Failed) -> CurricleError:
        """Return the error that a question ended in, with the command that goes on from there."""
        error = _without_secrets(asked.error, self._settings.secrets, asked.question.name)
        error.next_step = self._again
        return error

    def _record(self, delivery: _Delivery) -> Asked:
        """Make a question that was put part of the run, and return what came of it."""
        asked, progress = delivery
        writer = self._work.writer
        answer = None if isinstance(asked, Failed) else asked.answer
        request = writer.keep(request_bytes(asked.question))
        digest = writer.keep(answer.text.encode()) if answer else None
        if digest:
            self._answers[request] = digest
        self._tokens += sum(_tokens_of(asked.question, one, answer) for one in asked.attempts)
        writer.record_call(
            Call(
                name=asked.question.name,
                stage=self._work.stage.value if self._work.stage else None,
                provider=self.name,
                model=self.model,
                answered_by=answer.model if answer else None,
                request=request,
                answer=digest,
                code=None if isinstance(asked, Answered) else asked.error.code,
                usage=total_usage(attempt.usage for attempt in asked.attempts),
                request_id=answer.request_id if answer else None,
                attempts=asked.attempts,
                seconds=sum(attempt.seconds for attempt in asked.attempts),
                notes=answer.notes if answer else (),
                progress=progress,
            )
        )
        return asked

    def _tell(self, text: str) -> None:
        with self._telling:
            self._work.tell(text)


def _tokens_of(question: Question, attempt: Attempt, answer: Answer | None) -> int:
    """Return the tokens of an attempt as the server counts them, else what texts mostly take."""
    read, written = attempt.usage.input_tokens, attempt.usage.output_tokens
    if attempt.code and read is None:
        return 0  # of an attempt in vain nothing is known
    text = answer.text if answer else ""
    return (len(question.prompt) // _CHARACTERS_OF_TOKEN if read is None else read) + (
        len(text) // _CHARACTERS_OF_TOKEN if written is None else written
    )


def _without_secrets(error: CurricleError, secrets: Sequence[str], name: str) -> CurricleError:
    """Return the error of a question, which it names, without any secret in what it says."""
    error.args = (mask(str(error), secrets),)
    error.hint = mask(error.hint, secrets)
    error.details = mask_json({**error.details, QUESTIONS: [name]}, secrets)
    return error
