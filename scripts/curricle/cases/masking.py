"""Takes secrets out of what people type before it is recorded for good."""

from __future__ import annotations

from curricle.redaction.redactor import Redactor


def masked(text: str) -> str:
    """Return a text with a mark in the place of each secret."""
    return Redactor().redact(text)
