from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.extraction.failure import Failure, find_failure
from curricle.extraction.scanning import find_candidates
from curricle.failures.bucket import Bucket
from curricle.failures.identity import Identity, identity_of
from curricle.failures.rule_file import load_rules
from curricle.logs.held import hold_log
from curricle.printable import has_control_characters
from curricle.triage.judge import Judge
from failed_logs import FAILED_LOGS, FailedLog

JUDGE: Final = Judge(load_rules())


def identity(text: str) -> Identity:
    return JUDGE.of_log(hold_log([text.encode(errors="replace")], find_candidates)).identity


def of_tool(name: str) -> str:
    return FAILED_LOGS[name].text.decode().replace("\r\n", "\n")


CHANGES = {
    "shifted lines": lambda text: "".join(f"compiled src/part_{n}.c\n" for n in range(70)) + text,
    "other line numbers": lambda text: text.replace(":18", ":218").replace("line 18", "line 218"),
    "another day": lambda text: text.replace("2026-11-20", "2027-02-03"),
    "another hour": lambda text: text.replace("T08:15:", "T23:59:"),
    "another runner of GitHub": lambda text: text.replace(
        "/home/runner/work/shop/shop/", "/__w/shop/shop/"
    ),
    "another runner of GitLab": lambda text: text.replace("/builds/acme/shop/", "/builds/a1/shop/"),
    "another runner of Travis": lambda text: text.replace(
        "/home/travis/build/acme/shop/", "/Users/travis/build/acme/shop/"
    ),
    "another commit": lambda text: text.replace("3f2c9a7d51e0b6c4", "0a1b2c3d4e5f6071").replace(
        "3f2c9a7", "0a1b2c3"
    ),
    "other durations": lambda text: re.sub(
        r"\b\d+ ?ms\b", "712ms", text.replace("(0.00s)", "(1.25s)")
    ),
    "other addresses": lambda text: text.replace("0x602000000010", "0x7f0000000020"),
    "another process": lambda text: text.replace("==4127==", "==99==").replace("4127", "99"),
    "colours": lambda text: text.replace("rror", "rr\x1b[31mor\x1b[0m"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
}


@pytest.mark.capability("T16")
@pytest.mark.parametrize("log", FAILED_LOGS.values(), ids=FAILED_LOGS)
@pytest.mark.parametrize("change", CHANGES)
def test_the_same_failure_has_the_same_fingerprint_in_every_run(
    log: FailedLog, change: str
) -> None:
    text = log.text.decode().replace("\r\n", "\n")
    assert identity(CHANGES[change](text)).fingerprint == identity(text).fingerprint


@pytest.mark.capability("T16")
def test_all_failures_of_different_tools_are_told_apart() -> None:
    found = {name: identity(of_tool(name)).fingerprint for name in FAILED_LOGS}
    assert len(set(found.values())) == len(found)


PREFIXES = {
    "playwright": "playwright-timeout:checkout.spec.ts:guest checkout works",
    "pytest": "pytest-assertionerror:test_prices.py:test_tax_is_rounded_half_up",
    "go test": "go-test:price_test.go:TestRoundsHalfUp",
    "mocha": "mocha-assertionerror:basket.js:Basket counts what is in it",
    "rspec": "rspec-test:price_spec.rb:Price#with_tax rounds half up",
    "phpunit": "phpunit-test:PriceTest.php:PriceTest__testRoundsHalfUp",
    "tsc": "tsc-compile:price.ts:-",
    "mypy": "mypy-lint:price.py:-",
    "npm": "npm-tool:-:-",
    "openai": "ratelimiterror:-:-",
}


@pytest.mark.capability("T16")
@pytest.mark.parametrize(("tool", "prefix"), PREFIXES.items(), ids=PREFIXES)
def test_a_fingerprint_can_be_read(tool: str, prefix: str) -> None:
    found = identity(of_tool(tool))
    assert found.prefix == prefix
    assert found.fingerprint.startswith(f"{prefix}@v1-")
    assert len(found.fingerprint) == len(prefix) + len("@v1-") + 12


PYTEST: Final = """\
_____________________ {test} ____________________

    def {test}():
>       assert price() == {number}
E       {error}

tests/{file}:{number}: AssertionError
"""
USUAL: Final = {
    "test": "test_pays",
    "file": "test_till.py",
    "error": "AssertionError: the till is jammed",
    "number": 3,
}
OTHERS = {
    "another message": {"error": "AssertionError: the drawer is open"},
    "another exception": {"error": "KeyError: 'till'"},
    "another test": {"test": "test_pays_twice"},
    "another file": {"file": "test_drawer.py"},
}


@pytest.mark.capability("T16")
@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_another_message_test_or_file_is_another_failure(change: dict[str, str]) -> None:
    usual = identity(PYTEST.format_map(USUAL))
    other = identity(PYTEST.format_map(USUAL | change))
    assert other.fingerprint != usual.fingerprint
    again = identity(PYTEST.format_map(USUAL | change | {"number": 88}))
    assert other.fingerprint == again.fingerprint


GROUPED: Final = """\
  1 failing

  1) {group}
       {name}:

      AssertionError: the till is jammed
      at Context.<anonymous> (test/till.js:9:14)
"""


def test_two_tests_of_one_group_are_two_failures() -> None:
    one = identity(GROUPED.format(group="Till", name="opens"))
    other = identity(GROUPED.format(group="Till", name="closes"))
    assert one.prefix == "mocha-assertionerror:till.js:Till opens"
    assert one.fingerprint != other.fingerprint


CLONED: Final = "Cloning into 'acme/{}'...\n{}\n"


def test_what_names_no_test_and_no_file_is_told_apart_by_project_unless_it_is_an_outage() -> None:
    regression = "Error: the till is jammed"
    one, other = (identity(CLONED.format(name, regression)) for name in ("shop", "bank"))
    assert one.prefix == other.prefix
    assert one.fingerprint != other.fingerprint
    outage = "ERROR: failed to pull image registry.example.org/build: 503"
    one, other = (identity(CLONED.format(name, outage)) for name in ("shop", "bank"))
    assert one.fingerprint == other.fingerprint


def test_all_that_says_nothing_is_one_failure() -> None:
    silent = identity_of(find_failure(hold_log([b"\n"], find_candidates)), Bucket.UNKNOWN)
    assert silent == Identity(prefix="unknown:-:-", facts=("unknown",))
    assert identity("\n\n\n") == silent


ODD = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b[31m\r\n\t\x00:@\u202e\u2028\x7f\x9b/\\")),
    max_size=80,
)


@given(ODD, ODD, ODD)
def test_no_name_puts_an_escape_or_a_new_line_into_a_fingerprint(
    test: str, file: str, error: str
) -> None:
    values = {"test": test, "file": f"{file}/x.py", "error": error, "number": 3}
    logs = (PYTEST.format_map(values), f"FAIL {file} {test} [{file}.phpt]\n", f"error: {error}")
    for text in logs:
        found = identity(text).fingerprint
        assert not has_control_characters(found)
        assert len(found.splitlines()) == 1
        assert found.count(":") == 2
        assert found.count("@") == 1


def test_an_identity_depends_on_nothing_but_the_failure() -> None:
    failure: Failure = find_failure(hold_log([FAILED_LOGS["jest"].text], find_candidates))
    one = identity_of(failure, Bucket.CODE_REGRESSION)
    assert one == identity_of(failure, Bucket.CODE_REGRESSION)
    assert one.facts[:3] == ("test", "basket.test.ts", "Basket › adds an item twice")
