from __future__ import annotations

from email.utils import formatdate

import pytest

from curricle.providers.waits import wait_in_headers, wait_in_words

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_a_time_to_wait_is_a_finite_number_or_nothing(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert wait_in_headers(headers, NOW) == seconds


@pytest.mark.parametrize(("from_now", "seconds"), [(60, 60.0), (-60, 0.0)])
def test_a_date_to_wait_for_is_seconds_from_now(from_now: int, seconds: float) -> None:
    said = formatdate(NOW + from_now, usegmt=True)
    assert wait_in_headers({"retry-after": said}, NOW) == seconds


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Please try again in 20s.", 20.0),
        ("Please try again in 350ms. Visit", 0.35),
        ("Please try again in 1m30s.", 90.0),
        ("TRY AGAIN IN 2 seconds", 2.0),
        ("try again in 2 days", None),
        ("try again in 999999999999999999999s", None),
    ],
)
def test_a_message_can_say_how_long_to_wait(message: str, seconds: float | None) -> None:
    assert wait_in_words(message) == seconds
