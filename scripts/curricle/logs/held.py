"""What of a log is kept while it streams by: all of it, or of a long one what may matter.

A log up to `WHOLE_BYTES` is kept whole. Of a longer one its beginning and its end are kept, and
from between the lines around those that a caller calls telling. Numbers of lines are those of the
log: a return, a newline and both together each end a line.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, overload

from curricle.logs.cleaning import LINE_BYTES_MAX, clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

WHOLE_BYTES: Final = 12 << 20
BLOCK_BYTES: Final = 2 << 20
_HEAD_BLOCKS: Final = 1
_TAIL_BLOCKS: Final = 2
_BEFORE: Final = 30
_AFTER: Final = 90
_KEPT_BYTES_PER_BLOCK: Final = 32 << 10
_KEPT_BYTES_MAX: Final = 3 << 20
_STRONG_BYTES_MAX: Final = 1 << 20
"""When the middle is full, so much more is kept for what is very telling."""
_STRONG: Final = 64
_RANKED_MAX: Final = 100
"""So many telling lines of a block are weighed."""
_LINE_BYTES_MAX: Final = 64 << 10
"""What a line has beyond it is dropped at once, so that one endless line needs no memory."""


class CleanLines(Sequence[bytes]):
    """The lines of a log, each cleaned when it is first asked for."""

    def __init__(self, raw: Sequence[bytes]) -> None:
        self._raw = raw
        self._clean: dict[int, bytes] = {}

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self._raw)

    def raw(self, index: int) -> bytes:
        """Return a line as it stands in the log."""
        return self._raw[index]

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        """Return one clean line, or some."""
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self._raw)))]
        found = self._clean.get(index)
        if found is None:
            found = self._clean[index] = clean_line(self._raw[index])
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldLog:
    """A log, as much of it as is kept."""

    text: bytes
    """The kept lines, each but the last ending in a newline."""
    lines: CleanLines
    numbers: Sequence[int]
    """For each kept line its number in the log, from 1."""
    line_count: int
    size_bytes: int
    is_whole: bool


def hold_log(
    parts: Iterable[bytes],
    find_telling: Callable[[bytes], Iterable[int]],
    weigh: Callable[[bytes], int] = lambda _: 0,
) -> HeldLog:
    """Keep what matters of a log that comes in parts.

    `find_telling` gives the numbers, from 0, of the telling lines of a text, in order; `weigh` how
    telling one of them is, 0 to 100.
    """
    keeper = _Keeper(find_telling, weigh)
    for block in _blocks(parts):
        keeper.take(block)
    return keeper.held()


class _Keeper:
    """Holds blocks while they come, and lets go of what need not be kept."""

    def __init__(
        self, find_telling: Callable[[bytes], Iterable[int]], weigh: Callable[[bytes], int]
    ) -> None:
        self._find_telling = find_telling
        self._weigh = weigh
        self._head: list[tuple[int, bytes]] = []
        self._middle: list[tuple[int, bytes]] = []
        self._tail: deque[tuple[int, bytes]] = deque()
        self._middle_bytes = 0
        self._line = 1
        self._size_bytes = 0
        self._is_whole = True

    def take(self, block: bytes) -> None:
        """Take the next block, which ends at the end of a line unless it is the last."""
        self._tail.append((self._line, block))
        self._line += block.count(b"\n")
        self._size_bytes += len(block)
        if self._size_bytes <= WHOLE_BYTES:
            return
        while len(self._head) < _HEAD_BLOCKS:
            self._head.append(self._tail.popleft())
        while len(self._tail) > _TAIL_BLOCKS:
            self._is_whole = False
            self._thin(*self._tail.popleft())

    def held(self) -> HeldLog:
        """Return what was kept."""
        texts: list[bytes] = []
        numbers = array("Q")
        for first, text in (*self._head, *self._middle, *self._tail):
            count = text.count(b"\n") + (0 if text.endswith(b"\n") else 1)
            texts.append(text if text.endswith(b"\n") else text + b"\n")
            if not self._is_whole:
                numbers.extend(range(first, first + count))
        joined = b"".join(texts)
        ends_open = bool(self._tail) and not self._tail[-1][1].endswith(b"\n")
        line_count = self._line - (0 if ends_open else 1)
        raw = joined.split(b"\n")[:-1]
        return HeldLog(
            text=joined,
            lines=CleanLines(raw),
            numbers=range(1, line_count + 1) if self._is_whole else numbers,
            line_count=line_count,
            size_bytes=self._size_bytes,
            is_whole=self._is_whole,
        )

    def _thin(self, first: int, block: bytes) -> None:
        """Keep of a block the surroundings of its telling lines, the most telling first."""
        numbers = list(self._find_telling(block))
        is_full = self._middle_bytes >= _KEPT_BYTES_MAX
        if not numbers or self._middle_bytes >= _KEPT_BYTES_MAX + _STRONG_BYTES_MAX:
            return
        lines = block.split(b"\n")
        left = _KEPT_BYTES_PER_BLOCK
        kept: list[tuple[int, int]] = []
        for weight, number in self._ranked(numbers, lines):
            if left <= 0 or (is_full and weight < _STRONG):
                break
            start, end = _free_around(number, len(lines), kept)
            if start > end:
                continue
            if len(_joined(lines[start : end + 1])) > left:
                # Where lines are long, the telling one and what fits after it have to do.
                start, end = number, number + len(_fitting(lines[number : end + 1], left)) - 1
            left -= len(_joined(lines[start : end + 1]))
            kept.append((start, end))
        for start, end in sorted(kept):
            part = _joined(lines[start : end + 1])
            self._middle.append((first + start, part))
            self._middle_bytes += len(part)

    def _ranked(self, numbers: list[int], lines: Sequence[bytes]) -> list[tuple[int, int]]:
        """Return weights and numbers of telling lines; of very many, the first and the last."""
        if len(numbers) > _RANKED_MAX:
            half = _RANKED_MAX // 2
            numbers = [*numbers[:half], *numbers[-half:]]
        weighed = [(self._weigh(lines[number]), number) for number in numbers]
        return sorted(weighed, key=lambda pair: -pair[0])


def _free_around(number: int, count: int, kept: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the first and last line around one that are not kept yet; none if that one is."""
    start, end = max(0, number - _BEFORE), min(count - 1, number + _AFTER)
    for first, last in kept:
        if first <= number <= last:
            return 1, 0
        if last < number:
            start = max(start, last + 1)
        else:
            end = min(end, first - 1)
    return start, end


