from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curricle.failures.masking import LENGTH_MAX, mask_line, without_logger

MASKED = {
    "a time": ("failed at 2026-11-20T08:15:02.123Z", "failed at <time>"),
    "a time with its zone": ("failed at 2026-11-20 08:15:02 +01:00", "failed at <time>"),
    "a day": ("expired on 2026-11-20", "expired on <time>"),
    "a time of day": ("08:15:02.123 failed", "<time> failed"),
    "a time in words": ("Fri Nov 20 08:15:02 2026 failed", "<time> <n> failed"),
    "a duration": ("gave up after 30000ms", "gave up after <time>"),
    "minutes and seconds": ("ran 3.5 s, 2 minutes", "ran <time>, <time>"),
    "an id": ("job 550e8400-e29b-41d4-a716-446655440000 failed", "job <id> failed"),
    "a commit": ("cannot find 3f2c9a7d51e0b6c4", "cannot find <n>"),
    "an address in memory": ("null at 0x7ffe5c1a", "null at <hex>"),
    "an object": ("org.acme.Price@1b2c3d4e is closed", "org.acme.Price@<hex> is closed"),
    "a folder": ("no such file: /home/runner/work/a/b/price.py", "no such file: price.py"),
    "a folder of Windows": (r"no such file: D:\a\shop\src\price.py", "no such file: price.py"),
    "a page": (
        "cannot get https://ada:secret@Registry.example.org:8443/a/b?c=d",
        "cannot get <url>registry.example.org",
    ),
    "an address": ("no route to 10.0.0.17:5432", "no route to <addr>"),
    "an address of six": ("no route to [fe80::1]:443", "no route to <addr>"),
    "a number": ("expected 3 but got 4.5", "expected <n> but got <n>"),
    "a version": ("needs lodash 4.17.21", "needs lodash <n>"),
    "a statement": ("near 'SELECT * FROM prices WHERE id = 3", "near <sql>"),
    "blanks": ("  a \t b  ", "a b"),
    "nothing": ("", ""),
    "words": ("the page has no title", "the page has no title"),
}


@pytest.mark.parametrize(
    ("line", "masked"),
    MASKED.values(),
    ids=MASKED,
)
def test_what_differs_from_run_to_run_is_masked(line: str, masked: str) -> None:
    assert mask_line(line) == masked


KINDS = {
    "times": st.dates().map(lambda day: f"{day.year % 100 + 2000}-{day:%m-%d}T08:15:02Z"),
    "times of day": st.times().map(lambda time: f"{time:%H:%M:%S}"),
    "ids": st.uuids().map(str),
    "numbers": st.integers(0, 10**9).map(str),
    "durations": st.integers(0, 10**6).map(lambda number: f"{number}ms"),
    "addresses in memory": st.integers(0, 2**64 - 1).map(hex),
    "commits": st.integers(16**39, 16**40 - 1)
    .map(lambda number: f"{number:x}")
    .filter(lambda text: not text.isdigit() and not text.isalpha()),
    "addresses": st.ip_addresses(v=4).map(str),
    "ports": st.ip_addresses(v=4).flatmap(
        lambda address: st.integers(1, 65535).map(lambda port: f"{address}:{port}")
    ),
    "pages": st.text("abcdefgh0123/", max_size=20).map(lambda text: f"https://example.org/{text}"),
    "folders": st.lists(st.text("abc-_019", min_size=1), min_size=1, max_size=5).map(
        lambda names: f"/{'/'.join(names)}/price.py"
    ),
    "commas": st.integers(1000, 10**9).map(lambda number: f"{number:,}"),
}


@pytest.mark.capability("T16")
@pytest.mark.parametrize("kind", KINDS)
def test_a_line_is_the_same_whatever_they_are(kind: str) -> None:
    @given(KINDS[kind], KINDS[kind])
    def holds(one: str, other: str) -> None:
        text = "cannot read {} of the shop"
        assert mask_line(text.format(one)) == mask_line(text.format(other))

    holds()


PIECES = [
    *["2026-11-20T08:15:02Z", "Nov  1 12:00:00", "12:00:00.123", "2026", "-05-01", "T", "Mon, "],
    *["550e8400-e29b-41d4-a716-446655440000", "https://u:p@x.org:80/a?b=c", "http://", "://"],
    *[
        "/home/a/b.py",
        "C:\\a\\b.c",
        "./",
        "a/b",
        "/",
        "\\",
        "~",
        "@",
        "+",
        "10.0.0.1:80",
        "[fe80::1]",
    ],
    *[
        "@deadbeef",
        "0xDEADBEEF",
        "deadbeef01",
        "DEADBEEF01",
        "1",
        "12.5",
        "-3",
        "ms",
        " s",
        "s",
        "h",
    ],
    *["<time>", "<n>", "<hex>", "<id>", "<url>", "<path>", "<addr>", "<sql>", "@<hex>", "<", ">"],
    *[
        "'SELECT ",
        "INSERT INTO ",
        "UPDATE ",
        "-",
        "_",
        ":",
        ".",
        ",",
        "x",
        "'",
        '"',
        " ",
        "\t",
        "\n",
    ],
    *[
        "µs",
        "\u0661",
        "²",
        "é",
        "e",
        "Z",
        " UTC",
        "+02:00",
        "[",
        "]",
        "(",
        ")",
        "seconds",
        "0",
        "f",
    ],
]
WOVEN = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(st.one_of(st.text(max_size=300), WOVEN))
@example("0xDEADBEEF" * 199 + " 12" * 9)
@example(" s" * 600 + "1 " * 900)
@example("1" + " 2x" * 900)
def test_masking_what_is_masked_changes_nothing(text: str) -> None:
    masked = mask_line(text)
    assert mask_line(masked) == masked
    assert len(masked) <= LENGTH_MAX
    assert masked == masked.strip()


@given(st.text(max_size=300))
def test_a_masked_line_is_one_line_without_digits(text: str) -> None:
    masked = mask_line(text)
    assert not set(masked) & set("0123456789\n\t\r")


def test_a_very_long_line_is_masked_at_once() -> None:
    assert mask_line("x/" * 10_000_000).strip("<path>") == ""
    assert mask_line("word " * 10_000_000) == ("word " * 400).strip()


LOGGED = {
    "a level": "ERROR no answer",
    "a level and a name": "ERROR shop.prices no answer",
    "a time": "2026-11-20 08:15:02,123 ERROR no answer",
    "a time and a process": "2026-11-20 08:15:02,123 4127 ERROR shop.prices no answer",
    "a bracket": "[2026-11-20T08:15:02.123Z INFO shop no answer",
    "a masked time": "<time> WARNING shop no answer",
    "nothing": "no answer",
}


@pytest.mark.parametrize("line", LOGGED.values(), ids=LOGGED)
def test_what_a_logger_wrote_before_a_message_does_not_count(line: str) -> None:
    assert without_logger(line).removeprefix("no ") == "answer"
