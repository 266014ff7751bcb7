"""Asks a server that speaks the OpenAI API, through the `openai` SDK: one attempt, one deadline.

Chat Completions by default, since most servers have it; the Responses API, streamed, with
`OPENAI_API_MODE=responses`. What an answer says is read by `server_answers.py`, what went wrong
is told by `sdk_errors.py`.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, cast

from curricle.authoring.question import ANSWER_CHARACTERS_MAX
from curricle.errors import (
    DependencyMissingError,
    ProviderBaseUrlInvalidError,
    ProviderKeyMissingError,
    ProviderOutputInvalidError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.address import shown_url
from curricle.providers.client import name_of
from curricle.providers.deadline import finish_within
from curricle.providers.masking import mask, mask_json
from curricle.providers.server_answers import read_completion, read_response
from curricle.providers.server_faults import error_of, read_error
from curricle.providers.server_forms import Form, chat_form, prompt_in, response_form
from curricle.providers.settings import BASE_URL_DEFAULT, ApiMode

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from openai import AsyncOpenAI, AsyncStream

    from curricle.authoring.question import Question
    from curricle.providers.client import Answer
    from curricle.providers.settings import ModelSettings

NAME: Final = "remote_llm"
DEFAULT_MODEL: Final = "gpt-5.5"
"""Asked for when `AGENT_MODEL` is not set: servers do not choose one by themselves."""
_DELTA: Final = "response.output_text.delta"
_ERROR: Final = "error"
_LAST: Final = {"response.completed", "response.incomplete", "response.failed", _ERROR}


class RemoteLlm:
    """A client of one server; may be used by several threads at once."""

    def __init__(self, settings: ModelSettings) -> None:
        """Take settings that were checked.

        Raises:
            ProviderKeyMissingError: there is no key.
        """
        if settings.api_key is None:
            raise ProviderKeyMissingError("it is not set")
        self._key = settings.api_key
        self._secrets = settings.secrets
        self._url = settings.base_url or BASE_URL_DEFAULT
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
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            message = f"nothing can be opened to ask with: {reason}"
            raise ProviderUnavailableError(NAME, message) from error

    def prepare(self) -> None:
        """Make sure that requests could be made, without making one.

        Raises:
            ProviderConfigInvalidError: the environment names certificates or a proxy in vain.
            DependencyMissingError: the SDK is not installed.
        """
        _import_sdk()
        from curricle.providers.server_connection import open_client

        open_client(self._key, self._url, self._trust)

    async def _ask_in_any_form(self, question: Question, tell: Callable[[str], None]) -> Answer:
        from curricle.providers.sdk_errors import SDK_ERRORS, rejected_form, translated
        from curricle.providers.server_connection import open_client

        form = self._form
        try:
            async with open_client(self._key, self._url, self._trust) as client:
                try:
                    answer = await self._ask_once(client, question, form, tell)
                except SDK_ERRORS as error:
                    other = rejected_form(error) if form is Form.SCHEMA else None
                    if other is None:
                        raise
                    tell(f"{question.name}: the server takes no schema, asking with {other.value}")
                    form = other
                    answer = await self._ask_once(client, question, form, tell)
        except SDK_ERRORS as error:
            raise translated(error, NAME, shown_url(self._url), self._secrets) from None
        self._form = form  # not rejected anew for each question
        return _noted(answer, form)

    async def _ask_once(
        self, client: AsyncOpenAI, question: Question, form: Form, tell: Callable[[str], None]
    ) -> Answer:
        if self._is_responses:
            return await self._ask_responses(client, question, form, tell)
        return await self._ask_chat(client, question, form)

    async def _ask_chat(self, client: AsyncOpenAI, question: Question, form: Form) -> Answer:
        raw = await client.chat.completions.with_raw_response.create(
            model=self._model,
            messages=[{"role": "user", "content": prompt_in(form, question)}],
            **chat_form(form, question.schema),
        )
        answer = read_completion(NAME, self._document(raw.http_response))
        return replace(answer, request_id=name_of(mask(raw.request_id or "", self._secrets)))

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
        return replace(answer, request_id=name_of(mask(raw.request_id or "", self._secrets)))

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
        while last is None and size <= ANSWER_CHARACTERS_MAX:
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
                last = mask_json(event.to_dict(warnings=False), self._secrets)
        await _leave(stream)
        if size > ANSWER_CHARACTERS_MAX:
            message = f"the answer is longer than {ANSWER_CHARACTERS_MAX} characters"
            raise ProviderOutputInvalidError(NAME, message)
        if last is None:
            raise ProviderUnavailableError(NAME, "the stream ended before the answer was complete")
        if last["type"] == _ERROR:
            raise error_of(NAME, read_error(last))
        return read_response(
            NAME, last.get("response"), streamed=mask("".join(pieces), self._secrets)
        )

    def _document(self, response: Any) -> Any:
        """Return the JSON of an answer; a page in its place tells that the URL is wrong."""
        kind = response.headers.get("content-type", "")
        if "html" in kind or response.content.lstrip()[:1] == b"<":
            raise ProviderBaseUrlInvalidError(
                shown_url(self._url),
                "it answers with a web page; the URL of an API mostly ends in /v1",
            )
        return json.loads(mask(response.content.decode(), self._secrets))

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Return the certificates to trust, read once."""
        from curricle.providers.server_connection import trusted_certificates

        return trusted_certificates()


def _import_sdk() -> None:
    try:
        import openai  # noqa: F401
    except ImportError as error:
        raise DependencyMissingError(error.name or "openai") from error


def _noted(answer: Answer, form: Form) -> Answer:
    if form is Form.SCHEMA:
        return answer
    note = f"the server rejects {Form.SCHEMA.value}: asked with {form.value}"
    return replace(answer, notes=(*answer.notes, note))


async def _leave(stream: AsyncStream[Any]) -> None:
    """Close a stream and end every generator that reads it.

    NOTE: generators left in the middle would be closed by the event loop, all at once, of which
    they complain on stderr. Reading on from a closed connection ends them from the inside out.
    """
    from curricle.providers.sdk_errors import SDK_ERRORS

    await stream.close()
    with suppress(*SDK_ERRORS):  # the error is the end that is wanted
        while await anext(stream, None) is not None:
            pass
