"""Text from documents made safe to stand in a Markdown page: shown, never interpreted."""

from __future__ import annotations

import re
from typing import Final

from curricle.printable import one_line

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|#&~$])")
_BLOCK_START: Final = re.compile(r"^(\d*)([-+.)])(?=[\s-]|$)")
"""What would begin a list or draw a rule where the text begins a line."""
_BACKTICKS: Final = re.compile("`+")


def plain(text: str) -> str:
    """Return text on one line that Markdown shows as it is."""
    return _BLOCK_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", one_line(text)))


def code(text: str) -> str:
    """Return text on one line as a code span, whatever backticks it holds."""
    flat = one_line(text)
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(flat)), default=0))
    room = " " if not flat or "`" in flat else ""
    return f"{fence}{room}{flat}{room}{fence}"
