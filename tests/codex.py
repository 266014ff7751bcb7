"""Finds the real Codex CLI that `make codex` installs, once per machine and outside the clone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

VERSION: Final = "0.169.0"
VARIABLE: Final = "CURRICLE_CODEX"
NOT_TESTED: Final = (
    f"not tested: what needs the Codex CLI {VERSION}; `make codex` installs it where there is npm,"
    f" or {VARIABLE} names its binary"
)


def find_codex() -> Path | None:
    """Return the native binary, or None where it is not installed."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    packages = Path(home, "curricle", f"codex-{VERSION}", "node_modules", "@openai")
    return next(iter(sorted(packages.glob("codex-*/vendor/*/bin/codex"))), None)
