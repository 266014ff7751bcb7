"""Stands in for the provider that a step was made by; a model's answers are those on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from curricle.errors import ProviderUnavailableError
from curricle.providers.choice import DEFAULT_PROVIDER
from curricle.providers.internal import InternalProvider
from curricle.providers.model import ModelProvider
from curricle.runs.calls import answers_before, follow_record, load_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from curricle.authoring.question import Question
    from curricle.providers.provider import Provider
    from curricle.runs.journal import Entry


@dataclass(kw_only=True, slots=True)
class Recordings:
    """Answers for a model that nobody asks any more."""

    name: str
    model: str | None
    run_dir: Path
    answers: Mapping[str, str]
    """Request to answer, both as digests."""
    missing: list[str] = field(default_factory=list)
    """Names of the questions that there is no answer to, noted as they are asked."""
    tokens_used: int = 0

    def ask(self, question: Question) -> str:
        """Return the recorded answer.

        Raises:
            ProviderUnavailableError: there is none, which is noted.
        """
        _, text = follow_record(question, partial(load_answer, self.run_dir, self.answers))
        if text is None:
            self.missing.append(question.name)
            raise ProviderUnavailableError(self.name, f"no answer to “{question.name}” is recorded")
        return text

    def ask_many(self, questions: Sequence[Question]) -> Iterator[tuple[Question, str]]:
        """Yield each question with its recorded answer.

        Raises:
            ProviderUnavailableError: one has none.
        """
        for question in questions:
            yield question, self.ask(question)


def provider_of(
    entry: Entry, journal: Sequence[Entry], run_dir: Path
) -> tuple[Provider, Sequence[str]]:
    """Return who made what an entry commits, and a list that will name questions without answer."""
    name, model = entry.data["provider"], entry.data["model"]
    if name in {None, DEFAULT_PROVIDER}:
        return InternalProvider(), ()
    recordings = Recordings(
        name=name,
        model=model,
        run_dir=run_dir,
        answers=answers_before(journal, entry.seq, provider=name, model=model),
    )
    return ModelProvider(recordings), recordings.missing
