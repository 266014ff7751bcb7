"""Whether a text speaks of a phrase: a loose look by the beginnings of its words.

Good enough to ask whether a scope item is covered, and cheap enough to ask it of 100,000 nodes.
The compiler's sharper reading of a document is in `generation/`.
"""

from __future__ import annotations

from typing import Final

from curricle.curriculum.titles import singular, words_of

COVERED: Final = 0.5
"""From this share of its words on, a phrase counts as covered."""

FILLER_WORDS: Final = frozenset(
    """
    a about above after again all also an and any are as at be because been before being
    between both but by can could did do does doing down during each either else every few
    for from further get gets had has have having he her here his how i if in instead into
    is it its itself just like many may might more most much must my no nor not of off on
    once one only or other our out over own per same she should so some such than that the
    their them then there these they this those through to too under until up upon use
    used uses using very via was we were what when where which while who whom why will
    with within without would yet you your able know knows known learn understand
    understanding introduction overview basic basics
    """.split()
)
_ROOT_SHARE: Final = 0.6
_ROOT_LENGTH_MIN: Final = 4


def roots(phrase: str) -> tuple[str, ...]:
    """Return the beginnings of a phrase's content words, or of all its words if there are none."""
    words = [singular(word) for word in words_of(phrase)]
    content = [word for word in words if word not in FILLER_WORDS] or words
    return tuple(dict.fromkeys(map(_root, content)))


def coverage(phrase_roots: tuple[str, ...], lower_text: str) -> float:
    """Return the share of a phrase's roots that a lower-case text holds; 1 for no roots."""
    if not phrase_roots:
        return 1.0
    return sum(root in lower_text for root in phrase_roots) / len(phrase_roots)


def _root(word: str) -> str:
    return word[: max(_ROOT_LENGTH_MIN, int(len(word) * _ROOT_SHARE))]
