"""Text from documents made safe to stand in a Markdown page: shown, never interpreted."""

from __future__ import annotations

import re
from typing import Final

from curricle.printable import one_line

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|#])")


def plain(text: str) -> str:
    """Return text on one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", one_line(text))
