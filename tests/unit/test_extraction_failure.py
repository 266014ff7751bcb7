from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.extraction.failure import Failure, find_failure
from curricle.extraction.green import learn_green
from curricle.extraction.names import find_files, find_test, relative
from curricle.extraction.scanning import find_candidates, find_sign
from curricle.extraction.signs import SIGNS
from curricle.logs.held import hold_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SILENT: Final = Failure(
    blocks=(),
    surroundings=(),
    step_command="",
    exit_code=None,
    tools=frozenset(),
    tests=(),
    files=(),
    test_file=None,
    project="",
)
NOISE: Final = "".join(f"compiled src/part_{number}.c\n" for number in range(40))


def failure_of(text: str, green: Iterable[str] = ()) -> Failure:
    held = hold_log([text.encode(errors="replace")], find_candidates)
    return find_failure(held, learn_green([log.encode()] for log in green))


def said(failure: Failure) -> list[str]:
    return [line.text for block in failure.blocks if block.is_main for line in block.lines]


def test_a_log_without_lines_names_no_failure() -> None:
    assert failure_of("") == SILENT


def test_blank_lines_name_no_failure() -> None:
    assert failure_of("\n\n   \n").blocks == ()


GREEN_LINES = [
    "0 errors, 0 warnings",
    "Tests run: 10, Failures: 0, Errors: 0, Skipped: 0",
    "12 passed, 0 failed in 3.1s",
    "test result: ok. 12 passed; 0 failed; 0 ignored",
    "no errors found",
    "Failed: 0",
    "checking for error_at_line... no",
    "npm warn deprecated rimraf@3.0.2: no longer supported",
    "  -fno-exceptions -Werror -Wall",
    "ok   errors/errors_test.go 0.01s",
    "test tests::error_is_shown ... ok",
    "PASS src/error.test.ts",
    "# fail 0",
    "go: downloading github.com/pkg/errors v0.9.1",
    "not ok 3 - not written yet # TODO later",
]


@pytest.mark.parametrize("line", GREEN_LINES)
def test_what_every_green_job_prints_is_no_failure(line: str) -> None:
    real = "src/sum.c:3:5: error: expected ';' before 'return'"
    failure = failure_of(f"{NOISE}{line}\n{NOISE}{real}\n{NOISE}{line}\n")
    assert said(failure) == [real]
    sign = find_sign(line.encode())
    assert sign is None or sign.weight < 60


def test_what_the_green_runs_of_a_job_print_too_does_not_count() -> None:
    known = "ERROR: cannot reach the licence server 10.0.0.7, going on"
    log = f"{NOISE}{known}\n{NOISE}Error: the till is jammed\n{NOISE}"
    earlier = known.replace("10.0.0.7", "10.0.0.9")
    assert known in said(failure_of(f"{NOISE}{known}\n{NOISE}"))
    failure = failure_of(log, [f"{NOISE}{earlier}\n{NOISE}"])
    assert said(failure) == ["Error: the till is jammed"]
    assert all(block.key.text != known for block in failure.blocks)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["newline", "both", "return"])
def test_green_logs_are_learnt_however_their_lines_end(ending: str) -> None:
    known = "ERROR: cannot reach the licence server"
    green = f"2026-11-20T08:15:02.1234567Z {known}{ending}ok{ending}"
    failure = failure_of(f"{known}\nError: the till is jammed\n", [green])
    assert said(failure) == ["Error: the till is jammed"]


def test_green_logs_come_in_parts_that_end_anywhere() -> None:
    text = b"one\ntwo errors\r\nthree\n" + b"x" * (3 << 20) + b"\nfour\n"
    whole = learn_green([[text]])
    for size in (1 << 20, 7919):
        parts = [text[start : start + size] for start in range(0, len(text), size)]
        assert learn_green([parts]) == whole


def test_a_green_line_without_an_end_needs_no_memory() -> None:
    tracemalloc.start()
    learn_green([(b"x" * (1 << 20) for _ in range(200))])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


ERRORS = {
    "the same error": lambda number: f"error: cannot read part {number}",
    "errors of a compiler": lambda number: f"src/a{number}.c:3:5: error: expected ';'",
    "failed tests": lambda number: f"--- FAIL: Test{number} (0.00s)",
    "tracebacks": lambda _: "Traceback (most recent call last):",
    "indented crosses": lambda number: f"   × part {number} 3ms",
    "numbered": lambda number: f"  {number}) part is broken",
}


@pytest.mark.parametrize("line", ERRORS.values(), ids=ERRORS)
def test_a_million_errors_are_read_in_seconds_and_told_in_few_lines(
    line: Callable[[int], str],
) -> None:
    block = "\n".join(map(line, range(10_000))).encode() + b"\n"
    began = time.process_time()
    held = hold_log([block] * 100, find_candidates)
    failure = find_failure(held)
    assert time.process_time() - began < 5
    assert failure.blocks
    assert held.line_count == 1_000_000
    assert len(failure.tests) <= 20
    assert len(failure.files) <= 10
    assert sum(len(block.lines) for block in failure.blocks) < 25_000
    assert len(held.text) < 14 << 20


