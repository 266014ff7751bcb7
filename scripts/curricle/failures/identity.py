"""The identity of a failure in a log, across runs, runners and shifted lines. Pure.

A readable prefix, `tool-what:file:test`, and a digest of what the failure says, masked. The
identity of a typed failure of our own: `fingerprint.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.canonical import sha256_hex
from curricle.extraction.sign import Kind
from curricle.failures.bucket import Bucket
from curricle.failures.fingerprint import with_digest
from curricle.failures.masking import mask_line, without_logger
from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from curricle.extraction.failure import Failure, FailureBlock, Line

_CORE_LENGTH_MAX: Final = 240
_PART_LENGTH_MAX: Final = 80
_EXCEPTION: Final = re.compile(
    r"\(?\b((?:[A-Za-z_]\w*[.:]{1,2})*[A-Z]\w*(?:Error|Exception|Failure|Failed|Fault|Timeout|NotFound|InUse"
    r"|Conflict|Denied|Refused|Exceeded|Interrupt|Unavailable|Violation|Abort|Panic"
    r"|Exit))\b\)?(?=:? |:|$)"
)
_MESSAGE: Final = re.compile(
    r"(?i)\b(error|fail(ed|ure|s)?|fatal|panic|assert\w*|expected|cannot|can't|could not"
    r"|unable|invalid"
    r"|undefined|missing|denied|refused|timed? ?out|not found|no such|exceeded|unexpected"
    r"|mismatch)\b"
)
_HEADER: Final = re.compile(r"Traceback \(most recent|^[-=_*#.\s]*$|^(FAIL|ERROR)$|^Caused by:$")
_FOLDED: Final = "Traceback (most recent call last):\\n"
_OPEN: Final = (":", "!", "(", ",")
_FRAME: Final = re.compile(
    r'^\s*(at |File "|in |from |\.\.\. \d+|#\d+ |\^|\d+ \||\|)|^\s*[-~^|]+\s*$'
)
_TEST_FILE: Final = re.compile(
    r"(?i)(?:test|spec)[^/]*$|(?:^|/)(?:t|tests?|specs?|e2e|__tests__)/[^/]*$"
)
_PYTEST_ERROR: Final = re.compile(r"^E +(?=\S)")
_TIMEOUT: Final = re.compile(r"(?i)\btimed? ?-?out\b|timeout|deadline exceeded")
_ANONYMOUS: Final = frozenset({Kind.EXCEPTION, Kind.GENERIC, Kind.TAIL, Kind.LIMIT, Kind.STEP})
"""Kinds of lines that more than one sign finds, so that the tool says nothing about them."""
_NAMELESS: Final = frozenset({"any", "ci", "shell", "lint"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What makes two failures the same."""

    prefix: str
    facts: tuple[str, ...]
    """What the digest is of: the tool and kind, the file, the test, what was said."""

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint, such as `go-test:-:TestSum@v1-0f3a…`."""
        return with_digest(self.prefix, sha256_hex("\0".join(self.facts).encode()))


def identity_of(failure: Failure, bucket: Bucket) -> Identity:
    """Return the identity of a failure; all failures that say nothing have the same.

    What names neither a test nor a file is told apart by project, unless it is a fault of what many
    projects share: an outage is one, wherever it strikes.
    """
    if not failure.blocks:
        return Identity(prefix="unknown:-:-", facts=("unknown",))
    block = failure.blocks[0]
    core = core_of(block)
    what = _what(block, core)
    file = _file(failure, block)
    test = mask_line(failure.tests[0]) if failure.tests else ""
    is_shared = bool(file or test) or bucket is Bucket.INFRA_FAULT
    return Identity(
        prefix=":".join((_name(block, what), _part(file), _part(test))),
        facts=(
            "test" if block.kind is Kind.TEST else what,
            file,
            test,
            "" if is_shared else failure.project,
            *core,
        ),
    )


def _name(block: FailureBlock, what: str) -> str:
    return what if block.kind in _ANONYMOUS or block.tool in _NAMELESS else f"{block.tool}-{what}"


def telling_line(block: FailureBlock) -> Line:
    """Return the line of a block that says most: of a test, what it threw or what it expected."""
    if block.kind is not Kind.TEST:
        return block.key
    place = block.lines.index(block.key)
    after = [line for line in block.lines[place + 1 :] if not _FRAME.search(line.text)]
    for is_telling in (_PYTEST_ERROR.search, _thrown, _MESSAGE.search):
        found = next((line for line in after if is_telling(line.text)), None)
        if found is not None:
            return found
    return block.key


def core_of(block: FailureBlock) -> tuple[str, ...]:
    """Return what a failure says, masked: the message without frames, sources and headers."""
    lines = [without_logger(line.text) for line in block.lines]
    said = [line for line in lines if not _HEADER.search(line) and not _FRAME.search(line)]
    errors = [_PYTEST_ERROR.sub("", line) for line in said if _PYTEST_ERROR.search(line)]
    thrown = [found for line in errors[:1] or said if (found := _thrown(line))]
    folded = [found for line in lines if _FOLDED in line and (found := _last_thrown(line))]
    if folded and not thrown:
        return (folded[-1],)
    if thrown:
        return (thrown[-1] if block.sign == "python-traceback" else thrown[0],)
    if errors:
        return _masked(errors[:1])
    key = without_logger(block.key.text)
    if block.kind is Kind.TEST:
        after = [line for line in _after_key(block, lines) if not _FRAME.search(line)]
        telling = [line for line in after if _MESSAGE.search(line)] or after
        return _masked(telling[:1] or [key])
    if _MESSAGE.search(key) and not key.rstrip().endswith(_OPEN):
        return _masked([key])
    after = [line for line in _after_key(block, lines) if not _FRAME.search(line)]
    telling = [line for line in after if _MESSAGE.search(line)] or after
    return _masked([key, *telling[:1]])


def _last_thrown(line: str) -> str:
    """Return what a traceback folded into one line ends in."""
    places = [found.start() for found in _EXCEPTION.finditer(line)]
    tail = [found for place in places if (found := _thrown(line[place:]))]
    named = [text for text in tail if not text.endswith((": ", ":"))]
    return named[0] if named else ""


def _thrown(line: str) -> str:
    """Return what a line throws, from the exception's name on; empty where it throws nothing."""
    found = _EXCEPTION.search(line)
    if not found:
        return ""
    name = found[1].rpartition(".")[2]
    message = line[found.end() :].lstrip(": )")
    inner = _EXCEPTION.match(message)
    if inner:
        name, message = inner[1].rpartition(".")[2], message[inner.end() :].lstrip(": )")
    return mask_line(f"{name}: {message}")[:_CORE_LENGTH_MAX]


def _after_key(block: FailureBlock, lines: Sequence[str]) -> list[str]:
    place = block.lines.index(block.key)
    return [line for line in lines[place + 1 :] if line.strip() and not _HEADER.search(line)]


def _masked(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(mask_line(line)[:_CORE_LENGTH_MAX] for line in lines)


def _what(block: FailureBlock, core: Sequence[str]) -> str:
    text = core[0] if core else ""
    if _TIMEOUT.search(text):
        return "timeout"
    found = _EXCEPTION.match(text)
    if found:
        return found[1].lower()
    return block.kind.value


def _file(failure: Failure, block: FailureBlock) -> str:
    """Return the file that the failure is of, by its name: of the test, or of what is wrong."""
    if failure.test_file:
        return failure.test_file.rpartition("/")[2]
    files: Iterable[str] = failure.files
    if block.kind is Kind.TEST:
        files = filter(_TEST_FILE.search, files)
    elif block.kind not in {Kind.COMPILE, Kind.LINT}:
        return ""
    return next(iter(files), "").rpartition("/")[2]


def _part(text: str) -> str:
    return one_line(text, _PART_LENGTH_MAX).replace(":", "_").replace("@", "_") or "-"
