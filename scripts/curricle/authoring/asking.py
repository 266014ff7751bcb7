"""Puts questions to a model and reads the answers; an unfit one is asked for once more.

The second question says what was wrong with the first answer. There is no third. Faults on the way
to an answer are the caller's to retry: here they pass through.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from curricle.authoring.answers import UnfitAnswerError, parse_answer
from curricle.authoring.prompts import marker_for, render_prompt
from curricle.errors import ProviderOutputInvalidError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from curricle.authoring.question import Model, Question

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Inquiry(Generic[T]):
    """A question with what makes a value of its answer."""

    question: Question
    read: Callable[[Any], T]
    """Raises UnfitAnswerError where the answer cannot be right."""


def inquire(model: Model, inquiry: Inquiry[T]) -> T:
    """Return what the answer to one question says.

    Raises:
        ProviderOutputInvalidError: the second answer is unfit too.
        ProviderError: there is no answer.
    """
    return _read_all(model, [inquiry], lambda questions: [(q, model.ask(q)) for q in questions])[0]


def inquire_all(model: Model, inquiries: Sequence[Inquiry[T]]) -> list[T]:
    """Return what the answers to independent questions say, in the order of the questions.

    Raises:
        ProviderOutputInvalidError: the second answer to one of them is unfit too.
        ProviderError: one has no answer.
    """
    return _read_all(model, inquiries, lambda questions: list(model.ask_many(questions)))


def _read_all(
    model: Model,
    inquiries: Sequence[Inquiry[T]],
    ask: Callable[[Sequence[Question]], list[tuple[Question, str]]],
) -> list[T]:
    values, faults = _read_round(inquiries, ask)
    again = [_corrected(inquiries[at], why) for at, why in sorted(faults.items())]
    if again:
        second, left = _read_round(again, ask)
        for at, why in sorted(left.items()):
            raise ProviderOutputInvalidError(
                model.name,
                f"{model.name} mode failed to return valid structured JSON for"
                f" “{again[at].question.name}”: {why}",
                details={"questions": [again[other].question.name for other in sorted(left)]},
            )
        values.update(zip(sorted(faults), second.values(), strict=True))
    return [values[at] for at in range(len(inquiries))]


def _read_round(
    inquiries: Sequence[Inquiry[T]],
    ask: Callable[[Sequence[Question]], list[tuple[Question, str]]],
) -> tuple[dict[int, T], dict[int, str]]:
    """Return index → value of the fit answers, and index → what is wrong with the others."""
    if not inquiries:
        return {}, {}
    answers = {question.name: text for question, text in ask([i.question for i in inquiries])}
    values: dict[int, T] = {}
    faults: dict[int, str] = {}
    for at, inquiry in enumerate(inquiries):
        try:
            answer = parse_answer(answers[inquiry.question.name], inquiry.question.schema)
            values[at] = inquiry.read(answer)
        except UnfitAnswerError as error:
            faults[at] = str(error)
    return values, faults


def _corrected(inquiry: Inquiry[T], why: str) -> Inquiry[T]:
    question = inquiry.question
    prompt = render_prompt(
        "again", marker=marker_for([question.prompt, why]), prompt=question.prompt, why=why
    )
    return replace(
        inquiry, question=replace(question, name=f"{question.name}, again", prompt=prompt)
    )
