"""Whether a server of models is there and takes the key, without asking a model."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from curricle.printable import listed, one_line
from curricle.providers.address import basic_credentials
from curricle.providers.masking import mask
from curricle.recovery.check import Check, Outcome

SECONDS_MAX: Final = 1.5
_NAME: Final = "server"
_BODY_BYTES_MAX: Final = 1 << 20
_MODELS_SHOWN: Final = 5


def look_up(url: str, key: str | None, model: str | None) -> Check:
    """Return whether a server answers within `SECONDS_MAX`, by the list of its models.

    The whole of it has that time: a thread that still waits then is left to end with us.
    """
    found: list[Check] = []
    asking = threading.Thread(
        target=lambda: found.append(_look_up(url, key, model)), name="look-up", daemon=True
    )
    asking.start()
    asking.join(SECONDS_MAX)
    if found:
        return found[0]
    return _failed(f"no answer within {SECONDS_MAX} s", "check the network and the address")


def _look_up(url: str, key: str | None, model: str | None) -> Check:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    path = f"{parts.path.rstrip('/')}/models"
    address = urlunsplit((parts.scheme, host, path, parts.query, ""))
    request = urllib.request.Request(address, headers=_authorization(url, key))  # noqa: S310 - http(s), as checked
    try:
        with _opener().open(request, timeout=SECONDS_MAX) as response:
            return _known(response.read(_BODY_BYTES_MAX), model)
    except urllib.error.HTTPError as error:
        with error:
            return _rejected(error.code)
    except (OSError, ValueError, HTTPException) as error:
        said = mask(f"cannot be reached: {_reason_of(error)}", (key,) if key else ())
        return _failed(said, "check the network, the address and what answers there")


def _reason_of(error: Exception) -> str:
    if isinstance(error, HTTPException):
        return "what answers there does not speak HTTP"
    reason = getattr(error, "reason", error)
    said = reason.strerror if isinstance(reason, OSError) else None
    return one_line(said or str(reason), 200)


def _authorization(url: str, key: str | None) -> dict[str, str]:
    """Return the header that providers send: a URL's user and password stand for the key."""
    if basic := basic_credentials(url):
        return {"Authorization": f"Basic {basic}"}
    return {"Authorization": f"Bearer {key}"} if key else {}


def _known(body: bytes, model: str | None) -> Check:
    try:
        models = [one["id"] for one in json.loads(body)["data"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return _warning(
            "answers, but lists no models as this API does", "check the path of the URL"
        )
    if model is not None and models and model not in models:
        return _warning(
            f"can be reached and takes the key; {model} is not among its models:"
            f" {listed(map(str, models[:_MODELS_SHOWN]), len(models))}",
            "set AGENT_MODEL to one that it has",
        )
    return Check(name=_NAME, outcome=Outcome.OK, detail="can be reached and takes the key")


def _rejected(status: int) -> Check:
    said = f"answers with HTTP {status}"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _failed(f"{said}: it rejects the key", "check OPENAI_API_KEY and its permissions")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _warning(f"{said}: it is in trouble", "try again later")
    if status < HTTPStatus.BAD_REQUEST:
        return _warning(f"{said}: it points elsewhere", "set OPENAI_BASE_URL to where it points")
    return _warning(f"{said} to a request for its models", "--probe tells whether it can be asked")


def _opener() -> urllib.request.OpenerDirector:
    """Return what follows no server elsewhere: the key is for this one."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _warning(detail: str, hint: str) -> Check:
    return Check(name=_NAME, outcome=Outcome.WARNING, detail=detail, hint=hint)


def _failed(detail: str, hint: str) -> Check:
    return Check(name=_NAME, outcome=Outcome.FAILED, detail=detail, hint=hint)