def _joined(lines: Sequence[bytes]) -> bytes:
    return b"\n".join(line[:LINE_BYTES_MAX] for line in lines)


def _fitting(lines: Sequence[bytes], limit_bytes: int) -> Sequence[bytes]:
    """Return the first of some lines that have so many bytes together, and at least one."""
    size_bytes = 0
    for count, line in enumerate(lines):
        size_bytes += min(len(line), LINE_BYTES_MAX) + 1
        if count and size_bytes > limit_bytes:
            return lines[:count]
    return lines


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks of whole lines, whose only line ending is a newline."""
    pending: list[bytes] = []
    size = 0
    for part in _one_ending(parts):
        pending.append(part)
        size += len(part)
        if size < BLOCK_BYTES:
            continue
        text = b"".join(pending)
        cut = text.rfind(b"\n") + 1
        if cut:
            yield text[:cut]
            text = text[cut:]
        elif len(text) > _LINE_BYTES_MAX:
            text = text[:_LINE_BYTES_MAX]
        pending, size = [text], len(text)
    if rest := b"".join(pending):
        yield rest


def _one_ending(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same text with a newline for each return, alone or before a newline."""
    has_return = False
    for part in parts:
        text = b"\r" + part if has_return else part
        has_return = text.endswith(b"\r")
        if has_return:
            text = text[:-1]
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if text:
            yield text
    if has_return:
        yield b"\n"
