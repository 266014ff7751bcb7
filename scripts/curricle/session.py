"""Who does what and when, and where messages go: what every command that writes is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One command of one person."""

    runs_dir: Path
    actor: str
    command: str
    """As typed, for the journal."""
    clock: Callable[[], datetime]
    tell: Callable[[str], None]
    """Takes a message for the person, a sentence each."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The variables that steer providers."""
