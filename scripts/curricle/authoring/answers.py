"""Reads an answer strictly: JSON with one meaning, of the schema asked for, with usable texts.

What its parts mean is for the readers of each kind of answer. Control characters are left out
of texts, as they are of documents; what is blank, a placeholder or endless makes an answer unfit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.curriculum.placeholders import find_placeholder
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.printable import one_line, without_control_characters
from curricle.schema import check_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TEXT_LENGTH_MAX: Final = 4000
_SHOWN_MAX: Final = 3


class UnfitAnswerError(ValueError):
    """An answer that is not the one asked for; the text says why, for a second question."""


def parse_answer(text: str, schema: Mapping[str, Any]) -> Any:
    """Return the value of an answer that keeps to the schema.

    Raises:
        UnfitAnswerError: it is no JSON with one meaning, or breaks the schema.
    """
    try:
        value = parse_json(text.encode(errors="surrogatepass"))
    except MalformedJsonError as error:
        raise UnfitAnswerError(f"it is no JSON object: {one_line(error.why, 200)}") from error
    if problems := check_value(schema, value):
        shown = (
            f"{one_line(p.pointer, 80) or 'the answer'}: {p.message}" for p in problems[:_SHOWN_MAX]
        )
        raise UnfitAnswerError(f"it breaks the schema: {'; '.join(shown)}")
    return value


def text_of(text: str, what: str, *, length_max: int = TEXT_LENGTH_MAX) -> str:
    """Return a text on one line, without control characters.

    Raises:
        UnfitAnswerError: nothing is left of it, or it is a placeholder, or too long.
    """
    kept = " ".join(without_control_characters(text).split())
    if not kept:
        raise UnfitAnswerError(f"{what} is empty")
    if len(kept) > length_max:
        raise UnfitAnswerError(f"{what} has {len(kept)} characters, at most {length_max} are kept")
    if found := find_placeholder(kept):
        raise UnfitAnswerError(f"{what} holds the placeholder {found!r}")
    return kept


def texts_of(texts: Iterable[str], what: str) -> tuple[str, ...]:
    """Return texts as `text_of`, each once, without those that say nothing.

    Raises:
        UnfitAnswerError: one is too long.
    """
    said = (without_control_characters(text).strip() for text in texts)
    kept = (text_of(text, what) for text in said if text and find_placeholder(text) is None)
    return tuple(dict.fromkeys(kept))


def shown(text: str) -> str:
    """Return a text of an answer as a message quotes it."""
    return repr(one_line(text, 80))
