"""Takes the secrets out of a failure before anything is made of it.

So neither a pack nor a fingerprint, a decision or an explanation can hold one, or depend on one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from curricle.redaction.redactor import Redactor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from curricle.extraction.failure import Failure, FailureBlock, Line

_KEY_BEGINS: Final = "-----BEGIN"
_KEY_ENDS: Final = "-----END"
_KEY_MARK: Final = "[redacted:private-key]"


def without_secrets(failure: Failure, credentials: Collection[str] = ()) -> Failure:
    """Return a failure whose texts hold no secret; lines and their numbers stay.

    `credentials` are values that are masked wherever they stand. What one line tells to be a secret
    is masked in all.
    """
    redactor = Redactor(credentials)
    for text in _texts(failure):
        redactor.learn(text)
    return replace(
        failure,
        blocks=tuple(_block(block, redactor) for block in failure.blocks),
        surroundings=_lines(failure.surroundings, redactor),
        around=_lines(failure.around, redactor),
        step_command=redactor.redact(failure.step_command),
        tests=tuple(redactor.redact(test) for test in failure.tests),
        files=tuple(redactor.redact(file) for file in failure.files),
        test_file=redactor.redact(failure.test_file) if failure.test_file else None,
    )


def _texts(failure: Failure) -> Iterator[str]:
    for lines in (failure.surroundings, failure.around):
        yield "\n".join(line.text for line in lines)
    for block in failure.blocks:
        yield "\n".join(line.text for line in block.lines)
    yield failure.step_command
    yield from failure.tests


def _block(block: FailureBlock, redactor: Redactor) -> FailureBlock:
    lines = _lines(block.lines, redactor)
    return replace(block, lines=lines, key=lines[block.lines.index(block.key)])


def _lines(lines: tuple[Line, ...], redactor: Redactor) -> tuple[Line, ...]:
    texts = redactor.redact("\n".join(line.text for line in lines)).split("\n")
    if len(texts) != len(lines):
        # A private key became one mark, and each line has to keep its number.
        texts = list(_one_by_one(lines, redactor))
    return tuple(
        line if text == line.text else replace(line, text=text)
        for line, text in zip(lines, texts, strict=True)
    )


def _one_by_one(lines: tuple[Line, ...], redactor: Redactor) -> Iterator[str]:
    is_key = False
    for line in lines:
        is_key = is_key or _KEY_BEGINS in line.text
        yield _KEY_MARK if is_key else redactor.redact(line.text)
        is_key = is_key and _KEY_ENDS not in line.text
