"""The objects of a run as an audit reads them: each at most once, and whatever they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curricle.jsontext import MalformedJsonError, decode_text, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable


class Kept:
    """Objects by digest; `find` returns the bytes of one, or None where it does not hold."""

    def __init__(self, find: Callable[[str], bytes | None]) -> None:
        self._find = find
        self._known: dict[str, bool] = {}

    def holds(self, digest: str) -> bool:
        """Tell whether an object is there, with the bytes that its name says."""
        if digest not in self._known:
            self._known[digest] = self._find(digest) is not None
        return self._known[digest]

    def text(self, digest: str | None) -> str | None:
        """Return the text of an object, or None where there is none."""
        data = self._find(digest) if digest else None
        try:
            return None if data is None else decode_text(data)
        except MalformedJsonError:
            return None

    def document(self, digest: str | None) -> dict[str, Any] | None:
        """Return the JSON object that an object holds, or None where it holds none."""
        data = self._find(digest) if digest else None
        try:
            value = None if data is None else parse_json(data)
        except MalformedJsonError:
            return None
        return value if isinstance(value, dict) else None