def test_where_no_line_tells_the_last_lines_of_the_step_are_told() -> None:
    log = (
        "travis_time:start:1\n$ ./ci.sh\nsold 3 cups\nsold 4 cups\n"
        'The command "./ci.sh" exited with 3.\n'
    )
    failure = failure_of(log)
    assert said(failure) == ["sold 3 cups", "sold 4 cups"]
    assert (failure.step_command, failure.exit_code) == ("./ci.sh", 3)
    assert [line.number for line in failure.surroundings] == [1, 2, 3, 4, 5]


def test_a_failure_in_the_step_that_failed_counts_before_one_outside() -> None:
    other = "src/other.c:1:1: error: expected ')'"
    log = (
        f'travis_time:start:1\n$ make\n{other}\nThe command "make" exited with 0.\n{NOISE}'
        "travis_time:start:2\n$ make test\nsrc/sum.c:3:5: error: expected ';'\n"
        'The command "make test" exited with 2.\n'
    )
    failure = failure_of(log)
    assert said(failure)[0] == "src/sum.c:3:5: error: expected ';'"
    assert other not in said(failure)


def test_a_step_that_printed_nothing_has_no_last_lines() -> None:
    failure = failure_of('The command "./ci.sh" exited with 3.\n12 passed\n')
    assert failure.exit_code == 3
    assert all(1 <= block.first <= block.last <= 2 for block in failure.blocks)


def test_the_first_of_several_failures_leads() -> None:
    log = "".join(
        f"--- FAIL: Test{name} (0.00s)\n    sum_test.go:{line}: got 3, want 4\n"
        for line, name in enumerate(("Adds", "Subtracts", "Divides"), start=3)
    )
    assert failure_of(log).tests == ("TestAdds", "TestSubtracts", "TestDivides")


def test_lines_around_a_failure_are_known_within_the_log() -> None:
    log = f"{NOISE}src/sum.c:3:5: error: expected ';'\n{NOISE}"
    around = failure_of(log).around
    assert [line.number for line in around] == list(range(1, 82))


PATHS = {
    "/home/runner/work/shop/shop/src/sum.py": "src/sum.py",
    "/home/travis/build/acme/shop/src/sum.py": "src/sum.py",
    "/builds/acme/shop/src/sum.py": "src/sum.py",
    "D:\\a\\shop\\shop\\src\\sum.py": "src/sum.py",
    "/Users/runner/work/shop/shop/src/sum.py": "src/sum.py",
    "/__w/shop/shop/src/sum.py": "src/sum.py",
    "./src/sum.py": "src/sum.py",
    "/home/circleci/project/src/sum.py": "src/sum.py",
    "src/sum.py": "src/sum.py",
    "/opt/shop/sum.py": "/opt/shop/sum.py",
}


@pytest.mark.parametrize(("path", "inside"), PATHS.items())
def test_a_path_is_told_as_it_stands_in_the_repository(path: str, inside: str) -> None:
    assert relative(path) == inside
    assert find_files([f"error in {path}:3: no"], limit=9) == (inside,)


def test_files_of_others_are_left_out() -> None:
    lines = [
        "at x (node_modules/jest/build/index.js:3:1)",
        'File "/usr/lib/python3.12/json/decoder.py", line 3',
        'File "/opt/venv/lib/python3.12/site-packages/yaml/reader.py", line 3',
        "at run (node:internal/process/task_queues.js:3:1)",
        "at f (/src/till.js:3:1) and https://example.org/a.html",
    ]
    assert find_files(lines, limit=9) == ("/src/till.js",)
    assert find_files([f"a{number}.py:1" for number in range(99)], limit=5) == (
        *[f"a{number}.py" for number in range(5)],
    )


SPREAD = {
    "one line": (["  1) Sum adds:"], "Sum adds"),
    "one line without a colon": (["  1) Sum adds"], "Sum adds"),
    "a group": (["  1) Sum", "       adds:"], "Sum adds"),
    "two groups": (["  1) Sum", "       of prices", "         adds tax:", "", "  x:"], None),
    "no colon": (["  1) Sum", "       adds", "", "   Error:"], "Sum"),
}


@pytest.mark.parametrize(("lines", "name"), SPREAD.values(), ids=SPREAD)
def test_the_name_of_a_test_may_be_spread_over_lines(lines: list[str], name: str | None) -> None:
    found, _ = find_test("mocha-failure", lines[0], lines[1:])
    assert found == (name or "Sum of prices adds tax")


@given(
    st.lists(
        st.one_of(
            st.sampled_from([sign.example for sign in SIGNS]),
            st.sampled_from(["", "    at f (a.js:1:2)", "ok", "  ^~~~", "| x", "E   ", "\tat a.B"]),
            st.text(max_size=20),
        ),
        max_size=30,
    )
)
def test_any_log_has_blocks_within_it_that_do_not_overlap(lines: list[str]) -> None:
    text = "\n".join(lines)
    held = hold_log([text.encode(errors="replace")], find_candidates)
    failure = find_failure(held)
    taken: set[int] = set()
    for block in failure.blocks:
        numbers = [line.number for line in block.lines]
        assert numbers == list(range(block.first, block.last + 1))
        assert 1 <= block.first <= block.last <= held.line_count
        assert block.key in block.lines
        assert not taken & set(numbers)
        taken |= set(numbers)
    assert failure == find_failure(held)
    assert not failure.blocks or failure.blocks[0].is_main
