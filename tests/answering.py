"""Stands for a paid model: answers written by hand, handed out by the name of the question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curricle.providers.client import Answer
from curricle.providers.retry import Answered, Pace, ask_with_retries
from curricle.providers.settings import ModelSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from curricle.authoring.question import Question

    Reply = Callable[[Question], Any]


class Scripted:
    """Gives each question what `reply` makes of it, and keeps what was asked.

    An unfit answer is asked for once more.
    """

    name = "codex_exec"
    model = "some-model"

    def __init__(self, reply: Reply, tokens: int = 0) -> None:
        self.reply = reply
        self.asked: list[Question] = []
        self.together: list[int] = []
        """How many questions each call of `ask_many` put."""
        self.tokens_used = 0
        self._tokens = tokens
        self._client = _Client(reply=self._say)

    @property
    def names(self) -> list[str]:
        return [question.name for question in self.asked]

    def ask(self, question: Question) -> str:
        *_, last = ask_with_retries(
            self._client,
            question,
            settings=ModelSettings(retry_budget=1),
            pace=Pace(clock=lambda: 0.0, sleep=lambda _: None, jitter=lambda: 0.0),
            tell=lambda _: None,
        )
        if isinstance(last, Answered):
            return last.answer.text
        raise last.error

    def ask_many(self, questions: Sequence[Question]) -> Iterator[tuple[Question, str]]:
        self.together.append(len(questions))
        # Whoever asks side by side gets answers in any order.
        for question in reversed(questions):
            yield question, self.ask(question)

    def _say(self, question: Question) -> str:
        self.asked.append(question)
        self.tokens_used += self._tokens
        answer = self.reply(question)
        return answer if isinstance(answer, str) else json.dumps(answer)


@dataclass(frozen=True)
class _Client:
    reply: Callable[[Question], str]
    name: str = Scripted.name
    model: str = Scripted.model

    def ask(
        self, question: Question, *, seconds_left: float, tell: Callable[[str], None]
    ) -> Answer:
        del seconds_left, tell
        return Answer(text=self.reply(question), model=self.model)


def by_name(**answers: Any) -> Reply:
    """Return a reply from answers by question name; ` ` is written `_`. A list is used up."""

    def reply(question: Question) -> Any:
        answer = answers[question.name.replace(", ", "_").replace(" ", "_")]
        return answer.pop(0) if isinstance(answer, list) else answer

    return reply


def concept(title: str, first: int = 1, last: int | None = None, **fields: Any) -> dict[str, Any]:
    """Return a concept as an answer describes it."""
    return {
        "title": title,
        "document": 1,
        "first_line": first,
        "last_line": first if last is None else last,
        "capability": f"Explain {title}",
        "core_ideas": [f"{title} matters."],
        "pitfalls": [],
        "mastery_task": f"Show {title} to somebody",
        "pass_criteria": f"{title} is right",
        "minutes": 60,
        "confidence": 0.8,
        "links": [],
        **fields,
    }


def need(before: Any, after: Any, certainty: str = "implied", **fields: Any) -> dict[str, Any]:
    """Return an edge as an answer describes it."""
    reason = f"{after} uses {before}"
    return {
        "before": before,
        "after": after,
        "certainty": certainty,
        "reason": reason,
        "line": None,
        **fields,
    }


def part(*concepts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the answer to a question about some sections."""
    return {"concepts": list(concepts), "left_out": [], "open_questions": [], **fields}


def whole(
    *concepts: dict[str, Any], needs: Sequence[dict[str, Any]] = (), **fields: Any
) -> dict[str, Any]:
    """Return the answer to the one question about everything."""
    return {"topic": "A topic", **part(*concepts), "needs": list(needs), **fields}


def operation(name: str, node: int, **fields: Any) -> dict[str, Any]:
    """Return an operation as an answer describes it; fields that are not given are null."""
    nothing = dict.fromkeys(
        (
            "before",
            "title",
            "capability",
            "core_ideas",
            "pitfalls",
            "mastery_task",
            "pass_criteria",
            "minutes",
            "document",
            "first_line",
            "last_line",
        )
    )
    return {"operation": name, "node": node, **nothing, "reason": "it is so", **fields}


def operations(*entries: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a question about what to mend."""
    return {"operations": list(entries)}
