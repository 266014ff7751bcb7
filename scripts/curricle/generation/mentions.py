"""Where the text of one concept speaks of another, and what weight that has.

A mention in the opening sentence, which mostly defines, weighs more than one in an example; the
words around it can turn its meaning: "builds on X" is a statement, "see X later" points ahead.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from curricle.curriculum.titles import singular
from curricle.generation.names import Key, Name, Names, stem
from curricle.generation.reading import Reading, Setting, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Sense(StrEnum):
    """What a mention says about the order of the two."""

    NAMED = "named"
    STATED = "stated"
    """The text says outright that the mentioned one, by its whole name, is needed."""
    AHEAD = "ahead"
    """The text says that the mentioned one comes later."""
    BASIS = "basis"
    """The text says outright that its own concept is needed for the mentioned one."""


_OUTRIGHT: Final = frozenset({Sense.STATED, Sense.BASIS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """What the text of one concept says of another, taken together."""

    weight: float
    """Evidence that the mentioned one comes first."""
    ahead: float
    """Evidence that it comes later."""
    sense: Sense
    line: int
    """Where the weightiest mention is, or the weightiest that says outright which comes first."""


_SETTING_WEIGHTS: Final[Mapping[Setting, float]] = {
    Setting.PROSE: 1.0,
    Setting.OBJECTIVE: 1.5,
    Setting.MARKED: 1.0,
    Setting.CODE: 0.5,
    Setting.EXAMPLE: 0.2,
}
_OPENING_WEIGHT: Final = 2.0
_PART_WEIGHT: Final = 0.5
_STEM_WEIGHT: Final = 0.6
_STATED_WEIGHT: Final = 3.0
_OUTRIGHT_MIN: Final = 0.5
"""What weighs less hardly is the name: the verb in "requires to index" states nothing."""
_AHEAD_WEIGHT: Final = 0.5
_NOT_A_NOUN_WEIGHT: Final = 0.1
_MEASURE_WEIGHT: Final = 0.2


def _phrases(text: str) -> frozenset[Key]:
    return frozenset(tuple(phrase.split()) for phrase in text.split(","))


_NEEDS: Final = _phrases(
    """
    requires, require, required, needs, assumes, assume, assumed, presupposes, presuppose,
    prerequisite, prerequisites, builds on, build on, building on, built on, depends on, depend on,
    relies on, rely on, rests on, rest on, based on, extends, familiarity with, familiar with,
    knowledge of, understanding of, once you, having learned, command of, comfortable with,
    special case of, kind of, type of, follows from, consequence of, defined by, in terms of
    """
)
_AHEAD: Final = _phrases(
    """
    later, before, will be covered, will be discussed, will be introduced, will be explained,
    covered in, discussed in, explained in, introduced in, other concepts, next chapter, see also,
    instead, rather than, unlike, as opposed to, in contrast to, alternative to, alternatives to,
    leads to, lead to, generalizes to, generalises to, gives rise to, used in, used by,
    stepping stone, basis of, basis for
    """
)
_BASIS: Final = _phrases(
    """
    needed for, required for, prepares for, prerequisite for, prerequisite of, foundation of,
    foundation for, underlies
    """
)
_STUDY: Final = frozenset(
    """
    learn learned learnt know known understand understood study studied master mastered teach
    taught covered introduced practise practised
    """.split()
)
"""With one of these in its sentence, "before" speaks of the order of learning."""
_CUES: Final[Mapping[Sense, frozenset[Key]]] = {
    Sense.STATED: _NEEDS,
    Sense.AHEAD: _AHEAD,
    Sense.BASIS: _BASIS,
}
_CUE_WORDS_MAX: Final = max(len(phrase) for phrases in _CUES.values() for phrase in phrases)
_DENIALS: Final = frozenset({"no", "not", "never", "cannot", "without", "neither", "nor"})
_DENIED_WORDS: Final = 3
_BEFORE_VERB: Final = frozenset(
    """
    to is are be was were been being can will would must should may might could i you we
    they it not also then has have had gets get cannot let
    """.split()
)
_AFTER_VERB: Final = frozenset({"up", "out", "off"})
_AFTER_PLURAL_VERB: Final = frozenset({"a", "an", "the", "up", "its", "their"})
_MEASURES: Final = frozenset(
    """
    number set series kind type sort class list variety range couple pair lot order sum
    """.split()
)


def find_mentions(concept: int, reading: Reading, names: Names) -> dict[int, Mention]:
    """Return what a concept's text says of each other concept that it mentions."""
    weights: defaultdict[int, float] = defaultdict(float)
    ahead: defaultdict[int, float] = defaultdict(float)
    best: dict[int, tuple[tuple[bool, float], Sense, int]] = {}
    words = reading.words
    cues = dict(_cues(words))
    for at, length, name, is_stem in _occurrences(words, names):
        if name.concept == concept:
            continue
        word = words[at]
        weight = _weight(words, at, length, name, is_stem=is_stem)
        sense = _sense(cues.get(word.sentence, ()), at)
        is_outright = (
            sense in _OUTRIGHT and name.is_whole and not is_stem and weight >= _OUTRIGHT_MIN
        )
        if sense in {Sense.AHEAD, Sense.BASIS}:
            weight *= _STATED_WEIGHT if sense is Sense.BASIS else _AHEAD_WEIGHT
            ahead[name.concept] += weight
        else:
            if sense is Sense.STATED:
                weight *= _STATED_WEIGHT
            elif word.sentence == reading.opening:
                weight *= _OPENING_WEIGHT
            weights[name.concept] += weight
        if sense in _OUTRIGHT and not is_outright:
            sense = Sense.NAMED if sense is Sense.STATED else Sense.AHEAD
        rank = (is_outright, weight)
        if name.concept not in best or rank > best[name.concept][0]:
            best[name.concept] = (rank, sense, word.line)
    return {
        other: Mention(weight=weights[other], ahead=ahead[other], sense=sense, line=line)
        for other, (_, sense, line) in best.items()
    }


