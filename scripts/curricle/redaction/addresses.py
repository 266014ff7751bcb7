"""Finds user information in addresses: `scheme://user:password@host` and `scheme://token@host`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from curricle.expressions import compile_pattern
from curricle.redaction.span import Span
from curricle.redaction.values import is_placeholder, is_random, is_telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.expressions import Pattern

_USERINFO: Final = r"://([^\s/?#:@\"'<>\\]*)(?::([^\s\"'<>\\]+))?@[\w.\[$%{-]"
ADDRESS_HINTS: Final = (r"://[^\s/?#:@\"'<>\\]*(?::[^\s\"'<>\\]+)?@[\w.\[$%{-]",)
_LONE_TOKEN_MIN: Final = 16


def find_userinfo(data: bytes) -> Iterator[Span]:
    """Return passwords, and users that are tokens, in the addresses of some lines."""
    for match in _userinfo().finditer(data):
        user, password = match.group(1), match.group(2)
        if password and not _is_path(password) and not is_placeholder(password):
            yield Span(match.start(2), match.end(2), "url-credentials", is_telling(password))
        if len(user) >= _LONE_TOKEN_MIN and is_random(user):
            yield Span(match.start(1), match.end(1), "url-credentials")


def _is_path(password: bytes) -> bool:
    """Tell whether what looks like a password is a port and a path that has an `@` in it."""
    port, slash, _ = password.partition(b"/")
    return bool(slash) and (port.isdigit() or not port)


@cache
def _userinfo() -> Pattern:
    return compile_pattern(_USERINFO)
