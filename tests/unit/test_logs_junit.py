from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.errors import LogInvalidError
from curricle.logs.junit import CASES_MAX, TEXT_LENGTH_MAX, FailedCase, read_junit

if TYPE_CHECKING:
    from collections.abc import Iterable


def cases_of(text: str | bytes, *, part_bytes: int = 1 << 20) -> tuple[FailedCase, ...]:
    data = text.encode() if isinstance(text, str) else text
    parts = [data[start : start + part_bytes] for start in range(0, len(data), part_bytes)]
    return read_junit(parts, "report.xml")


REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all">
  <testsuite name="prices" tests="4">
    <testcase name="adds tax" classname="shop.PriceTest" time="0.1"/>
    <testcase name="rounds half up" classname="shop.PriceTest" file="tests/price_test.py">
      <failure message="11.74 is not 11.75" type="AssertionError">at line 18 &amp; more
<![CDATA[<tail>]]></failure>
      <system-out>error: not this</system-out>
    </testcase>
    <testsuite name="nested">
      <testcase name="reads" classname="shop.StockTest">
        <error type="OSError"/>
      </testcase>
      <testcase name="skipped"><skipped/></testcase>
    </testsuite>
  </testsuite>
</testsuites>
"""


def test_failures_and_errors_are_read_with_where_they_stand() -> None:
    assert cases_of(REPORT) == (
        FailedCase(
            name="rounds half up",
            class_name="shop.PriceTest",
            file="tests/price_test.py",
            line=5,
            message="AssertionError: 11.74 is not 11.75",
            text="at line 18 & more\n<tail>",
            is_flaky=False,
        ),
        FailedCase(
            name="reads",
            class_name="shop.StockTest",
            file="",
            line=11,
            message="OSError",
            text="",
            is_flaky=False,
        ),
    )


def test_a_report_is_the_same_however_it_comes() -> None:
    assert cases_of(REPORT, part_bytes=1) == cases_of(REPORT, part_bytes=7) == cases_of(REPORT)


@pytest.mark.parametrize("tag", ["flakyFailure", "flakyError", "rerunFailure", "rerunError"])
def test_what_passed_when_it_was_run_again_is_flaky(tag: str) -> None:
    inner = f'<{tag} message="no answer" type="java.net.SocketTimeoutException">'
    text = (
        f'<testsuite><testcase name="pays">{inner}<stackTrace>at Pay</stackTrace></{tag}>'
        "</testcase></testsuite>"
    )
    (case,) = cases_of(text)
    assert (case.name, case.is_flaky, case.text) == ("pays", True, "at Pay")
    assert case.message == "java.net.SocketTimeoutException: no answer"


def test_what_failed_again_is_no_flake() -> None:
    (case,) = cases_of(
        '<testcase name="pays"><failure message="a"/><rerunFailure message="b"/></testcase>'
    )
    assert (case.is_flaky, case.message) == (False, "a")


def test_a_message_does_not_repeat_its_type() -> None:
    (case,) = cases_of('<testcase name="x"><failure type="E" message="E: no answer"/></testcase>')
    assert case.message == "E: no answer"


REFUSED = {
    "an entity": '<!DOCTYPE x [<!ENTITY a "b">]><testsuite>&a;</testsuite>',
    "a bomb of entities": "<!DOCTYPE x ["
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 9}">' for n in range(1, 12))
    + "]><testsuite>&a11;</testsuite>",
    "a file as an entity": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite/>',
    "a type of document": "<!DOCTYPE testsuite><testsuite/>",
    "deep nesting": "<testsuite>" * 201,
    "very deep nesting": "<testsuite>" * 200_000,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_no_runner_writes_is_refused(text: str) -> None:
    with pytest.raises(LogInvalidError, match=r"declares a document type, or nests too deep$"):
        cases_of(text)


NO_REPORT = {
    "nothing": ("", "it is no XML: no element found", 1),
    "a log": ("error: x\n", "it is no XML: syntax error", 1),
    "cut short": (REPORT[:300], "it is no XML: unclosed token", 6),
    "an end too many": ("<testsuite/>\n</testsuite>", "it is no XML: ", 2),
    "an entity that nobody declared": (
        "<testsuite>\n&b;</testsuite>",
        "it is no XML: undefined",
        2,
    ),
    "no text": (b"<testsuite>\n\xff</testsuite>", "it is no XML: not well-formed", 2),
    "coverage": ("<coverage/>", "its root is <coverage>, expected <testsuites>", None),
    "a web page": ("<html/>", "its root is <html>, expected <testsuites>", None),
    "an unknown encoding": (
        '<?xml version="1.0" encoding="UTF-6"?><testsuite/>',
        "it declares an encoding unknown here",
        None,
    ),
    "an encoding of several bytes": (
        '<?xml version="1.0" encoding="shift_jis"?><testsuite/>',
        "it declares an encoding unknown here",
        None,
    ),
}


@pytest.mark.parametrize(("text", "why", "line"), NO_REPORT.values(), ids=NO_REPORT)
def test_what_is_no_report_is_refused_and_told_why(
    text: str | bytes, why: str, line: int | None
) -> None:
    with pytest.raises(LogInvalidError) as caught:
        cases_of(text)
    assert f"the log report.xml cannot be read: {why}" in str(caught.value)
    assert caught.value.details["line"] == line


def endless(count: int, text_bytes: int) -> Iterable[bytes]:
    yield b"<testsuite>"
    text = b"x" * text_bytes
    for number in range(count):
        yield b'<testcase name="%d"><failure message="m">' % number
        yield text
        yield b"</failure></testcase>"
    yield b"</testsuite>"


def test_the_text_of_a_case_is_cut() -> None:
    (case,) = read_junit(endless(1, 30 << 20), "report.xml")
    assert case.text == "x" * TEXT_LENGTH_MAX


def test_a_report_of_very_many_failures_needs_little_memory() -> None:
    tracemalloc.start()
    cases = read_junit(endless(CASES_MAX + 50, 20_000), "report.xml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(cases) == CASES_MAX
    assert (cases[0].text, cases[-1].text) == ("x" * 20_000, "")
    assert cases[-1].name == str(CASES_MAX - 1)
    assert peak < 120 << 20


def test_a_name_or_a_message_of_megabytes_is_cut() -> None:
    long = "y" * (3 << 20)
    (case,) = cases_of(f'<testcase name="{long}"><error message="{long}"/></testcase>')
    assert (case.name, case.message) == ("y" * 2_000, "y" * 2_000)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_a_report_or_are_refused(data: bytes) -> None:
    for start in (b"", b"<testsuite><testcase name='a'><failure>"):
        try:
            cases = cases_of(start + data)
        except LogInvalidError:
            continue
        assert len(cases) <= 200
