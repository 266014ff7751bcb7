"""What every provider can do. How one does it is its own file's business."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.findings import Finding
    from curricle.generation.compiler import Brief, Draft


@dataclass(frozen=True, kw_only=True, slots=True)
class MendRequest:
    """A curriculum with what is to be changed in it."""

    document: Mapping[str, Any]
    """A `curriculum.json` that passed its schema."""
    findings: tuple[Finding, ...]
    spec: TopicSpec | None
    feedback: str = ""
    """What a person asks for, in their words; data, never an instruction to the program."""
    documents: Mapping[str, str] = field(default_factory=dict)
    """Path inside the run to the text of each document that nodes may cite."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mended:
    """A changed curriculum; the caller validates it before anything else."""

    document: Mapping[str, Any]
    changes: tuple[str, ...]
    """What was done, a sentence each; empty when nothing could be."""
    is_feedback_met: bool = True
    """False when the feedback was only noted as an open question."""


class Provider(Protocol):
    """Writes and mends curricula."""

    @property
    def name(self) -> str:
        """Return the name it is chosen by."""
        ...

    @property
    def model(self) -> str | None:
        """Return the model it asks, or None when it asks none."""
        ...

    @property
    def tokens_used(self) -> int:
        """Return the tokens that were paid for since there is this provider."""
        ...

    def compile(self, brief: Brief) -> Draft:
        """Return a curriculum for a brief."""
        ...

    def mend(self, request: MendRequest) -> Mended:
        """Return the curriculum with its findings mended as far as this provider can."""
        ...
