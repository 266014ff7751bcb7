"""Asks a server that speaks the OpenAI API, through the `openai` SDK: one attempt, one deadline.

Chat Completions by default, since most servers have it; the Responses API, streamed, with
`OPENAI_API_MODE=responses`. What an answer says is read by `server_answers.py`, what an error
means is `server_faults.py`.
"""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from curricle.errors import (
    DependencyMissingError,
    ProviderBaseUrlInvalidError,
    ProviderError,
    ProviderKeyMissingError,
    ProviderOutputInvalidError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.deadline import finish_within
from curricle.providers.masking import mask
from curricle.providers.server_answers import TEXT_SIZE_MAX, read_completion, read_response
from curricle.providers.server_faults import (
    error_of,
    read_error,
    wait_of_headers,
)
from curricle.providers.server_forms import (
    Form,
    chat_form,
    form_instead,
    prompt_in,
    response_form,
)
from curricle.providers.settings import ApiMode, shown_url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from openai import AsyncOpenAI, AsyncStream

    from curricle.providers.client import Answer, Question
    from curricle.providers.settings import ModelSettings

NAME: Final = "remote_llm"
DEFAULT_MODEL: Final = "gpt-5.5"
"""Asked for when `AGENT_MODEL` is not set: servers do not choose one by themselves."""
DEFAULT_URL: Final = "https://api.openai.com/v1"
_REJECTIONS: Final = {400, 422}
_NO_SUCH_API: Final = {404, 405}
_DELTA: Final = "response.output_text.delta"
_ERROR: Final = "error"
_LAST: Final = {"response.completed", "response.incomplete", "response.failed", _ERROR}
_KEY: Final = re.compile(r"[\x21-\x7e]+")


class _RejectedFormError(Exception):
    """The server does not take the parameter that asks for a form."""

    def __init__(self, other: Form, error: ProviderError) -> None:
        super().__init__()
        self.other = other
        self.error = error


class RemoteLlm:
    """A client of one server; may be used by several threads at once."""

    def __init__(self, settings: ModelSettings) -> None:
        """Check what can be checked without the server.

        Raises:
            ProviderKeyMissingError: there is no key, or none that a header can carry.
        """
        self._key = _checked_key(settings.api_key)
        self._secrets = settings.secrets
        self._url = settings.base_url or DEFAULT_URL
        self._is_responses = settings.api_mode == ApiMode.RESPONSES
        self._model = settings.model or DEFAULT_MODEL
        self._form = Form.SCHEMA

    @property
    def name(self) -> str:
        """Return the name it is chosen by."""
        return NAME

    @property
    def model(self) -> str:
        """Return the model it asks for."""
        return self._model

    def ask(
        self, question: Question, *, seconds_left: float, tell: Callable[[str], None]
    ) -> Answer:
        """Make one attempt: one request, or two where the server rejects the form of the first.

        Raises:
            ProviderError: there is no answer to use.
            ProviderBaseUrlInvalidError: what is at the URL is not this API.
            ProviderConfigInvalidError: a proxy of the environment cannot be used.
            DependencyMissingError: the SDK is not installed.
        """
        ends_at = monotonic() + seconds_left
        try:
            _import_sdk()
            return finish_within(
                ends_at - monotonic(), lambda: self._ask_in_any_form(question, tell)
            )
        except TimeoutError:
            message = f"no whole answer within {seconds_left:.3g} s"
            raise ProviderTimeoutError(NAME, message) from None

    async def _ask_in_any_form(self, question: Question, tell: Callable[[str], None]) -> Answer:
        from curricle.providers.server_connection import open_client

        async with open_client(self._key, self._url, self._trust) as client:
            form = self._form
            try:
                answer = await self._ask_once(client, question, form, tell)
            except _RejectedFormError as rejected:
                form = rejected.other
                tell(
                    f"{question.name}: the server does not take a schema, asking with {form.value}"
                )
                try:
                    answer = await self._ask_once(client, question, form, tell)
                except _RejectedFormError as again:
                    raise again.error from None
                self._form = form  # not rejected anew for each question
        if form is Form.SCHEMA:
            return answer
        note = f"the server rejects {Form.SCHEMA.value}: asked with {form.value}"
        return replace(answer, notes=(*answer.notes, note))

    async def _ask_once(
        self, client: AsyncOpenAI, question: Question, form: Form, tell: Callable[[str], None]
    ) -> Answer:
        import httpx2
        import openai

        from curricle.providers.server_connection import TooLargeError

        # NOTE: every cause is dropped with `from None`, since the SDK's own messages may repeat
        # the key, and a traceback would show them.
        try:
            if self._is_responses:
                return await self._ask_responses(client, question, form, tell)
            return await self._ask_chat(client, question, form)
        except openai.APIStatusError as error:
            self._raise_for_status(error.response, form)
        except openai.APITimeoutError:
            raise ProviderTimeoutError(NAME, "the connection timed out") from None
        except (openai.APIConnectionError, httpx2.HTTPError, OSError, TooLargeError) as error:
            self._raise_for_connection(error)
        except openai.APIError as error:  # an error among the events
            raise error_of(NAME, read_error(_without(self._secrets, error.body))) from None
        except (ValueError, RecursionError, openai.OpenAIError):
            message = "the answer is not the JSON that the API promises"
            raise ProviderOutputInvalidError(NAME, message) from None

    async def _ask_chat(self, client: AsyncOpenAI, question: Question, form: Form) -> Answer:
        raw = await client.chat.completions.with_raw_response.create(
            model=self._model,
            messages=[{"role": "user", "content": prompt_in(form, question)}],
            **chat_form(form, question.schema),
        )
        answer = read_completion(NAME, self._document(raw.http_response))
        return replace(answer, request_id=raw.request_id)

    async def _ask_responses(
        self, client: AsyncOpenAI, question: Question, form: Form, tell: Callable[[str], None]
    ) -> Answer:
        raw = await client.responses.with_raw_response.create(
            model=self._model,
            input=prompt_in(form, question),
            store=False,
            stream=True,
            **response_form(form, question.schema),
        )
        response = raw.http_response
        if re.search("json|html", response.headers.get("content-type", "")):
            await response.aread()
            answer = read_response(NAME, self._document(response))
        else:
            stream = cast("AsyncStream[Any]", raw.parse())
            answer = await self._read_events(stream, lambda: tell(f"{question.name}: answering"))
        return replace(answer, request_id=raw.request_id)

    async def _read_events(
        self, stream: AsyncStream[Any], tell_start: Callable[[], None]
    ) -> Answer:
        """Return the answer of a stream of events.

        The last event says how it ended: a stream that stops before it has no answer, and one that
        goes on after it is left.
        """
        pieces: list[str] = []
        size = 0
        last: Mapping[str, Any] | None = None
        while last is None and size <= TEXT_SIZE_MAX:
            event = await anext(stream, None)
            if event is None:
                break
            kind = getattr(event, "type", None)  # an event that is none has no type
            if kind == _DELTA:
                if not pieces:
                    tell_start()
                pieces.append(str(getattr(event, "delta", "")))
                size += len(pieces[-1])
            elif kind in _LAST:
                last = _without(self._secrets, event.to_dict(warnings=False))
        await _leave(stream)
        if size > TEXT_SIZE_MAX:
            message = f"the answer is longer than {TEXT_SIZE_MAX} characters"
            raise ProviderOutputInvalidError(NAME, message)
        if last is None:
            raise ProviderUnavailableError(NAME, "the stream ended before the answer was complete")
        if last["type"] == _ERROR:
            raise error_of(NAME, read_error(last))
        return read_response(
            NAME, last.get("response"), streamed=_without(self._secrets, "".join(pieces))
        )

    def _document(self, response: Any) -> Any:
        """Return the JSON of an answer; a page in its place tells that the URL is wrong."""
        kind = response.headers.get("content-type", "")
        if "html" in kind or response.content.lstrip()[:1] == b"<":
            raise ProviderBaseUrlInvalidError(
                shown_url(self._url),
                "it answers with a web page; the URL of an API mostly ends in /v1",
            )
        return _without(self._secrets, json.loads(response.content))

    def _raise_for_status(self, response: Any, form: Form) -> NoReturn:
        status: int = response.status_code
        body = _without(self._secrets, _json_of(response))
        server_error = read_error(body, status)
        if status in _NO_SUCH_API and not server_error.message:
            raise ProviderBaseUrlInvalidError(
                shown_url(self._url), f"it has no such API (HTTP {status})"
            ) from None
        error = error_of(NAME, server_error, wait_of_headers(response.headers))
        other = form_instead(server_error) if status in _REJECTIONS else None
        if form is Form.SCHEMA and other is not None:
            raise _RejectedFormError(other, error) from None
        raise error from None

    def _raise_for_connection(self, error: BaseException) -> NoReturn:
        import httpx2

        from curricle.providers.server_connection import SIZE_MAX, TooLargeError

        causes = _causes(error)
        if any(isinstance(cause, TooLargeError) for cause in causes):
            message = f"the answer does not end within {SIZE_MAX} bytes"
            raise ProviderOutputInvalidError(NAME, message) from None
        if any(isinstance(c, (httpx2.UnsupportedProtocol, httpx2.InvalidURL)) for c in causes):
            raise ProviderBaseUrlInvalidError(
                shown_url(self._url), "no request can be sent to it"
            ) from None
        reason = next((r for c in reversed(causes) if (r := _reason_of(c))), type(error).__name__)
        raise ProviderUnavailableError(
            NAME, f"the connection to {shown_url(self._url)} failed: {reason}"
        ) from None

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Return the certificates to trust, read once."""
        from curricle.providers.server_connection import trusted_certificates

        return trusted_certificates()


def _checked_key(key: str | None) -> str:
    if not key:
        raise ProviderKeyMissingError("it is not set" if key is None else "it is empty")
    if not _KEY.fullmatch(key):
        raise ProviderKeyMissingError("it holds characters that no key has, such as a line break")
    return key


def _import_sdk() -> None:
    try:
        import openai  # noqa: F401
    except ImportError as error:
        raise DependencyMissingError(error.name or "openai") from error


async def _leave(stream: AsyncStream[Any]) -> None:
    """Close a stream and end every generator that reads it.

    NOTE: generators left in the middle would be closed by the event loop, all at once, of which
    they complain on stderr. Reading on from a closed connection ends them from the inside out.
    """
    await stream.close()
    with suppress(Exception):  # the error is the end that is wanted
        while await anext(stream, None) is not None:
            pass


def _reason_of(error: BaseException) -> str:
    """Return what the system says of an error; never a library's words, which may hold a header."""
    if isinstance(error, ssl.SSLError | socket.gaierror):
        return error.strerror or ""
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""


def _without(secrets: Collection[str], value: Any) -> Any:
    """Return a JSON value that does not repeat a secret, as the errors of some servers do."""
    if isinstance(value, str):
        return mask(value, secrets)
    if isinstance(value, Mapping):
        return {mask(str(name), secrets): _without(secrets, v) for name, v in value.items()}
    return [_without(secrets, part) for part in value] if isinstance(value, list) else value


def _json_of(response: Any) -> Any:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error with what caused it, outermost first."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found
