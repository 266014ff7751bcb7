"""Finds where the context files of a run speak of a concept first: something else to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.curriculum.values import Resource
from curricle.generation.document import parse_document
from curricle.generation.mentions import find_mentions
from curricle.generation.names import names_of
from curricle.generation.reading import read_passages
from curricle.layout import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BACKGROUND_MAX: Final = 2


def background_of(
    named: Sequence[tuple[str, ...]], context: Mapping[str, str]
) -> list[tuple[Resource, ...]]:
    """Return for each concept, given its title and aliases, the places that speak of it first.

    `context` maps names below `inputs/context/` to texts.
    """
    names = names_of(named)
    found: list[list[Resource]] = [[] for _ in named]
    for name, text in sorted(context.items()):
        seen: dict[int, int] = {}
        for section in parse_document(text).sections:
            for at, mention in find_mentions(-1, read_passages(section.passages), names).items():
                seen.setdefault(at, mention.line)
        for at, line in sorted(seen.items()):
            if len(found[at]) < _BACKGROUND_MAX:
                found[at].append(
                    Resource(
                        title=f"{named[at][0]} in {name}",
                        url=f"{CONTEXT}/{name}#L{line}",
                        kind="text",
                        role="background",
                        citation=f"{CONTEXT}/{name}, line {line}",
                    )
                )
    return [tuple(own) for own in found]
