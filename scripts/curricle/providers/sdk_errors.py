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
from typing import TYPE_CHECKING, Any, Final

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
from curricle.providers.server_connection import SIZE_MAX, TooLargeError
from curricle.providers.server_faults import ServerError, error_of, read_error, wait_of_headers
from curricle.providers.server_forms import Form, form_instead

if TYPE_CHECKING:
    from collections.abc import Collection

SDK_ERRORS: Final = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    OSError,
    TooLargeError,
    ValueError,  # JSON and encodings
    RecursionError,
)
"""Everything that a call of the SDK was seen to raise."""
_REJECTIONS: Final = {400, 422}
_NO_SUCH_API: Final = {404, 405}


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
        case openai.APIConnectionError() | httpx2.HTTPError() | OSError() | TooLargeError():
            return _of_connection(error, provider, url)
        case openai.APIError():  # an error among the events
            return error_of(provider, read_error(mask_json(error.body, secrets)))
        case _:
            message = "the answer is not the JSON that the API promises"
            return ProviderOutputInvalidError(provider, message)


def _of_status(
    error: openai.APIStatusError, provider: str, url: str, secrets: Collection[str]
) -> CurricleError:
    said = _server_error(error, secrets)
    if error.status_code in _NO_SUCH_API and not said.message:
        return ProviderBaseUrlInvalidError(url, f"it has no such API (HTTP {error.status_code})")
    return error_of(provider, said, wait_of_headers(error.response.headers))


def _of_connection(error: Exception, provider: str, url: str) -> CurricleError:
    causes = _causes(error)
    if any(isinstance(cause, TooLargeError) for cause in causes):
        message = f"the answer does not end within {SIZE_MAX} bytes"
        return ProviderOutputInvalidError(provider, message)
    if any(isinstance(cause, httpx2.UnsupportedProtocol | httpx2.InvalidURL) for cause in causes):
        return ProviderBaseUrlInvalidError(url, "no request can be sent to it")
    reason = next((r for c in reversed(causes) if (r := _reason_of(c))), type(error).__name__)
    return ProviderUnavailableError(provider, f"the connection to {url} failed: {reason}")


def _server_error(error: openai.APIStatusError, secrets: Collection[str]) -> ServerError:
    try:
        body: Any = json.loads(error.response.content)
    except (ValueError, RecursionError):
        body = None
    return read_error(mask_json(body, secrets), error.status_code)


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
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""
