"""The SDK's client as `remote_llm` needs it: no retries, no timeouts, an end to every answer.

Imports the SDK, which takes half a second: to be imported by what is about to use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import httpx2
import openai

from curricle.errors import ProviderConfigInvalidError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

DOCUMENT_BYTES_MAX: Final = 8 << 20
"""Of an answer with everything around its text, in one document: reading it cannot be cut short."""
EVENTS_BYTES_MAX: Final = 32 << 20
"""Of an answer in events, which are many times as long as its text."""


class TooLargeError(Exception):
    """The answer does not end within the bytes that are read."""


class CompressedError(Exception):
    """The answer is compressed, which was not asked for: nobody knows how large it is."""


def open_client(key: str, url: str, trust: ssl.SSLContext) -> openai.AsyncOpenAI:
    """Return a client that leaves retries and deadlines to its caller.

    It uses the proxies of the environment, as Codex and most tools do: where a proxy is set, there
    is mostly no other way out, and `NO_PROXY` names what is reached without.

    Raises:
        ProviderConfigInvalidError: the environment names a proxy that cannot be used.
    """
    try:
        connections = openai.DefaultAsyncHttpxClient(
            verify=trust,
            timeout=None,
            follow_redirects=False,  # documents and key are for this server
            event_hooks={"response": [_limit]},
        )
    except (ImportError, ValueError, httpx2.InvalidURL):
        raise ProviderConfigInvalidError(
            "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY",
            "names a proxy that cannot be used",
            hint="write it as http://host:port, or set NO_PROXY to the server's host",
        ) from None
    # NOTE: the SDK appends its paths to the whole URL, behind the query if there is one.
    address, _, query = url.partition("?")
    return openai.AsyncOpenAI(
        api_key=key,
        base_url=address,
        default_headers={"accept-encoding": "identity"},
        default_query=dict(parse_qsl(query, keep_blank_values=True)),
        max_retries=0,
        timeout=None,
        http_client=connections,
    )


def trusted_certificates() -> ssl.SSLContext:
    """Return the certificates to trust; reading them takes longer than many a request.

    Raises:
        ProviderConfigInvalidError: the environment names certificates that cannot be read.
    """
    try:
        return httpx2.create_ssl_context()
    except OSError:
        raise ProviderConfigInvalidError(
            "SSL_CERT_FILE, SSL_CERT_DIR or SSLKEYLOGFILE",
            "names a file or folder that cannot be used",
            hint="set it to one that is there, or unset it",
        ) from None


async def _limit(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        if response.is_success:
            raise CompressedError
        del response.headers["content-encoding"]  # an error is told by its status, unread
    is_events = "event-stream" in response.headers.get("content-type", "")
    limit = EVENTS_BYTES_MAX if is_events else DOCUMENT_BYTES_MAX
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _LimitedStream(response.stream, limit)


class _LimitedStream(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self._stream = stream
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Pass on the bytes of an answer.

        Raises:
            TooLargeError: there are too many of them.
        """
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > self._limit:
                raise TooLargeError
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
