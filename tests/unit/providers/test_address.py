from __future__ import annotations

from base64 import b64encode

import pytest

from curricle.providers.address import secrets_in, shown_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://host:8080/v1", "http://host:8080/v1"),
        ("https://ada:pass@host/v1?key=k#f", "https://host/v1"),
        ("https://to%40ken@host", "https://host"),
        ("http://[::1]:80/v1", "http://[::1]:80/v1"),
        ("http://ada:pa/ss@host:bad/v1?k=v", "host:bad/v1"),
        ("ada:pass@host:99999", "host:99999"),
        ("nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_what_may_be_a_secret(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_secrets_of_a_url_are_known_as_written_and_as_meant() -> None:
    found = secrets_in("https://ada:p%40ss@host/v1?key=s%2Fke+y&empty=&no=1&api-version=preview")
    basic = b64encode(b"ada:p@ss").decode()
    assert set(found) == {
        *("ada:p%40ss", "ada:p@ss", "p%40ss", "p@ss", basic),
        *("s%2Fke+y", "s/ke+y", "s/ke y"),
    }


@pytest.mark.parametrize("url", ["http://host/v1", "http://host:bad", "", "http://@host"])
def test_most_urls_hold_none(url: str) -> None:
    assert secrets_in(url) == ()
