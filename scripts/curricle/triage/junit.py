"""From a JUnit report to the failure that it tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.errors import LogInvalidError
from curricle.extraction.failure import Failure, FailureBlock, Line
from curricle.extraction.names import find_files, relative
from curricle.extraction.sign import Kind
from curricle.logs.cleaning import clean_line
from curricle.logs.junit import read_junit
from curricle.logs.stream import SILENCE_SECONDS
from curricle.triage.log import parts_of_log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curricle.logs.junit import FailedCase

SIGN: Final = "junit-case"
_FLAKY_LINE: Final = "flaky test: it failed, and passed when it was run again"
_LINES_MAX: Final = 400
_FILES_MAX: Final = 10
_TESTS_MAX: Final = 20


def failure_of_report(name: str, silence_seconds: float = SILENCE_SECONDS) -> Failure:
    """Return what a JUnit report tells: each failed case a block, the first one first.

    Raises:
        LogInvalidError: it is no JUnit XML, or no case in it failed.
    """
    found = read_junit(parts_of_log(name, silence_seconds), name)
    # What never passed says more than what passed when it was run again.
    cases = sorted(found, key=lambda case: case.is_flaky)
    if not cases:
        raise LogInvalidError(name, "no test case in it failed")
    blocks = tuple(
        _block(case, is_main=place == 0) for place, case in enumerate(cases[:_TESTS_MAX])
    )
    first = cases[0]
    lines = [line.text for line in blocks[0].lines]
    file = relative(first.file) if first.file else None
    files = find_files([first.file, *lines], limit=_FILES_MAX)
    return Failure(
        blocks=blocks,
        surroundings=(),
        step_command="",
        exit_code=None,
        tools=frozenset({"junit"}),
        tests=tuple(dict.fromkeys(_full_name(case) for case in cases))[:_TESTS_MAX],
        files=files,
        test_file=file,
        project="",
    )


def _block(case: FailedCase, *, is_main: bool) -> FailureBlock:
    lines = tuple(
        Line(number=case.line + place, text=text) for place, text in enumerate(_lines(case))
    )
    return FailureBlock(
        first=case.line,
        last=case.line,
        sign=SIGN,
        tool="junit",
        kind=Kind.TEST,
        key=lines[0],
        lines=lines,
        is_main=is_main,
    )


def _lines(case: FailedCase) -> Iterator[str]:
    yield f"FAILED {_full_name(case)}"
    if case.is_flaky:
        yield _FLAKY_LINE
    told = [*case.message.splitlines(), *case.text.splitlines()][:_LINES_MAX]
    for line in told:
        text = clean_line(line.encode(errors="replace")).decode(errors="replace")
        if text.strip():
            yield text


def _full_name(case: FailedCase) -> str:
    if case.class_name and not case.name.startswith(case.class_name):
        return f"{case.class_name} › {case.name}"
    return case.name or case.class_name or "unnamed"
