"""What an address of a server is, and how one is shown: without what may be a secret in it."""

from __future__ import annotations

import ipaddress
import re
from base64 import b64encode
from typing import Final
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit

from curricle.errors import ProviderBaseUrlInvalidError

_SCHEMES: Final = ("http", "https")
_PORT_MAX: Final = 65_535
_IPV4: Final = re.compile(r"[\d.]+")
SECRET_LENGTH_MIN: Final = 4
"""What is shorter stands in every other word."""
_PUBLIC_PARAMETERS: Final = {"api-version"}
"""Parameters of a query that are no secret, and would be cut out of ordinary texts."""
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
    """Return what of a URL is never written, as it stands there and as sent: password and query."""
    parts = _split(url)
    if parts is None:
        return ()
    userinfo = parts.netloc.rpartition("@")[0]
    pairs = (pair.partition("=") for pair in parts.query.split("&"))
    values = (value for name, _, value in pairs if name.lower() not in _PUBLIC_PARAMETERS)
    written = (userinfo, *userinfo.split(":", 1)[1:], *values)
    sent = (form for one in written for form in (unquote(one), unquote_plus(one)))
    found = (*written, *sent, basic_credentials(url))
    return tuple(dict.fromkeys(one for one in found if len(one) >= SECRET_LENGTH_MIN))


def basic_credentials(url: str) -> str:
    """Return user and password of a URL as a request carries them; empty where it has none."""
    userinfo = urlsplit(url).netloc.rpartition("@")[0]
    return b64encode(unquote(userinfo).encode()).decode() if userinfo else ""


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
    if not parts.hostname:
        return "it has no host"
    if _IPV4.fullmatch(parts.hostname) and not _is_ipv4(parts.hostname):
        return "its host looks like an IP address and is none"
    return "it has a fragment (#)" if parts.fragment else ""


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _split(url: str) -> SplitResult | None:
    """Return a URL in parts, or None where its authority is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    is_bare_colon = parts.netloc.endswith(":")
    return None if port == 0 or is_bare_colon else parts
