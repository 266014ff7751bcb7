"""Finds the values of Kubernetes Secrets in manifests, whatever the values look like."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from curricle.expressions import compile_pattern
from curricle.redaction.span import Span
from curricle.redaction.values import is_placeholder, is_telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.expressions import Pattern

_KIND: Final = r"kind\\*[\"']?:[ \t]*\\*[\"']?Secret\b"
MANIFEST_HINTS: Final = (_KIND,)
_BREAK: Final = r"(?:\n|\\n)"
_FOLDED: Final = rf"(?:[ \t]*[|>][+-]?[ \t]*{_BREAK}[ \t]+)?[ \t]*"
_DATA: Final = (
    r"\\*\"?(?:\b|\\n)(?:data|stringData)\\*\"?:"
    rf"(?:(?:[ \t]*(?:\r?\n|\\n)[ \t]+[\w.\"'-]+:{_FOLDED}[^\n\\]*)+"
    r"|[ \t]*\{[^{}]*\})"
)
_PAIR: Final = rf"[\w.-]+\\*[\"']?:{_FOLDED}\\*[\"']?([^\s\"'\\,{{}}|>][^\s\"'\\,{{}}]{{3,}})"
_MANIFEST_MAX: Final = 8_192


def has_manifest(data: bytes) -> bool:
    """Tell whether a text has a manifest of a Secret, of which one line changes what others are."""
    return b"Secret" in data and _kind().search(data) is not None


def find_manifest_secrets(data: bytes) -> Iterator[Span]:
    """Return the values under `data` near a line that says `kind: Secret`."""
    done = 0
    for kind in _kind().finditer(data):
        start = max(done, data.rfind(b"\n---", 0, kind.start()), kind.start() - _MANIFEST_MAX)
        end = data.find(b"\n---", kind.end(), kind.end() + _MANIFEST_MAX)
        done = min(len(data), kind.end() + _MANIFEST_MAX) if end < 0 else end
        yield from _find_values(data, start, done)


def _find_values(data: bytes, start: int, end: int) -> Iterator[Span]:
    for block in _data().finditer(data[start:end]):
        first = start + block.start() + block.group().index(b":") + 1
        for pair in _pair().finditer(data[first : start + block.end()]):
            value = pair.group(1)
            if not is_placeholder(value):
                place = first + pair.start(1)
                yield Span(place, place + len(value), "kubernetes-secret", is_telling(value))


@cache
def _kind() -> Pattern:
    return compile_pattern(_KIND, has_groups=False)


@cache
def _data() -> Pattern:
    return compile_pattern(_DATA, has_groups=False)


@cache
def _pair() -> Pattern:
    return compile_pattern(_PAIR)
