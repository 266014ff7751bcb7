"""What an error of a server of models means, by its code, its words and its HTTP status.

Codes are the surest, then words, then the status. Servers differ in all three, which is why words
are looked at: several send the text of the original API without its codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from curricle.errors import (
    ProviderAuthRejectedError,
    ProviderContextOverflowError,
    ProviderError,
    ProviderModelUnsupportedError,
    ProviderQuotaExhaustedError,
    ProviderRateLimitedError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from curricle.printable import one_line
from curricle.providers.waits import wait_in_words

_SHOWN_MAX: Final = 300
_CODE_LENGTH_MAX: Final = 100
_SEARCHED_MAX: Final = 4000
_STATUS_MIN: Final = 400
_STATUS_MAX: Final = 599
_SERVER_FAILED: Final = 500

_BY_CODE: Final[Mapping[str, type[ProviderError]]] = {
    "insufficient_quota": ProviderQuotaExhaustedError,
    "usage_limit_reached": ProviderQuotaExhaustedError,
    "usage_not_included": ProviderQuotaExhaustedError,
    "billing_hard_limit_reached": ProviderQuotaExhaustedError,
    "billing_not_active": ProviderQuotaExhaustedError,
    "rate_limit_exceeded": ProviderRateLimitedError,
    "too_many_requests": ProviderRateLimitedError,
    "context_length_exceeded": ProviderContextOverflowError,
    "exceed_context_size_error": ProviderContextOverflowError,
    "string_above_max_length": ProviderContextOverflowError,
    "content_filter": ProviderRefusedError,
    "content_policy_violation": ProviderRefusedError,
    "cyber_policy": ProviderRefusedError,
    "invalid_prompt": ProviderRefusedError,
    "invalid_api_key": ProviderAuthRejectedError,
    "authentication_error": ProviderAuthRejectedError,
    "permission_denied": ProviderAuthRejectedError,
    "model_not_found": ProviderModelUnsupportedError,
    "unsupported_parameter": ProviderModelUnsupportedError,
    "unsupported_value": ProviderModelUnsupportedError,
    "invalid_json_schema": ProviderModelUnsupportedError,
    "server_error": ProviderUnavailableError,
    "internal_error": ProviderUnavailableError,
    "server_is_overloaded": ProviderUnavailableError,
    "overloaded_error": ProviderUnavailableError,
}
_BY_WORDS: Final = tuple(
    (re.compile(words, re.IGNORECASE), meaning)
    for words, meaning in (
        (r"exceeded your current quota|usage limit|quota exceeded", ProviderQuotaExhaustedError),
        (r"rate limit|too many requests", ProviderRateLimitedError),
        (
            r"maximum context length|context window|context size|prompt is too long",
            ProviderContextOverflowError,
        ),
        (r"content management policy|was flagged for", ProviderRefusedError),
        (r"incorrect api key|invalid api key|missing api key", ProviderAuthRejectedError),
        (
            r"model.{0,80}(does not exist|is not supported|not found)",
            ProviderModelUnsupportedError,
        ),
    )
)
_BY_STATUS: Final[Mapping[int, type[ProviderError]]] = {
    400: ProviderModelUnsupportedError,
    401: ProviderAuthRejectedError,
    402: ProviderQuotaExhaustedError,
    403: ProviderAuthRejectedError,
    404: ProviderModelUnsupportedError,
    407: ProviderAuthRejectedError,
    408: ProviderUnavailableError,
    409: ProviderUnavailableError,
    413: ProviderContextOverflowError,
    422: ProviderModelUnsupportedError,
    425: ProviderUnavailableError,
    429: ProviderRateLimitedError,
}
_SAID: Final[Mapping[type[ProviderError], str]] = {
    ProviderAuthRejectedError: "the server rejects the key",
    ProviderContextOverflowError: "the request is too large for the model",
    ProviderModelUnsupportedError: "the server cannot do this with the model",
    ProviderQuotaExhaustedError: "the account has nothing left",
    ProviderRateLimitedError: "too many requests",
    ProviderRefusedError: "the request was declined",
    ProviderUnavailableError: "the server failed",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerError:
    """What a server says of an error; empty where it says nothing."""

    message: str = ""
    parameter: str = ""
    codes: tuple[str, ...] = ()
    """Its `code` and `type`, in lower case."""
    status: int | None = None
    """Of HTTP; where gateways send an error with status 200, the status they were given."""


def read_error(body: Any, status: int | None = None) -> ServerError:
    """Return the error of an error body in any of the shapes that servers use."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(error, Mapping):
        return ServerError(message=error if isinstance(error, str) else "", status=status)
    codes = [error.get("code"), error.get("type")]
    if status is None:
        status = next((number for code in codes if (number := _status_of(code))), None)
    message = next((t for k in ("message", "detail") if isinstance(t := error.get(k), str)), "")
    return ServerError(
        message=message,
        parameter=p if isinstance(p := error.get("param"), str) else "",
        codes=tuple(one_line(c.lower(), _CODE_LENGTH_MAX) for c in codes if isinstance(c, str)),
        status=status,
    )


def error_of(provider: str, error: ServerError, wait_seconds: float | None = None) -> ProviderError:
    """Return an error of a server as ours; `wait_seconds` is what its headers ask to wait."""
    meaning = _meaning_of(error)
    said = one_line(error.message, _SHOWN_MAX) or "it gives no reason"
    status = f" (HTTP {error.status})" if error.status else ""
    return meaning(
        provider,
        f"{_SAID[meaning]}{status}: {said}",
        retry_after_seconds=wait_in_words(error.message) if wait_seconds is None else wait_seconds,
        details={"status": error.status, "server_codes": list(error.codes)},
    )


def _meaning_of(error: ServerError) -> type[ProviderError]:
    for code in error.codes:
        if code in _BY_CODE:
            return _BY_CODE[code]
    for words, meaning in _BY_WORDS:
        if words.search(error.message[:_SEARCHED_MAX]):
            return meaning
    if error.status is None or error.status >= _SERVER_FAILED:
        return ProviderUnavailableError
    return _BY_STATUS.get(error.status, ProviderModelUnsupportedError)


def _status_of(code: Any) -> int | None:
    text = str(code)
    if not text.isascii() or not text.isdigit() or len(text) != len(str(_STATUS_MAX)):
        return None
    return int(text) if _STATUS_MIN <= int(text) <= _STATUS_MAX else None
