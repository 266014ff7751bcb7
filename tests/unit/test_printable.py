from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.printable import (
    amount,
    counted,
    has_control_characters,
    is_utf_8,
    listed,
    one_line,
    printable,
    without_control_characters,
)

BIDI_CONTROLS = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]
CONTROLS = [chr(code) for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"]
KEPT = ["\t", "\n"]
UNSAFE = [*(c for c in CONTROLS if c not in KEPT), *BIDI_CONTROLS, "\u2028", "\u2029"]
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udcff", "\udfff"]

ANY_TEXT = st.text(st.characters() | st.sampled_from(UNSAFE + SURROGATES + KEPT))


def test_all_65_control_characters_are_looked_at() -> None:
    assert len(CONTROLS) == 65
    assert len(UNSAFE) == 63 + 9 + 2


@pytest.mark.parametrize("char", UNSAFE + SURROGATES, ids=lambda char: f"U+{ord(char):04X}")
def test_a_character_that_steers_a_terminal_is_written_as_an_escape(char: str) -> None:
    shown = printable(f"a{char}b")
    assert shown == f"a\\x{ord(char):02x}b" if ord(char) < 256 else f"a\\u{ord(char):04x}b"
    assert has_control_characters(f"a{char}b")
    assert without_control_characters(f"a{char}b") == "ab"


@pytest.mark.parametrize(
    "text",
    ["", "plain", "two\nlines\tand a tab", "Größe", "שלום", "日本語", "e\u0301", "👩‍🔬", "\\x1b"],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert printable(text) == text == without_control_characters(text)
    assert not has_control_characters(text)


@given(ANY_TEXT)
def test_nothing_unsafe_is_left_and_nothing_else_is_touched(text: str) -> None:
    shown = printable(text)
    assert not set(shown) & set(UNSAFE + SURROGATES)
    assert shown.encode().decode() == shown
    assert printable(shown) == shown
    assert has_control_characters(text) is (shown != text)
    assert without_control_characters(text) == "".join(c for c in text if printable(c) == c)


@given(ANY_TEXT, st.integers(1, 30))
def test_one_line_is_one_printable_line_within_its_limit(text: str, limit: int) -> None:
    whole = one_line(text)
    cut = one_line(text, limit)
    assert len(whole.splitlines()) <= 1
    assert "\t" not in whole
    assert not has_control_characters(whole)
    assert len(cut) <= limit
    assert cut == whole if len(whole) <= limit else cut == whole[: limit - 1] + "…"


def test_one_line_joins_what_stood_on_several() -> None:
    assert one_line("  one\n\n two\r\n\tthree\u2028four ") == "one two three four"
    assert one_line("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m"


@pytest.mark.parametrize(
    ("number", "noun", "shown"),
    [
        (0, "week", "0 weeks"),
        (1, "week", "1 week"),
        (2, "week", "2 weeks"),
        (-1, "node", "-1 nodes"),
        (1000, "node", "1000 nodes"),
    ],
)
def test_a_number_agrees_with_its_noun(number: int, noun: str, shown: str) -> None:
    assert counted(number, noun) == shown


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert [counted(n, "entry", "entries") for n in (1, 2)] == ["1 entry", "2 entries"]


@pytest.mark.parametrize(
    ("total", "shown"),
    [(0, ""), (1, "a"), (3, "a; b; c"), (4, "a; b; c; and 1 more"), (9, "a; b; c; and 6 more")],
)
def test_of_many_the_first_few_are_listed_and_the_others_counted(total: int, shown: str) -> None:
    assert listed("abcdefghi"[: min(total, 3)], total, between="; ") == shown


@given(st.binary(max_size=20))
def test_bytes_that_are_no_utf_8_are_known_by_the_text_that_python_makes_of_them(
    data: bytes,
) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        assert not is_utf_8(os.fsdecode(data))
    else:
        assert is_utf_8(os.fsdecode(data))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.001, "0"),
        (30, "30"),
        (2.5, "2.5"),
        (100 / 60, "1.67"),
        (-90.25, "-90.25"),
        (123456.75, "123456.75"),
        (1000000, "1000000"),
        (1e21, "1000000000000000000000"),
    ],
)
def test_an_amount_is_written_without_an_exponent(value: float, text: str) -> None:
    assert amount(value) == text


def test_an_amount_keeps_as_many_decimals_as_asked_for() -> None:
    assert amount(0.1234567, decimals=6) == "0.123457"
