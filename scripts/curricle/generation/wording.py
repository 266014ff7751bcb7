"""Takes sentences out of a concept's text, whole and as written: ideas, pitfalls, checks, terms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from curricle.curriculum.coverage import FILLER_WORDS
from curricle.curriculum.placeholders import find_placeholder
from curricle.curriculum.titles import title_key, words_of
from curricle.generation.document import PassageKind, Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.generation.document import Passage
    from curricle.generation.outline import Concept

IDEAS_MAX: Final = 6
TERMS_MAX: Final = 5

_TERM_WORDS_MAX: Final = 4
_NAME_IN_CODE: Final = re.compile(r"[\w.:@/-]{2,30}(?:\(\))?|[A-Z]+(?: [A-Z]+)+")
_SENTENCE: Final = re.compile(r"(?<=[.!?])([\"”’')\]*]*)\s+(?=[\"“‘'(\[]?[A-Z0-9À-Ý])")  # noqa: RUF001
_SENTENCE_END: Final = re.compile(r"[.!?…。！？][\"”’')\]*]*$")  # noqa: RUF001
_SENTENCE_WORDS_MIN: Final = 3
_CONTACT: Final = re.compile(r"\S@\S|https?://|\bwww\.")
_LABEL: Final = re.compile(r"[^\s:]+(?: [^\s:]+){0,2}:\s")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Mr|Dr|St|No|Fig|approx)|\b[A-Z])\.$"
)
_PITFALL: Final = re.compile(
    r"\b(?:common(?:ly)? (?:mistake|error|oversight|misconception|pitfall|confusion)"
    r"|beginners? often|often (?:confused|forgotten|mistaken)|mistake(?:s|n)?|pitfall"
    r"|two traps|beware|be careful|gotcha|misconception|oversight"
    r"|(?:do not|don't) confuse|must not be confused|not the same as"
    r"|easy to (?:forget|miss|misread)|silently|bring .* habits)\b",
    re.IGNORECASE,
)
_CHECK: Final = re.compile(
    r"\b(?:you have understood|you understand|you(?:'ll| will)? know (?:that )?you|you can check"
    r"|to check yourself|check yourself|test yourself|try it|as an exercise|you should be able to"
    r"|you are ready when|practise|to practice)\b",
    re.IGNORECASE,
)


def sentences(passage: Passage) -> list[str]:
    """Return the sentences of a passage, whole; without those that are still to be written."""
    found: list[str] = []
    for part in _parts(passage.text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part.strip():
            found.append(part.strip())
    return [sentence for sentence in found if find_placeholder(sentence) is None]


def is_told(passage: Passage) -> bool:
    """Tell whether a paragraph says something, and is no contact, label, link or lead-in."""
    text = passage.text
    return (
        not text.endswith(":")
        and not _CONTACT.search(text)
        and not _LABEL.match(text)
        and any(s.style is not Style.LINK and s.text.strip() for s in passage.spans)
        and find_placeholder(text) is None
    )


def is_sentence(passage: Passage) -> bool:
    """Tell whether a paragraph is made of whole sentences: see `is_told`."""
    ending = _SENTENCE_END.search(passage.text)
    if ending is None or not is_told(passage):
        return False
    return not ending[0].isascii() or len(passage.text.split()) >= _SENTENCE_WORDS_MIN


def _parts(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE.finditer(text):
        yield text[start : end.end(1)]  # with the quotes and brackets that close it
        start = end.end()
    yield text[start:]


def core_ideas(concept: Concept) -> list[str]:
    """Return what the text says first of all: the opening of each paragraph, and its points."""
    ideas: list[str] = []
    for passage in concept.prose:
        if passage.kind is PassageKind.CODE:
            continue
        parts = [s for s in sentences(passage) if not _CHECK.search(s) and not s.endswith(":")]
        is_point = passage.kind in {PassageKind.ITEM, PassageKind.ROW}
        if is_point and parts:
            ideas.append(" ".join(parts).rstrip(" ;"))
        else:
            ideas += parts[:2]
    return list(dict.fromkeys(ideas))[:IDEAS_MAX]


def pitfalls(concept: Concept) -> list[str]:
    """Return what the text warns of: sentences set apart as such, and those that say so."""
    found = [" ".join(sentences(passage)) for passage in concept.pitfalls if sentences(passage)]
    found += [
        sentence
        for passage in concept.prose
        if passage.kind in {PassageKind.PROSE, PassageKind.ITEM}
        for sentence in sentences(passage)
        if _PITFALL.search(sentence)
    ]
    return list(dict.fromkeys(found))[:IDEAS_MAX]


def checks(concept: Concept) -> list[str]:
    """Return what the text itself gives a learner to do: exercises, and "check yourself"."""
    found = [" ".join(sentences(passage)) for passage in concept.exercises if sentences(passage)]
    found += [
        sentence
        for passage in concept.prose
        if passage.kind is PassageKind.PROSE
        for sentence in sentences(passage)
        if _CHECK.search(sentence)
    ]
    return list(dict.fromkeys(found))


def key_terms(concept: Concept) -> list[str]:
    """Return the terms that the text sets off, in order, without the title's own words."""
    own = set(title_key(concept.title))
    terms: dict[tuple[str, ...], str] = {}
    for text in _set_off(concept):
        key = title_key(text)
        if not key or find_placeholder(text) is not None:
            continue
        if not set(key) <= own and not set(key) <= FILLER_WORDS:
            terms.setdefault(key, text)
    return list(terms.values())[:TERMS_MAX]


def _set_off(concept: Concept) -> Iterator[str]:
    for style in (Style.STRONG, Style.EMPHASIS, Style.CODE):
        for passage in concept.prose:
            if passage.kind is PassageKind.CODE:
                continue
            for span in passage.spans:
                text = " ".join(span.text.split()).strip(" .,:;")
                is_term = span.style is style and 0 < len(words_of(text)) <= _TERM_WORDS_MAX
                if is_term and style is Style.CODE and _NAME_IN_CODE.fullmatch(text):
                    yield f"`{text}`"
                elif is_term and style is not Style.CODE:
                    yield text
