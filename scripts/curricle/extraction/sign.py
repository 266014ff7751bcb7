"""The shape of a line that tells of a failure, and how far the failure's lines reach from it."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a block of lines is about."""

    TEST = "test"
    COMPILE = "compile"
    LINT = "lint"
    EXCEPTION = "exception"
    BUILD = "build"
    TOOL = "tool"
    SHELL = "shell"
    LIMIT = "limit"
    GENERIC = "generic"
    SUMMARY = "summary"
    STEP = "step"
    TAIL = "tail"


class Growth(StrEnum):
    """How far a block reaches from the line of its sign."""

    LINE = "line"
    """That line."""
    INDENTED = "indented"
    """The lines after it that are indented deeper."""
    PARAGRAPH = "paragraph"
    """The lines after it up to an empty one."""
    TRACE = "trace"
    """A message and the stack that follows it."""
    PYTHON = "python"
    """A Python traceback up to the exception."""
    DIAGNOSTIC = "diagnostic"
    """A compiler's message: quoted source, carets and notes follow."""
    SECTION = "section"
    """Up to the line that ends the tool's section."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One shape of a line that tells of a failure."""

    name: str
    tool: str
    kind: Kind
    weight: int
    """How sure it is that such a line says why a job failed, 1 to 100."""
    pattern: str
    """RE2, searched in a cleaned line."""
    example: str
    growth: Growth = Growth.LINE
    _: KW_ONLY
    ends: str = ""
    """With `SECTION`: RE2 of the first line that belongs no longer."""
    includes_end: bool = False
    """With `SECTION`: whether that line belongs to it."""
    before: str = ""
    """RE2 of lines directly above that belong to the block."""
    reach: int = 12
    """How many lines directly above may belong to the block."""
    unless: str = ""
    """RE2 of lines that only look so."""
