"""What an exception of the `openai` SDK means, said without anything that may hold a secret.

The SDK and the libraries below it repeat headers and bodies in their messages. So none of their
words are used but what the server itself says, which is masked, and whoever raises the result
drops the cause.

Imports the SDK, which takes half a second: to be imported by what is about to use it.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import openai

from curricle.errors import (
    CurricleError,
    ProviderBaseUrlInvalidError,
    ProviderOutputInvalidError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.masking import mask_json
from curricle.providers.server_connection import CompressedError, TooLargeError
from curricle.providers.server_faults import ServerError, error_of, read_error
from curricle.providers.server_forms import Form, form_instead
from curricle.providers.waits import wait_in_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

SDK_ERRORS: Final = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    OSError,
    TooLargeError,
    CompressedError,
    ValueError,  # JSON and encodings
    RecursionError,
)
"""Everything that a call of the SDK was seen to raise."""
_REJECTIONS: Final = {400, 422}
_NO_SUCH_API: Final = {404, 405}
_CLIENT_ERRORS: Final = 400


def rejected_form(error: Exception) -> Form | None:
    """Return the form to ask for where a server rejects a schema as such, else None."""
    if not isinstance(error, openai.APIStatusError) or error.status_code not in _REJECTIONS:
        return None
    return form_instead(_server_error(error, ()))


def translated(
    error: Exception, provider: str, url: str, secrets: Collection[str]
) -> CurricleError:
    """Return one of `SDK_ERRORS` as ours; `url` is the server's as it may be shown."""
    match error:
        case openai.APIStatusError():
            return _of_status(error, provider, url, secrets)
        case openai.APITimeoutError():
            return ProviderTimeoutError(provider, "the connection timed out")
        case (
            openai.APIConnectionError()
            | httpx2.HTTPError()
            | OSError()
            | TooLargeError()
            | CompressedError()
        ):
            return _of_connection(error, provider, url)
        case openai.APIError():  # an error among the events
            return error_of(provider, _error_in(lambda: error.body, secrets))
        case _:
            message = "the answer is not the JSON that the API promises"
            return ProviderOutputInvalidError(provider, message)


def _of_status(
    error: openai.APIStatusError, provider: str, url: str, secrets: Collection[str]
) -> CurricleError:
    if error.status_code < _CLIENT_ERRORS:
        return ProviderBaseUrlInvalidError(url, f"it points elsewhere (HTTP {error.status_code})")
    said = _server_error(error, secrets)
    if error.status_code in _NO_SUCH_API and not said.message:
        return ProviderBaseUrlInvalidError(url, f"it has no such API (HTTP {error.status_code})")
    return error_of(provider, said, wait_in_headers(error.response.headers, time.time()))


def _of_connection(error: Exception, provider: str, url: str) -> CurricleError:
    causes = _causes(error)
    if any(isinstance(cause, TooLargeError) for cause in causes):
        return ProviderOutputInvalidError(provider, "the answer is longer than any that is read")
    if any(isinstance(cause, CompressedError) for cause in causes):
        return ProviderOutputInvalidError(
            provider,
            "the answer is compressed, which nobody asked for",
            hint="have the server, or the gateway in between, leave answers as they are",
        )
    if any(isinstance(cause, httpx2.UnsupportedProtocol | httpx2.InvalidURL) for cause in causes):
        return ProviderBaseUrlInvalidError(url, "no request can be sent to it")
    reason = next((r for c in reversed(causes) if (r := _reason_of(c))), "it breaks off")
    return ProviderUnavailableError(
        provider, f"the connection to {url} failed: {reason}", hint=_hint_of_proxy(url)
    )


def _hint_of_proxy(url: str) -> str:
    """Return what to check where a proxy stands in between; empty where none does."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme) or getproxies().get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return ""
    variables = f"{parts.scheme.upper()}_PROXY, ALL_PROXY"
    return f"check the proxy that {variables} names, or set NO_PROXY to the server's host"


def _server_error(error: openai.APIStatusError, secrets: Collection[str]) -> ServerError:
    return _error_in(lambda: json.loads(error.response.content), secrets, error.status_code)


def _error_in(
    read: Callable[[], Any], secrets: Collection[str], status: int | None = None
) -> ServerError:
    """Return what an error's body says; nothing where it is no JSON, or nested beyond reading."""
    try:
        body = mask_json(read(), secrets)
    except (ValueError, RecursionError):
        body = None
    return read_error(body, status)


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error with what caused it, outermost first."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


def _reason_of(error: BaseException) -> str:
    """Return what the system says of an error."""
    if isinstance(error, ssl.SSLError | socket.gaierror):
        return error.strerror or ""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    is_garbled = isinstance(error, httpx2.ProtocolError | httpx2.DecodingError)
    return "what it sends is no HTTP" if is_garbled else ""
