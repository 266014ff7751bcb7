"""The names by which texts speak of concepts: titles, abbreviations, and parts of "A and B".

A name is looked up by its words in the singular, and where that tells nothing by their stems:
"recursive" speaks of *Recursion*, but "iterated" of neither *Iteration* nor *Iterators* when both
are concepts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import snowballstemmer

from curricle.curriculum.coverage import FILLER_WORDS
from curricle.curriculum.titles import bracketed, strip_numbering, title_key, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Key = tuple[str, ...]

NAME_WORDS_MAX: Final = 8
ABBREVIATION_LENGTH_MIN: Final = 3

_STEMMER: Final = snowballstemmer.stemmer("english")
_PARTS: Final = re.compile(r"\s+(?:and|or|vs\.?|versus)\s+|\s*[&/,]\s*(?:and\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """What a name stands for."""

    concept: int
    is_whole: bool
    """The whole title or its abbreviation, not one part of "A and B"."""


@dataclass(frozen=True, slots=True)
class Names:
    """All names of the concepts of a document."""

    by_words: dict[Key, Name]
    """Words in the singular."""
    by_stems: dict[Key, Name]
    """Stems, where they mean one concept only."""
    longest: int
    """Words of the longest name."""


@lru_cache(maxsize=131072)
def stem(word: str) -> str:
    """Return the stem of an English word, in lower case."""
    result: str = _STEMMER.stemWord(word.lower())
    return result


def names_of(titles: Sequence[tuple[str, ...]]) -> Names:
    """Return the names of concepts, given each concept's title and aliases."""
    by_words: dict[Key, Name] = {}
    stems: dict[Key, set[Name]] = {}
    for whole in (True, False):
        for concept, own in enumerate(titles):
            for title in own:
                for key in _whole_keys(title) if whole else _part_keys(title):
                    if 0 < len(key) <= NAME_WORDS_MAX:
                        name = Name(concept, whole)
                        by_words.setdefault(key, name)
                        stems.setdefault(tuple(map(stem, key)), set()).add(name)
    by_stems = {key: _clearest(meant) for key, meant in stems.items()}
    return Names(
        by_words=by_words,
        by_stems={key: name for key, name in by_stems.items() if name is not None},
        longest=max(map(len, by_words), default=0),
    )


def _clearest(meant: Iterable[Name]) -> Name | None:
    whole = [name for name in meant if name.is_whole]
    candidates = whole or list(meant)
    concepts = {name.concept for name in candidates}
    return candidates[0] if len(concepts) == 1 else None


def _whole_keys(title: str) -> list[Key]:
    keys = [title_key(title)]
    keys += [title_key(part) for part in bracketed(title)]
    initials = "".join(word[0] for word in words_of(strip_numbering(title)) if word[0].isalpha())
    if len(initials) >= ABBREVIATION_LENGTH_MIN:
        keys.append((initials.lower(),))
    return keys


def _part_keys(title: str) -> list[Key]:
    parts = _PARTS.split(strip_numbering(title))
    if len(parts) < 2:  # noqa: PLR2004 - nothing joined
        return []
    keys = [title_key(part) for part in parts]
    return [key for key in keys if not set(key) <= FILLER_WORDS]
