from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.logs.cleaning import LINE_BYTES_MAX, clean_line

SAID = b"error: x is missing"
WRITTEN = {
    "plain": SAID,
    "colours": b"\x1b[31m\x1b[1merror:\x1b[0m x is missing\x1b[K",
    "256 colours": b"\x1b[38;5;196merror:\x1b[m x is missing",
    "a title": b"\x1b]0;make\x07" + SAID,
    "a link": b"\x1b]8;;https://example.org/a\x1b\\error:\x1b]8;;\x1b\\ x is missing",
    "a link that never ends": SAID + b"\x1b]8;;https://example.org",
    "a device string": b"\x1bPq#0\x1b\\" + SAID,
    "bells and backspaces": b"\x07error:\x08 x is missing\x7f",
    "blanks at the end": SAID + b"  \t ",
    "GitHub Actions": b"2026-11-20T08:15:02.1234567Z " + SAID,
    "GitHub Actions, first line": b"\xef\xbb\xbf2026-11-20T08:15:02.1234567Z " + SAID,
    "GitLab": b"2026-11-20T08:15:02.123456Z 00O " + SAID,
    "GitLab, a line that goes on": b"2026-11-20T08:15:02.123456Z 01E+" + SAID,
    "Jenkins": b"[2026-11-20T08:15:02.123Z] " + SAID,
    "Jenkins with the time of day": b"[08:15:02] " + SAID,
    "the time of day": b"08:15:02.123 " + SAID,
    "the time of day, in English": b"08:15:02 AM " + SAID,
    "CircleCI": b"2026-11-20T08:15:02+0000 " + SAID,
    "a logger": b"2026-11-20 08:15:02,123 " + SAID,
    "a build in a container": b"#12 31.41 " + SAID,
    "a build in a container on GitHub": b"2026-11-20T08:15:02.1234567Z #12 31.41 " + SAID,
    "Buildkite": b"\x1b_bk;t=1763712902123\x07" + SAID,
}


@pytest.mark.parametrize("line", WRITTEN.values(), ids=WRITTEN)
def test_a_line_is_what_was_said_without_what_was_added(line: bytes) -> None:
    assert clean_line(line) == SAID


KEPT = {
    "indentation": b"    at f (a.js:1:2)",
    "indentation after a time": b"2026-11-20T08:15:02.1234567Z     at f (a.js:1:2)",
    "a tab": b"\tat org.acme.A.f(A.java:3)",
    "characters beyond ASCII": "✗ the page has a title".encode(),
    "bytes that are no text": b"caf\xe9",
    "an issue": b"#12 is not closed",
    "a number": b"12:3 is no time",
}


@pytest.mark.parametrize("line", KEPT.values(), ids=KEPT)
def test_what_a_line_says_stays(line: bytes) -> None:
    assert clean_line(line) == line.removeprefix(b"2026-11-20T08:15:02.1234567Z ")


def test_a_line_of_nothing_but_a_time_is_empty() -> None:
    assert clean_line(b"2026-11-20T08:15:02.1234567Z ") == b""
    assert clean_line(b"\x1b[0m\x1b[K") == b""


def test_a_long_line_is_cut_before_it_is_read() -> None:
    assert clean_line(b"x" * 60_000_000) == b"x" * LINE_BYTES_MAX
    assert clean_line(b"\x1b]" + b"y" * 60_000_000) == b""


ADDED = st.sampled_from(
    [
        *[b"\x1b", b"[", b"]", b"31", b"m", b"\x07", b"\x1b\\", b"K", b"\x00", b"\x7f", b"\xe9"],
        *[b"2026-11-20", b"T08:15:02", b".12Z", b" ", b"#12 1.5 ", b"\xef\xbb\xbf", b"00O+", b"\t"],
    ]
)


@given(st.one_of(st.binary(max_size=300), st.lists(ADDED, max_size=40).map(b"".join)))
def test_no_line_keeps_a_control_character_or_grows(line: bytes) -> None:
    clean = clean_line(line)
    assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", clean.replace(b"\n", b""))
    assert len(clean) <= min(len(line), LINE_BYTES_MAX)
    assert clean == clean.rstrip()
