"""Where the schemas and templates that ship with the program lie.

In a checkout they are the top folders `schemas/` and `templates/`; in an installed package,
copies inside it. Nothing else in the program knows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_INSTALLED: Final = _PACKAGE / "_data"
_CHECKOUT: Final = _PACKAGE.parent.parent


def schema_path(name: str) -> Path:
    """Return the path of `schemas/<name>.schema.json`."""
    return _root() / "schemas" / f"{name}.schema.json"


def template_path(relative: str) -> Path:
    """Return the path of a file below `templates/`."""
    return _root() / "templates" / relative


def _root() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
