"""Text that somebody meant to replace and did not."""

from __future__ import annotations

import re
from typing import Final

WHOLE: Final = frozenset({"...", "…", "?", "??", "???", "-", "--", "n/a", "N/A"})
"""Strings that are a placeholder from end to end."""

_NOT_SHOUTED: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ<"))
_SHOUTED_HINTS: Final = (b"TODO", b"TBD", b"TBA", b"FIXME", b"XXX", b"<")
_HINTS: Final = (b"replace", b"lorem ipsum", b"\\u003c")
"""In any case; the last is how some programs write `<` in JSON."""

_PLACEHOLDER: Final = re.compile(
    r"\b(?i:replace([_-])with\1\w+)|\bREPLACE WITH \w+"
    r"|^\s*(?:TODO|TBD|TBA|FIXME|XXX)\b[^.!?]*"
    r"|\b(?:TODO|FIXME)\s*[:(]"
    r"|<\s*(?i:your|insert|fill|placeholder|todo)\b[^>]*>"
    r"|\b(?i:lorem ipsum)\b"
)


def find_placeholder(text: str) -> str | None:
    """Return the placeholder that `text` holds, at most 40 characters of it, or None."""
    if text.strip() in WHOLE:
        return text.strip()
    found = _PLACEHOLDER.search(text)
    return found.group().strip()[:40] if found else None


def may_hold_placeholder(raw: bytes) -> bool:
    """Tell from a quick look at a document's bytes whether a slow one at its texts is needed.

    Does not look for texts that are a placeholder from end to end: see `WHOLE`.
    """
    shouted = raw.translate(None, _NOT_SHOUTED)
    if any(hint in shouted for hint in _SHOUTED_HINTS):
        return True
    lower = raw.lower()
    return any(hint in lower for hint in _HINTS)
