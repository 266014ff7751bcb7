"""What a log says about why its job failed: lines, step, tools, tests, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.extraction.blocks import Block, choose_blocks
from curricle.extraction.green import template_of
from curricle.extraction.names import find_files, find_test
from curricle.extraction.project import find_project
from curricle.extraction.scanning import Hit, find_candidates, find_hits
from curricle.extraction.tools import find_tools
from curricle.logs.steps import Step, find_failed_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from curricle.extraction.sign import Kind
    from curricle.logs.held import HeldLog

CANDIDATES_MAX: Final = 24_000
"""Of more telling lines the first and the last are looked at."""
AROUND_LINES: Final = 100
"""So many lines before and after a failure may tell what it is about."""
_STEP_TAIL: Final = 80
_FILES_MAX: Final = 10
_TESTS_MAX: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a log, clean."""

    number: int
    """From 1."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureBlock:
    """Lines that tell of one failure."""

    first: int
    """Number of the first line in the log."""
    last: int
    sign: str
    tool: str
    kind: Kind
    key: Line
    """The line that bears the sign."""
    lines: tuple[Line, ...]
    is_main: bool
    """Whether it belongs to the failure that says why the job failed, not to another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why a job failed, as far as its log tells."""

    blocks: tuple[FailureBlock, ...]
    """The most telling first; empty when no line tells."""
    surroundings: tuple[Line, ...]
    """The last lines of the failed step, or of the log."""
    around: tuple[Line, ...] = ()
    """The lines of the failure itself with those before and after it."""
    step_command: str
    exit_code: int | None
    tools: frozenset[str]
    tests: tuple[str, ...]
    files: tuple[str, ...]
    test_file: str | None
    project: str
    """The project's name as the log tells it, or nothing."""


def find_failure(held: HeldLog, green: AbstractSet[int] = frozenset()) -> Failure:
    """Return what a log says about its job's failure.

    `green` are templates of lines that do not count, as `green.py` learnt them.
    """
    lines = held.lines
    candidates = _bounded(list(find_candidates(held.text)))
    steps = find_failed_steps(lines, candidates)
    wanted = set(candidates)
    for step in steps:
        wanted.update(range(max(step.first, step.last - _STEP_TAIL), step.last))
    if not steps:
        wanted.update(range(max(0, len(lines) - _STEP_TAIL), len(lines)))
    hits = find_hits(lines, sorted(wanted))
    is_green = (
        frozenset(
            index
            for index in _concerned(hits, steps, len(lines))
            if template_of(lines[index]) in green
        )
        if green
        else frozenset()
    )
    blocks, main = choose_blocks(lines, hits, steps, is_green)
    count = len(main)
    found = tuple(_failure_block(held, block, at < count) for at, block in enumerate(blocks))
    return _failure(held, found, hits, steps, _around(held, main))


def _bounded(candidates: list[int]) -> list[int]:
    if len(candidates) <= CANDIDATES_MAX:
        return candidates
    half = CANDIDATES_MAX // 2
    return [*candidates[:half], *candidates[-half:]]


def _concerned(hits: Sequence[Hit], steps: Sequence[Step], count: int) -> Iterable[int]:
    yield from (hit.index for hit in hits)
    ends = [step.last for step in steps] or [count]
    for end in ends:
        yield from range(max(0, end - _STEP_TAIL), end)


def _failure_block(held: HeldLog, block: Block, is_main: bool) -> FailureBlock:  # noqa: FBT001
    lines = tuple(
        Line(number=held.numbers[index], text=_text(held.lines[index]))
        for index in range(block.first, block.last + 1)
    )
    return FailureBlock(
        first=lines[0].number,
        last=lines[-1].number,
        sign=block.sign,
        tool=block.tool,
        kind=block.kind,
        key=lines[block.at - block.first] if block.first <= block.at <= block.last else lines[0],
        lines=lines,
        is_main=is_main,
    )


def _around(held: HeldLog, blocks: Sequence[Block]) -> tuple[Line, ...]:
    indexes: set[int] = set()
    for block in blocks:
        indexes.update(range(block.first - AROUND_LINES, block.last + AROUND_LINES + 1))
    return tuple(
        Line(number=held.numbers[index], text=_text(held.lines[index]))
        for index in sorted(indexes)
        if 0 <= index < len(held.lines)
    )


def _failure(
    held: HeldLog,
    blocks: tuple[FailureBlock, ...],
    hits: Sequence[Hit],
    steps: Sequence[Step],
    around: tuple[Line, ...],
) -> Failure:
    key = blocks[0].key.number if blocks else 0
    step = next(
        (s for s in steps if held.numbers[s.first] <= key <= held.numbers[s.last]),
        steps[0] if steps else None,
    )
    end = step.last + 1 if step else len(held.lines)
    start = max(step.first if step else 0, end - _STEP_TAIL)
    tests: dict[str, None] = {}
    test_file: str | None = None
    main = [block for block in blocks if block.is_main]
    for block in main:
        texts = [line.text for line in block.lines]
        for place in _telling_places(block):
            test, file = find_test(block.sign, texts[place], texts[place + 1 :])
            test_file = test_file or file
            if test:
                tests.setdefault(test)
    files = find_files((line.text for block in main for line in block.lines), limit=_FILES_MAX)
    return Failure(
        blocks=blocks,
        surroundings=tuple(
            Line(number=held.numbers[index], text=_text(held.lines[index]))
            for index in range(start, end)
        ),
        around=around,
        step_command=step.command if step else "",
        exit_code=step.exit_code if step else None,
        tools=find_tools(hits, step.command if step else "", held.text),
        tests=tuple(tests)[:_TESTS_MAX],
        files=files,
        test_file=test_file,
        project=find_project(held.text),
    )


def _telling_places(block: FailureBlock) -> Iterable[int]:
    key = block.lines.index(block.key)
    yield key
    yield from (place for place in range(len(block.lines)) if place != key)


def _text(line: bytes) -> str:
    return line.decode(errors="replace")
