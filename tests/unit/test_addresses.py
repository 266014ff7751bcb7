from __future__ import annotations

import pytest

from curricle.curriculum.addresses import address_problem, is_web_address


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org/a?b=c#d",
        "HTTPS://example.org:8443/",
        "https://bücher.example/",
        "https://[::1]/",
    ],
)
def test_a_web_page_is_linked(url: str) -> None:
    assert address_problem(url) is None
    assert is_web_address(url)


@pytest.mark.parametrize("url", ["inputs/scope.md", "inputs/context/a.md#L3", "inputs/a.md#L3-L9"])
def test_a_file_of_the_run_is_fine_and_no_link(url: str) -> None:
    assert address_problem(url) is None
    assert not is_web_address(url)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("javascript:alert(1)", "is neither http(s) nor a path below inputs/"),
        ("inputs/../secret", "is neither http(s) nor a path below inputs/"),
        ("", "is neither http(s) nor a path below inputs/"),
        ("https://", "names no host, or the port 0"),
        ("https://example.org:0/", "names no host, or the port 0"),
        ("https://me@example.org/", "holds a user name"),
        ("https://example.org/a b", "holds white space or a control character"),
        ("https://example.org/\x1b", "holds white space or a control character"),
        (
            "https://example.org:x/",
            "cannot be read: Port could not be cast to integer value as 'x'",
        ),
    ],
)
def test_what_is_wrong_is_said_and_it_is_no_link(url: str, problem: str) -> None:
    assert address_problem(url) == problem
    assert not is_web_address(url)
