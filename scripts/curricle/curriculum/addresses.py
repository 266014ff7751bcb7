"""What may stand as the address of a resource: a web page, or a file of the run."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from curricle.printable import has_control_characters

_PLAIN_WEB: Final = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:/[!-~]*)?")
"""What most addresses look like, told apart faster than by `urlsplit`."""
_IN_RUN: Final = re.compile(r"inputs/[^\s?]+(?:#L\d+(?:-L\d+)?)?")


def is_web_address(url: str) -> bool:
    """Tell whether an address leads to a web page, so that it can be a link."""
    return _web_problem(url) is None


def address_problem(url: str) -> str | None:
    """Return what is wrong with a resource's address, as the end of a sentence; None if nothing."""
    if _IN_RUN.fullmatch(url) and ".." not in url:
        return None
    return _web_problem(url)


def _web_problem(url: str) -> str | None:
    if _PLAIN_WEB.fullmatch(url):
        return None
    if re.search(r"\s", url) or has_control_characters(url):
        return "holds white space or a control character"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"cannot be read: {error}"
    if parts.scheme.lower() not in {"http", "https"}:
        return "is neither http(s) nor a path below inputs/"
    if not parts.hostname or port == 0:
        return "names no host, or the port 0"
    return None if parts.username is None else "holds a user name"
