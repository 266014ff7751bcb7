"""From a scope document to a topic spec: fills what no person has set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes
from curricle.errors import InvalidArgumentError, ScopeInvalidError
from curricle.generation.document import parse_document
from curricle.generation.excerpt import UnknownSectionError
from curricle.generation.intake import fill_spec
from curricle.printable import listed, one_line
from curricle.stages.reading import read_scope, read_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.generation.selection import Selection

_SHOWN_MAX: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeResult:
    """A filled topic spec."""

    spec: bytes
    filled: Mapping[str, Any]
    """Field to the value that was filled in."""
    assumptions: tuple[str, ...]


def take_in(
    spec_data: bytes,
    blank: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    scope_data: bytes,
    selection: Selection,
) -> IntakeResult:
    """Return the spec filled from a scope document; the same bytes where nothing was filled.

    `blank` is the spec that a fresh run starts with, `before` what an earlier intake filled.

    Raises:
        TopicSpecInvalidError: the spec cannot be read or breaks its schema.
        ScopeInvalidError: the document cannot be read, or names nothing to learn.
        InvalidArgumentError: the selection names a heading that is not there.
    """
    text = read_scope(scope_data)
    unclosed = parse_document(text).unclosed_code_line
    if unclosed is not None:
        raise ScopeInvalidError(
            f"the code block that begins in line {unclosed} is never closed: all after it is code",
            hint=f"close the block with a line of its own, as in line {unclosed}",
            details={"line": unclosed},
        )
    spec = read_spec(spec_data)
    try:
        intake = fill_spec(spec.document, blank, before, text, selection)
    except UnknownSectionError as error:
        shown = [one_line(title, 60) for title in error.known[:_SHOWN_MAX]]
        raise InvalidArgumentError(
            f"the scope document has no heading {error.heading!r}",
            hint=f"its headings are: {listed(shown, len(error.known))}",
            details={"heading": error.heading, "headings": list(error.known)},
        ) from error
    if not intake.document["scope_in"]:
        raise ScopeInvalidError(
            "the scope document names nothing to learn: no heading, list item or set-off term",
            details={"mode": selection.mode.value},
        )
    return IntakeResult(
        # A spec that needed nothing stays as its author laid it out.
        spec=document_bytes(intake.document) if intake.filled else spec_data,
        filled=intake.filled,
        assumptions=intake.assumptions,
    )
