"""Reads JUnit XML, as test runners write it for CI services: the cases that failed.

Nothing but elements, attributes and text is read: a document that declares a type or an entity is
refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from curricle.errors import LogInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterable

CASES_MAX: Final = 10_000
TEXT_LENGTH_MAX: Final = 200_000
TOTAL_LENGTH_MAX: Final = 20_000_000
"""So much text of all cases is kept together."""
_NAME_LENGTH_MAX: Final = 2_000
_FAILED: Final = frozenset({"failure", "error"})
_FLAKY: Final = frozenset({"flakyFailure", "flakyError", "rerunFailure", "rerunError"})
_PENDING_BYTES_MAX: Final = 32 << 20
"""So much may come without the beginning or the end of an element."""
_DEPTH_MAX: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedCase:
    """A test case that failed, or passed only when it was run again."""

    name: str
    class_name: str
    file: str
    line: int
    """Where in the document it stands, from 1."""
    message: str
    text: str
    is_flaky: bool


@dataclass(kw_only=True, slots=True)
class _Reading:
    """The test case that is being read."""

    name: str = ""
    class_name: str = ""
    file: str = ""
    line: int = 0
    message: str = ""
    kind: str = ""
    has_failed: bool = False
    is_flaky: bool = False
    texts: list[str] = field(default_factory=list)
    length: int = 0


class _Reader:
    """Collects what failed while a document is parsed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.buffer_text = True
        self._case: _Reading | None = None
        self._inside = ""
        self._depth = 0
        self._pending_bytes = 0
        self._root = ""
        self._length_left = TOTAL_LENGTH_MAX
        self.cases: list[FailedCase] = []

    def feed(self, parts: Iterable[bytes]) -> tuple[FailedCase, ...]:
        """Return what failed."""
        try:
            for part in parts:
                self._parser.Parse(part, False)
                self._pending_bytes += len(part)
                if self._pending_bytes > _PENDING_BYTES_MAX:
                    raise LogInvalidError(self._name, "one tag or text in it is endless")
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            why = f"it is no XML: {expat.errors.messages.get(error.code, 'malformed')}"
            raise LogInvalidError(self._name, why, line=error.lineno) from error
        except (LookupError, ValueError) as error:
            # What `expat` leaves to Python's codecs, it does not wrap.
            raise LogInvalidError(self._name, "it declares an encoding unknown here") from error
        return tuple(self.cases)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._pending_bytes = 0
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            self._refuse()
        if not self._root:
            self._root = tag
            if tag not in {"testsuites", "testsuite", "testcase"}:
                raise LogInvalidError(self._name, f"its root is <{tag}>, expected <testsuites>")
        if tag == "testcase":
            self._case = _Reading(
                name=attributes.get("name", "")[:_NAME_LENGTH_MAX],
                class_name=attributes.get("classname", "")[:_NAME_LENGTH_MAX],
                file=attributes.get("file", "")[:_NAME_LENGTH_MAX],
                line=self._parser.CurrentLineNumber,
            )
        elif self._case is not None and tag in _FAILED | _FLAKY:
            self._inside = tag
            case = self._case
            case.has_failed = case.has_failed or tag in _FAILED
            case.is_flaky = case.is_flaky or tag in _FLAKY
            case.message = case.message or attributes.get("message", "")[:_NAME_LENGTH_MAX]
            case.kind = case.kind or attributes.get("type", "")[:_NAME_LENGTH_MAX]

    def _text(self, text: str) -> None:
        if self._case is not None and self._inside:
            text = text[: min(TEXT_LENGTH_MAX - self._case.length, self._length_left)]
            self._case.texts.append(text)
            self._case.length += len(text)
            self._length_left -= len(text)

    def _end(self, tag: str) -> None:
        self._pending_bytes = 0
        self._depth -= 1
        if tag == self._inside:
            self._inside = ""
        if tag == "testcase" and self._case is not None:
            case, self._case = self._case, None
            if (case.has_failed or case.is_flaky) and len(self.cases) < CASES_MAX:
                self.cases.append(_case(case))

    def _refuse(self, *_: object) -> None:
        raise LogInvalidError(self._name, "it declares a document type, or nests too deep")


def read_junit(parts: Iterable[bytes], name: str) -> tuple[FailedCase, ...]:
    """Return the failed cases of a report that comes in parts; of very many, the first.

    Raises:
        LogInvalidError: it is no JUnit XML.
    """
    return _Reader(name).feed(parts)


def _case(case: _Reading) -> FailedCase:
    message = case.message or case.kind
    if case.kind and case.message and not case.message.startswith(case.kind):
        message = f"{case.kind}: {case.message}"
    return FailedCase(
        name=case.name,
        class_name=case.class_name,
        file=case.file,
        line=case.line,
        message=message,
        text="".join(case.texts),
        is_flaky=case.is_flaky and not case.has_failed,
    )
