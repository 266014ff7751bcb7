"""What an address of a server is, and how one is shown: without what may be a secret in it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from curricle.errors import ProviderBaseUrlInvalidError

_SCHEMES: Final = ("http", "https")
_PORT_MAX: Final = 65_535
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")


def verify_url(url: str) -> None:
    """Make sure that a base URL can be one.

    Raises:
        ProviderBaseUrlInvalidError: it is no http(s) address of a host; says why.
    """
    why = _why_invalid(url)
    if why:
        raise ProviderBaseUrlInvalidError(shown_url(url), why)


def shown_url(url: str) -> str:
    """Return a URL, or what was meant as one, without userinfo, query and fragment."""
    parts = _split(url)
    if parts is not None and parts.hostname:
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}{parts.path}"
    # What is before the last `@` may be a password, with any character in it.
    return re.split(r"[?#]", url.rpartition("@")[2])[0]


def secrets_in(url: str) -> tuple[str, ...]:
    """Return what of a URL is never shown: its user, password and the values of its query."""
    parts = _split(url)
    if parts is None:
        return ()
    userinfo = parts.netloc.rpartition("@")[0]
    found = (userinfo, *userinfo.split(":", 1), *(value for _, value in parse_qsl(parts.query)))
    return tuple(dict.fromkeys(s for one in found for s in (one, unquote(one)) if s))


def _why_invalid(url: str) -> str:
    if not _PRINTABLE.fullmatch(url):
        return (
            "it holds a space, a line break or a character beyond ASCII" if url else "it is empty"
        )
    scheme, separator, _ = url.partition("://")
    if scheme.lower() not in _SCHEMES:
        return "its scheme is neither http nor https" if separator else "it has no scheme"
    parts = _split(url)
    if parts is None:
        return f"its host or port is wrong; a port is a number from 1 to {_PORT_MAX}"
    if parts.hostname:
        return "it has a fragment (#)" if parts.fragment else ""
    return "it has no host"


def _split(url: str) -> SplitResult | None:
    """Return a URL in parts, or None where its authority is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    is_bare_colon = parts.netloc.endswith(":")
    return None if port == 0 or is_bare_colon else parts