def _occurrences(words: Sequence[Word], names: Names) -> Iterator[tuple[int, int, Name, bool]]:
    """Yield the longest names from left to right: start, words, name, found by stems only."""
    singulars = [singular(word.text) for word in words]
    stems = [stem(word.text) for word in words]
    at = 0
    while at < len(words):
        found = None
        end = at + 1
        while end < len(words) and end - at < names.longest and words[end].is_joined:
            end += 1
        for stop in range(end, at, -1):
            if name := names.by_words.get(tuple(singulars[at:stop])):
                found = (at, stop - at, name, False)
            elif name := names.by_stems.get(tuple(stems[at:stop])):
                found = (at, stop - at, name, True)
            if found:
                break
        if found:
            yield found
            at += found[1]
        else:
            at += 1


def _cues(words: Sequence[Word]) -> Iterator[tuple[int, tuple[tuple[int, Sense], ...]]]:
    """Yield for each sentence with cues where they stand and what they say."""
    found: defaultdict[int, list[tuple[int, Sense]]] = defaultdict(list)
    lower = [word.text.lower() for word in words]
    of_study = {word.sentence for word, text in zip(words, lower, strict=True) if text in _STUDY}
    for at, word in enumerate(words):
        if word.setting >= Setting.CODE:
            continue
        if lower[at] == "before" and word.sentence in of_study:
            if not _is_denied(words, at, 1):
                found[word.sentence].append((at, Sense.BASIS))
            continue
        for length in range(1, _CUE_WORDS_MAX + 1):
            key = tuple(lower[at : at + length])
            for sense, phrases in _CUES.items():
                if key in phrases and not (sense in _OUTRIGHT and _is_denied(words, at, length)):
                    found[word.sentence].append((at, sense))
    yield from ((sentence, tuple(cues)) for sentence, cues in found.items())


def _is_denied(words: Sequence[Word], at: int, length: int) -> bool:
    """Tell whether "no" or "not" stands shortly before a cue or right behind it."""
    around = (*words[max(0, at - _DENIED_WORDS) : at], *words[at + length : at + length + 1])
    return any(
        word.sentence == words[at].sentence
        and (word.text.lower() in _DENIALS or word.text.lower().endswith(("n't", "n’t")))  # noqa: RUF001
        for word in around
    )


def _sense(cues: Sequence[tuple[int, Sense]], at: int) -> Sense:
    """Return what a sentence says of a mention.

    That is the last cue before it, else the first that points on.
    """
    before = [sense for place, sense in cues if place < at]
    if before:
        return before[-1]
    after = [sense for _, sense in cues if sense in {Sense.AHEAD, Sense.BASIS}]
    if not after:
        return Sense.NAMED
    # "X is needed for this" says of X what "this requires X" says.
    return Sense.STATED if after[0] is Sense.BASIS else Sense.AHEAD


def _weight(words: Sequence[Word], at: int, length: int, name: Name, *, is_stem: bool) -> float:
    word = words[at]
    weight = _SETTING_WEIGHTS[word.setting]
    is_marked = word.setting in {Setting.MARKED, Setting.CODE}
    if not name.is_whole and not is_marked:
        weight *= _PART_WEIGHT
    if is_stem:
        weight *= _STEM_WEIGHT
    if length > 1 or is_marked or word.setting is Setting.EXAMPLE:
        return weight
    before = words[at - 1].text.lower() if at and words[at - 1].sentence == word.sentence else ""
    after = words[at + 1] if at + 1 < len(words) else None
    next_text = after.text.lower() if after and after.sentence == word.sentence else ""
    lower = word.text.lower()
    is_plural = lower.endswith("s")
    if (
        (before in _BEFORE_VERB and not is_plural)
        or next_text in _AFTER_VERB
        or (is_plural and next_text in _AFTER_PLURAL_VERB)
    ):
        weight *= _NOT_A_NOUN_WEIGHT
    elif next_text == "of" and lower in _MEASURES:
        weight *= _MEASURE_WEIGHT
    return weight
