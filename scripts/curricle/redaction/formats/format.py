"""What a format of tokens is: the kind it stands for, and the expression that knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EDGE: Final = r"(?:\b|_|\\[bfnrt]|%[0-9A-Fa-f]{2}|\[[0-9;]{0,9}m)"
"""Where a token may begin that is no word's middle: also after the escapes of JSON, of addresses
and of coloured terminals, whose last character is a letter or digit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One family of tokens that are known by their own shape, wherever they stand."""

    kind: str
    """Stands in the mark, such as `github-token`."""
    pattern: str
    """RE2 syntax over ASCII. Shorter than the issuer's tokens may be, as logs cut them off."""
    is_word: bool
    """Whether the expression is so short that it must not begin within a word."""

    @property
    def expression(self) -> str:
        """Return the expression with its edge; the token is its first group."""
        return f"{EDGE if self.is_word else ''}({self.pattern})"


def formats(*rows: tuple[str, str]) -> tuple[Format, ...]:
    """Return formats that may stand anywhere, from rows of kind and pattern."""
    return tuple(Format(kind=kind, pattern=pattern, is_word=False) for kind, pattern in rows)


def words(*rows: tuple[str, str]) -> tuple[Format, ...]:
    """Return formats that begin where a word begins, from rows of kind and pattern."""
    return tuple(Format(kind=kind, pattern=pattern, is_word=True) for kind, pattern in rows)
