"""What was found: a secret's place in the bytes of a text, and its kind."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """One secret. A tuple, because large logs have many."""

    start: int
    end: int
    """Offset of the first byte after the secret."""
    kind: str
    is_telling: bool = True
    """Whether the value is to be known again where nothing beside it tells what it is."""
