"""A concept's text as a sequence of words, each with its style, line, sentence and neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from curricle.generation.document import PassageKind, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curricle.generation.document import Passage
    from curricle.generation.outline import Concept

BLOCK_CODE_LENGTH_MIN: Final = 40
"""Characters from which on code in a line is an example and no longer a name."""


class Setting(IntEnum):
    """Where a word stands."""

    PROSE = 0
    OBJECTIVE = 1
    MARKED = 2
    """Bold, italic or the text of a link."""
    CODE = 3
    """Code in a line of text."""
    EXAMPLE = 4
    """A block of code."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text."""

    text: str
    setting: Setting
    line: int
    sentence: int
    is_joined: bool
    """Nothing but space or a hyphen stands between it and the word before."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All words of a concept, in order."""

    words: tuple[Word, ...]
    opening: int
    """The first sentence that says something: it defines the concept more often than not."""


_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?[+#]*|\d+|\n|[^\w\s]|_")  # noqa: RUF001
_URL: Final = re.compile(r"(?:https?|ftp)://\S+|www\.\S+|\]\s*:\s*/\S+")
_SENTENCE_END: Final = frozenset(".!?:;")
_JOINS: Final = frozenset("-_‐–")  # noqa: RUF001 - hyphens are meant
_OPENING_WORDS_MIN: Final = 5


def read_concept(concept: Concept) -> Reading:
    """Return the words of all that a document says of a concept."""
    reader = _Reader()
    for passage in concept.prose:
        reader.read(passage)
    for passage in (*concept.objectives, *concept.exercises, *concept.pitfalls):
        reader.read(passage, Setting.OBJECTIVE)
    return Reading(tuple(reader.words), reader.opening())


def read_passages(passages: Iterable[Passage]) -> Reading:
    """Return the words of passages that belong to no concept's own text."""
    reader = _Reader()
    for passage in passages:
        reader.read(passage)
    return Reading(tuple(reader.words), -1)


class _Reader:
    def __init__(self) -> None:
        self.words: list[Word] = []
        self.sentence = 0

    def read(self, passage: Passage, setting: Setting = Setting.PROSE) -> None:
        self.sentence += 1
        line = passage.line
        is_joined = False
        for span_text, span_setting in _settings(passage, setting):
            for part in _TOKEN.findall(_URL.sub(" ", span_text)):
                if part == "\n":
                    line += 1
                elif part[0].isalnum():
                    self.words.append(Word(part, span_setting, line, self.sentence, is_joined))
                    is_joined = True
                elif part in _SENTENCE_END and span_setting < Setting.CODE:
                    self.sentence += 1
                    is_joined = False
                elif part not in _JOINS:
                    is_joined = False
        self.sentence += 1

    def opening(self) -> int:
        count, current = 0, -1
        for word in self.words:
            if word.setting >= Setting.CODE:
                continue
            if word.sentence != current:
                count, current = 0, word.sentence
            count += 1
            if count >= _OPENING_WORDS_MIN:
                return current
        return -1


def _settings(passage: Passage, setting: Setting) -> Iterator[tuple[str, Setting]]:
    for span in passage.spans:
        if passage.kind is PassageKind.CODE:
            yield span.text, Setting.EXAMPLE
        elif span.style is Style.CODE:
            is_long = len(span.text) >= BLOCK_CODE_LENGTH_MIN
            yield span.text, Setting.EXAMPLE if is_long else Setting.CODE
        elif span.style is Style.PLAIN or setting is Setting.OBJECTIVE:
            yield span.text, setting
        else:
            yield span.text, Setting.MARKED
