"""How the recovery of a run ends."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Where a path led, or would."""

    HEALTHY = "healthy"
    READY = "ready"
    """There are steps that the program can take, and nobody asked it to yet."""
    RESOLVED = "resolved"
    NEEDS_YOU = "needs you"
    ESCALATE = "escalate"
