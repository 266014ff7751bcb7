"""When two titles name the same concept.

A title's key forgets case, punctuation, numbering, articles and the plural, and nothing else:
*Iterators* and *Iteration* stay apart. Words that only look alike are for `rapidfuzz` and a
warning, never for a merge.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# C++ and C# keep their signs, and a single letter its star: A* is no article.
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:[+#]+|(?<![^\W_]{2})\*(?!\S))?")  # noqa: RUF001 - both apostrophes are meant
_NUMBERING: Final = re.compile(
    r"^\s*(?:(?:chapter|part|section|unit|module|lesson|week|day|step)\s+"
    r"(?:[\divxlc]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s*[:.–—-]\s*"  # noqa: RUF001 - dashes are meant
    r"|\d+(?:\.\d+)*[.):]?\s+(?=\S)|[a-z][.)]\s+)",
    re.IGNORECASE,
)
_PARENTHESES: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_ARTICLES: Final = frozenset({"a", "an", "the"})
_IRREGULAR: Final = """
    index:indices vertex:vertices matrix:matrices quiz:quizzes cookie:cookies movie:movies
    cache:caches headache:headaches alias:aliases bias:biases canvas:canvases lens:lenses
    bonus:bonuses bus:buses focus:focuses status:statuses virus:viruses https:https
"""
_SINGULARS: Final = {
    word: singular
    for singular, plural in (pair.split(":") for pair in _IRREGULAR.split())
    for word in (singular, plural)
}
_NO_PLURAL: Final = ("ss", "us", "is", "ous", "news", "series", "species")


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """Return the lower-case singular of an English word, or the word when it has no plural."""
    word = word.lower().replace("’", "'")  # noqa: RUF001 - the apostrophe is meant
    if word in _SINGULARS:
        return _SINGULARS[word]
    if len(word) <= 3 or not word.endswith("s") or word.endswith(_NO_PLURAL):  # noqa: PLR2004 - gas, bus
        return word
    if word.endswith("'s"):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004 - ties, pies
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "tzes")):
        return word[:-2]
    return word[:-1]


def words_of(title: str) -> tuple[str, ...]:
    """Return a title's words as written, without what stands in parentheses."""
    if "(" not in title and "[" not in title:
        return tuple(_WORD.findall(title))
    return tuple(_WORD.findall(_PARENTHESES.sub(" ", title)) or _WORD.findall(title))


def title_key(title: str) -> tuple[str, ...]:
    """Return what two titles share when they name the same concept; empty for no words."""
    key = tuple(map(singular, words_of(strip_numbering(title))))
    if _ARTICLES.isdisjoint(key):
        return key
    # The last word is no article: Vitamin A.
    return (*(word for word in key[:-1] if word not in _ARTICLES), key[-1])


def strip_numbering(title: str) -> str:
    """Return a title without `3.1`, `Chapter 2:` or `a)` in front."""
    found = _NUMBERING.match(title)
    return title[found.end() :] or title if found else title


def bracketed(title: str) -> tuple[str, ...]:
    """Return what stands in a title's parentheses, such as an abbreviation."""
    return tuple(part.strip() for part in _PARENTHESES.findall(title) if part.strip())
