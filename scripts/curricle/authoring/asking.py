"""Puts questions to a model together with how their answers are read.

An answer that cannot be read has a flaw, and the question to put instead says which. Whether that
is put, and how often, is for whoever asks to decide: `providers/retry.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from curricle.authoring.answers import UnfitAnswerError, parse_answer
from curricle.authoring.prompts import marker_for, render_prompt
from curricle.authoring.question import Flaw

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

    def value_of(self, text: str) -> T:
        """Return what the text of an answer says.

        Raises:
            UnfitAnswerError: it says nothing that can be used.
        """
        return self.read(parse_answer(text, self.question.schema))

    def judged(self) -> Question:
        """Return the question with a judgement of its answers."""
        return replace(self.question, find_flaw=self._find_flaw)

    def _find_flaw(self, text: str) -> Flaw | None:
        try:
            self.value_of(text)
        except UnfitAnswerError as error:
            return Flaw(why=str(error), instead=self._corrected(str(error)))
        return None

    def _corrected(self, why: str) -> Question:
        prompt = self.question.prompt
        return replace(
            self.judged(),
            name=f"{self.question.name}, again",
            prompt=render_prompt("again", marker=marker_for([prompt, why]), prompt=prompt, why=why),
        )


def inquire(model: Model, inquiry: Inquiry[T]) -> T:
    """Return what the answer to one question says.

    Raises:
        ProviderError: there is no answer, or none that can be read.
    """
    return inquiry.value_of(model.ask(inquiry.judged()))


def inquire_all(model: Model, inquiries: Sequence[Inquiry[T]]) -> list[T]:
    """Return what the answers to independent questions say, in the order of the questions.

    Raises:
        ProviderError: one has no answer, or none that can be read.
    """
    if not inquiries:
        return []
    questions = [inquiry.judged() for inquiry in inquiries]
    texts = {question.name: text for question, text in model.ask_many(questions)}
    return [inquiry.value_of(texts[inquiry.question.name]) for inquiry in inquiries]
