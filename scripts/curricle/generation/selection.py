"""Which part of a scope document counts: all of it, some sections, or its lines as a seed list.

Taking that part is `excerpt.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ScopeMode(StrEnum):
    """How a scope document is read."""

    FULL = "full"
    SECTION = "section"
    SEED_LIST = "seed-list"


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """A part of a scope document."""

    mode: ScopeMode = ScopeMode.FULL
    sections: tuple[str, ...] = ()
    """Headings, for the mode `section`."""

    def to_json(self) -> dict[str, Any]:
        """Return the selection as it stands in records."""
        return {"mode": self.mode.value, "sections": list(self.sections)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Selection:
        """Return the selection of a record.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        sections = document["sections"]
        if not isinstance(sections, list) or not all(isinstance(part, str) for part in sections):
            raise TypeError("sections is no list of headings")
        return cls(mode=ScopeMode(document["mode"]), sections=tuple(sections))
