"""One structured request to a model, and the ways in which it can be put."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One structured request."""

    name: str
    """What it is for, such as `outline` or `section 3`; for progress and the journal."""
    prompt: str
    schema: Mapping[str, Any]
    """JSON Schema of the answer, within the subset that servers enforce strictly."""


Ask: TypeAlias = Callable[[Question], str]
"""Returns the text of an answer, unread; raises a ProviderError where there is none."""

AskMany: TypeAlias = Callable[[Sequence[Question]], Iterator[tuple[Question, str]]]
"""Asks independent questions side by side; yields each with its answer, in any order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model that can be asked."""

    name: str
    """The provider's name, for messages."""
    ask: Ask
    ask_many: AskMany
