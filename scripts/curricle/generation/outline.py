"""What a document teaches, as values: its concepts, and what became of everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curricle.layout import SCOPE

if TYPE_CHECKING:
    from curricle.generation.document import Link, Passage


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    """Something to learn, with all that the document says of it."""

    title: str
    """Whole, as the author wrote it."""
    line: int
    last_line: int
    parent: int | None
    """Index of the concept whose part this one is."""
    other_lines: tuple[tuple[int, int], ...] = ()
    """First and last lines of concepts that were merged into this one."""
    path: str = SCOPE
    """The document inside the run that names it."""
    prose: tuple[Passage, ...] = ()
    objectives: tuple[Passage, ...] = ()
    pitfalls: tuple[Passage, ...] = ()
    requires: tuple[Passage, ...] = ()
    """What the document lists as this concept's prerequisites."""
    exercises: tuple[Passage, ...] = ()
    links: tuple[Link, ...] = ()
    aliases: tuple[str, ...] = ()
    """Titles of concepts that were merged into this one."""
    is_unwritten: bool = False
    """The document itself says that the text is still to come."""

    @property
    def has_text(self) -> bool:
        """Tell whether the document says more of it than its name."""
        return bool(self.prose or self.objectives or self.pitfalls or self.exercises)


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """A concept that became part of another."""

    title: str
    line: int | None
    into: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A part of the document, or a concept, that is not in the curriculum."""

    title: str
    line: int | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """What a document teaches."""

    title: str
    concepts: tuple[Concept, ...]
    """In document order."""
    goal: str = ""
    audience: str = ""
    prerequisites: tuple[Passage, ...] = ()
    objectives: tuple[Passage, ...] = ()
    pitfalls: tuple[Passage, ...] = ()
    scope_out: tuple[str, ...] = ()
    merged: tuple[Merged, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
