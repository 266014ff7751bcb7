"""The redactor as a whole: numbers, memory, spellings, and that nothing is left."""

from __future__ import annotations

import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curricle.redaction.redactor import Redactor, find_left
from unit.redaction.samples import ALNUM, drawn

ODD = "hunter2" + "xyz"
PIECES = st.one_of(
    st.text(st.characters(), max_size=12),
    st.text(alphabet='ab1_-.:=@/"\\\'<>{}[]$ \n', max_size=12),
    st.sampled_from(
        [
            "password=", "token: ", '"secret": "', "--api-key ", "https://me:", "@host", "Bearer ",
            "Authorization: ",
            "kind: Secret\ndata:\n  a: ", "-----BEGIN PRIVATE" + " KEY-----\n",
            "-----END PRIVATE" + " KEY-----", "[redacted:token#1]", "[redacted:", "#1]",
            "ghp_" + "a1B2" * 9,
            ODD,
            "discord=", "AKIA" + "A2B3" * 4, drawn(ALNUM, 40),
            "\\n", "\ud800", "\0", "eyJ" + "aB3" * 9 + ".ey",
        ]
    ),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_nothing_is_left_and_a_second_run_changes_nothing(text: str) -> None:
    masked = Redactor().redact(text)
    assert find_left(masked) == ()
    assert Redactor().redact(masked) == masked


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(st.text(min_size=1, max_size=8), max_size=3))
def test_known_values_are_gone_from_any_text(text: str, known: list[str]) -> None:
    masked = Redactor(known).redact(text + "".join(known))
    assert find_left(masked, known) == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_learning_from_all_texts_first_leaves_nothing_in_any(texts: list[str]) -> None:
    redactor = Redactor()
    for text in texts:
        redactor.learn(text)
    for text in texts:
        assert find_left(redactor.redact(text)) == ()


def test_the_same_secret_has_the_same_number_in_all_texts() -> None:
    redactor = Redactor()
    first = redactor.redact(f"password={ODD}\npassword=other{ODD}")
    second = redactor.redact(f"token: other{ODD}\npwd='{ODD}'")
    assert first == "password=[redacted:password#1]\npassword=[redacted:password#2]"
    assert second == "token: [redacted:password#2]\npwd='[redacted:password#1]'"
    assert redactor.count == 2


def test_numbers_do_not_depend_on_values() -> None:
    one, other = (
        Redactor().redact(f"password={value}1 password={value}2") for value in ("aaaa9", "zzzz7")
    )
    assert one == other


def test_a_value_that_one_text_tells_is_masked_in_later_ones() -> None:
    redactor = Redactor()
    redactor.redact(f"password={ODD}")
    assert redactor.redact(f"got {ODD}!") == "got [redacted:password#1]!"


def test_a_value_that_a_later_text_tells_is_masked_after_learning() -> None:
    redactor = Redactor()
    redactor.learn(f"password={ODD}")
    assert redactor.count == 0
    assert redactor.redact(f"got {ODD}!") == "got [redacted:password#1]!"


def test_ordinary_words_are_not_cut_out_of_later_texts() -> None:
    redactor = Redactor()
    redactor.redact("password=database\nsecret='description'\npassword=12345678")
    text = "the database has a description of 12345678 rows"
    assert redactor.redact(text) == text


@pytest.mark.parametrize("value", ['pa"ss\\word/é', "plain-credential", "a b&c=d%e", "ünï çødé"])
def test_a_known_value_is_gone_however_it_is_written(value: str) -> None:
    spelled = (
        value,
        json.dumps(value),
        json.dumps(value, ensure_ascii=False),
        quote(value),
        quote(value, safe=""),
    )
    for text in spelled:
        redactor = Redactor([value])
        masked = redactor.redact(f"<{text}>")
        assert masked.strip('<>"') == "[redacted:credential#1]"
        assert find_left(f"<{text}>", [value]) != ()


def test_the_same_key_has_one_number_as_json_and_plain() -> None:
    redactor = Redactor(['quo"ted\nvalue'])
    redactor.redact('quo"ted\nvalue')
    assert redactor.redact('quo\\"ted\\nvalue') == "[redacted:credential#1]"


def test_a_forged_mark_hides_nothing() -> None:
    assert ODD not in Redactor().redact(f"password=[redacted:password#1]{ODD}")


@pytest.mark.parametrize("known", ["redacted", "ted", "token#1", "#1]", "credential", "[redacted:"])
def test_a_known_value_that_stands_in_marks_is_masked_outside_of_them(known: str) -> None:
    masked = Redactor([known]).redact(f"x {known} y password={ODD}")
    assert masked == "x [redacted:credential#1] y password=[redacted:password#2]"
    assert find_left(masked, [known]) == ()


def test_an_empty_text_and_an_empty_credential_are_fine() -> None:
    assert not Redactor([""]).redact("")
    assert find_left("", [""]) == ()


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "a1B2", "token=", "password: ", "://", "eyJ", "=", '"', "\\", "[redacted:", "s.a1"),
        "-----BEGIN PRIVATE" + " KEY-----",
        "ghp_" + "a1B2" * 9 + " ",
        "password=" + ODD + " ",
    ],
)
def test_a_line_of_megabytes_takes_a_time_that_grows_with_it(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        started = time.perf_counter()
        Redactor().redact(text)
        return time.perf_counter() - started

    seconds(1_000)
    assert seconds(1_000_000) < 20 * seconds(100_000) + 1
