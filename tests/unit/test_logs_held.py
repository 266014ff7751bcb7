from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import ROOT
from curricle.extraction.scanning import find_candidates
from curricle.logs.held import WHOLE_BYTES, hold_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curricle.logs.held import HeldLog

ENDINGS: Final = re.compile(rb"\r\n|\r|\n")
PART_BYTES: Final = 1 << 20


def find_index(held: HeldLog, number: int) -> int | None:
    return held.numbers.index(number) if number in held.numbers else None


def held(*parts: bytes) -> HeldLog:
    return hold_log(parts, find_candidates)


def raw_lines(log: HeldLog) -> list[bytes]:
    return [log.lines.raw(index) for index in range(len(log.lines))]


def split(text: bytes) -> list[bytes]:
    lines = ENDINGS.split(text)
    return lines[:-1] if not lines[-1] else lines


def in_parts(text: bytes, size: int = PART_BYTES) -> Iterable[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


ENDED = {
    "newlines": (b"a\nb\n", [b"a", b"b"]),
    "no newline at the end": (b"a\nb", [b"a", b"b"]),
    "returns and newlines": (b"a\r\nb\r\n", [b"a", b"b"]),
    "a progress bar": (b" 10%\r 50%\r100%\ndone\n", [b" 10%", b" 50%", b"100%", b"done"]),
    "a return at the end": (b"a\r", [b"a"]),
    "returns only": (b"a\r\r\rb", [b"a", b"", b"", b"b"]),
    "two returns and a newline": (b"a\r\r\nb", [b"a", b"", b"b"]),
    "newline before return": (b"a\n\rb", [b"a", b"", b"b"]),
    "empty lines": (b"\n\na\n\n", [b"", b"", b"a", b""]),
}


@pytest.mark.parametrize(("text", "lines"), ENDED.values(), ids=ENDED)
def test_a_return_a_newline_and_both_together_end_a_line(text: bytes, lines: list[bytes]) -> None:
    for size in (1, 2, 3, 100):
        log = hold_log(in_parts(text, size), find_candidates)
        assert raw_lines(log) == lines
        assert (log.line_count, log.is_whole) == (len(lines), True)
        assert list(log.numbers) == list(range(1, len(lines) + 1))


@given(
    st.lists(
        st.sampled_from([b"\r", b"\n", b"\r\n", b"x", b" error: y ", b"\x00", b"\xe2\x9c\x97"]),
        max_size=60,
    ),
    st.integers(1, 9),
)
def test_numbers_of_lines_are_those_of_the_log_however_it_comes(
    pieces: list[bytes], size: int
) -> None:
    text = b"".join(pieces)
    log = hold_log(in_parts(text, size), find_candidates)
    assert raw_lines(log) == split(text)
    assert log.line_count == len(split(text))


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_no_byte_is_lost_of_a_short_log(parts: list[bytes]) -> None:
    text = b"".join(parts)
    log = held(*parts)
    assert log.text == b"".join(line + b"\n" for line in split(text))
    assert log.size_bytes == len(ENDINGS.sub(b"\n", text))


def long_log(line_count: int, failures: dict[int, bytes], *, width: int = 90) -> Iterator[bytes]:
    """Yield a log of numbered lines, some of them failures, in parts that end anywhere."""
    lines: list[bytes] = []
    for number in range(1, line_count + 1):
        line = failures.get(number, b"compiled %d" % number)
        lines.append(line.ljust(width, b".") + (b"\r\n" if number % 3 else b"\n"))
        if len(lines) * width >= PART_BYTES:
            text = b"".join(lines)
            yield text[:-1]
            lines = [text[-1:]]
    yield b"".join(lines)


def test_a_long_log_keeps_its_beginning_its_end_and_the_surroundings_of_a_failure() -> None:
    count, at = 400_000, 203_517
    log = hold_log(long_log(count, {at: b"src/a.c:3: error: no such thing"}), find_candidates)
    assert log.size_bytes > WHOLE_BYTES * 2
    assert not log.is_whole
    assert log.line_count == count
    numbers = list(log.numbers)
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1], len(numbers)) == (1, count, len(log.lines))
    kept = dict(zip(numbers, raw_lines(log), strict=True))
    assert kept[at].startswith(b"src/a.c:3: error: no such thing")
    assert set(range(at - 20, at + 60)) <= kept.keys()
    for number, line in kept.items():
        assert number == at or line.startswith(b"compiled %d." % number)
    assert len(log.text) < WHOLE_BYTES


def test_where_a_line_stands_is_found_by_its_number_or_it_was_let_go() -> None:
    log = hold_log(long_log(400_000, {}), find_candidates)
    index = find_index(log, 399_999)
    assert index is not None
    assert log.lines[index].startswith(b"compiled 399999.")
    assert find_index(log, 200_000) is None
    assert find_index(log, 400_001) is None


@pytest.mark.parametrize("width", [300, 3_000, 30_000], ids=lambda width: f"{width} bytes a line")
def test_a_failure_among_long_lines_is_kept_too(width: int) -> None:
    count = WHOLE_BYTES * 3 // width
    at = count // 2
    log = hold_log(long_log(count, {at: b"error: lost"}, width=width), find_candidates)
    index = find_index(log, at)
    assert index is not None
    assert log.lines[index].startswith(b"error: lost")
    following = find_index(log, at + 1)
    assert following is not None
    assert log.lines[following].startswith(b"compiled %d." % (at + 1))


@settings(max_examples=6, deadline=None)
@given(
    st.sets(st.integers(1, 300_000), max_size=12),
    st.integers(60, 140),
)
def test_every_failure_of_a_long_log_is_kept_under_its_number(places: set[int], width: int) -> None:
    failures = {place: b"error: number %d " % place for place in places}
    log = hold_log(long_log(300_000, failures, width=width), find_candidates)
    for place in places:
        index = find_index(log, place)
        assert index is not None
        assert log.lines[index].startswith(b"error: number %d ." % place)


def test_a_line_of_fifty_megabytes_is_one_line_and_is_cut() -> None:
    blob = b"A" * (50 << 20)
    parts = [b"first\nerror: ", *in_parts(blob), b"\nlast\n"]
    log = hold_log(parts, find_candidates)
    assert log.line_count == 3
    assert log.lines[0] == b"first"
    assert log.lines[1].startswith(b"error: AAAA")
    assert (log.lines[-1], log.numbers[-1]) == (b"last", 3)
    assert len(log.text) < 4 << 20


MEMORY: Final = """
import sys, tracemalloc
from curricle.extraction.scanning import find_candidates
from curricle.logs.held import hold_log
list(find_candidates(b""))
tracemalloc.start()
line = sys.argv[1].encode().decode("unicode_escape").encode()
block = line * ((1 << 20) // len(line))
log = hold_log((bytes(bytearray(block)) for _ in range(60)), find_candidates)
print(log.size_bytes >> 20, len(log.text) >> 20, tracemalloc.get_traced_memory()[1] >> 20)
"""
ENDLESS = {
    "nothing telling": "compiled another of very many files\\n",
    "an error in every line": "error: this happens again and again\\n",
    "one line without an end": "x",
    "a progress bar": "downloading 12 of 4000\\r",
    "empty lines": "\\n",
}


@pytest.mark.parametrize("line", ENDLESS.values(), ids=ENDLESS)
def test_memory_stays_bounded_however_long_the_log(line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, line],
        env={"PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=True,
    )
    size, kept, used = map(int, done.stdout.split())
    assert size >= (0 if line == "x" else 59)
    assert kept <= 20
    assert used < 400
