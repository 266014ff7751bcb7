"""Names what a learner can read on a concept: the document's own lines, and what these link to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from curricle.curriculum.addresses import is_web_address
from curricle.curriculum.placeholders import find_placeholder
from curricle.curriculum.values import Resource
from curricle.layout import SCOPE
from curricle.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.generation.document import Link
    from curricle.generation.outline import Concept

_VIDEO_HOSTS: Final = ("youtube.com", "youtu.be", "vimeo.com")


def references_of(concept: Concept, preferred_kinds: Sequence[str]) -> Iterator[Resource]:
    """Yield where the document speaks of a concept, then its links, the preferred kinds first."""
    ranges = ((concept.line, concept.last_line), *concept.other_lines)
    for first, last in ranges:
        span = f"L{first}" if first == last else f"L{first}-L{last}"
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        yield Resource(
            title=f"{concept.title} in {concept.path.rpartition('/')[2]}",
            url=f"{concept.path}#{span}",
            kind="text",
            role="primary",
            citation=f"{concept.path}, {lines}",
        )
    preferred = [kind.lower() for kind in preferred_kinds]
    linked = {link.url: link for link in concept.links if is_web_address(link.url)}
    found = [_linked(link) for link in linked.values()]
    yield from sorted(found, key=lambda r: preferred.index(r.kind) if r.kind in preferred else 99)


def _linked(link: Link) -> Resource:
    host = (urlsplit(link.url).hostname or "").removeprefix("www.")
    path = urlsplit(link.url).path.lower()
    kind = "video" if host in _VIDEO_HOSTS else "pdf" if path.endswith(".pdf") else "web page"
    text = printable(link.text)
    return Resource(
        title=host if not text or find_placeholder(text) else text,
        url=link.url,
        kind=kind,
        role="further reading",
        citation=f"linked from {SCOPE}, line {link.line}",
    )
