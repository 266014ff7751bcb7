from __future__ import annotations

import signal
import socket
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic
from typing import Final

import openai  # noqa: F401 - takes half a second, which no test is to be charged with
import pytest

from curricle.authoring.question import Question
from curricle.errors import (
    DependencyMissingError,
    InterruptError,
    ProviderAuthRejectedError,
    ProviderConfigInvalidError,
    ProviderKeyMissingError,
    ProviderOutputInvalidError,
    ProviderRateLimitedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.client import Usage
from curricle.providers.settings import ApiMode
from model_faults import FAULTS, api_error, instead
from model_server import ANSWER, Exchange, Fault, model_server
from model_wire import MODEL, REQUEST_ID, Turn, parts_of
from remote import KEY, LATE_MAX, QUESTION, SCHEMA, SECONDS, ask, client

MODES: Final = tuple(ApiMode)
SECRET: Final = "hunter2-hunter2"
NEVER_ENDING: Final = ("slow_drip", "hang_before_headers", "hang_mid_stream")
pytestmark = pytest.mark.usefixtures("leaves_nothing")


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_comes_with_its_model_usage_and_request_id(mode: ApiMode) -> None:
    with model_server() as server:
        answer = ask(client(server.url, mode))
    assert answer.text == ANSWER
    assert (answer.model, answer.request_id, answer.notes) == (MODEL, REQUEST_ID, ())
    assert answer.usage == Usage(
        input_tokens=11, cached_input_tokens=3, output_tokens=7, reasoning_output_tokens=2
    )


def test_a_schema_is_asked_for_strictly() -> None:
    strict = {"name": "answer", "strict": True, "schema": SCHEMA}
    with model_server() as server:
        ask(client(server.url))
        ask(client(server.url, ApiMode.RESPONSES))
    chat, responses = server.requests
    assert chat.body == {
        "model": MODEL,
        "messages": [{"role": "user", "content": QUESTION.prompt}],
        "response_format": {"type": "json_schema", "json_schema": strict},
    }
    assert responses.body == {
        "model": MODEL,
        "input": QUESTION.prompt,
        "text": {"format": {"type": "json_schema", **strict}},
        "store": False,
        "stream": True,
    }
    assert chat.key == responses.key == KEY


@pytest.mark.parametrize("mode", MODES)
def test_a_server_that_rejects_schemas_is_asked_once_more_and_then_differently(
    mode: ApiMode,
) -> None:
    told: list[str] = []
    with model_server([FAULTS["http_400_unsupported_format"], ANSWER]) as server:
        asked = client(server.url, mode)
        first = asked.ask(QUESTION, seconds_left=SECONDS, tell=told.append)
        second = ask(asked)
    assert first.text == second.text == ANSWER
    assert first.notes == second.notes
    assert first.notes == ("the server rejects strict json_schema: asked with the prompt alone",)
    assert told[0] == "outline: the server takes no schema, asking with the prompt alone"
    assert [request.schema for request in server.requests] == [SCHEMA, None, None]
    assert '"additionalProperties": false' in server.requests[1].prompt


def test_json_object_is_asked_for_where_the_server_says_that_it_takes_it() -> None:
    message = "'response_format.type' must be one of 'text', 'json_object'"
    with model_server([api_error("", 422, message), ANSWER]) as server:
        answer = ask(client(server.url))
    assert server.requests[1].body["response_format"] == {"type": "json_object"}
    assert answer.notes[0].endswith("asked with json_object")


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("http_429_rate", None),
        ("http_429_rate_retry_after_1", 1.0),
        ("http_429_rate_retry_after_300", 300.0),
        ("failed_rate_limit_exceeded", 1.5),
    ],
)
def test_what_a_server_asks_to_wait_comes_with_the_error(name: str, seconds: float | None) -> None:
    with model_server([FAULTS[name]]) as server, pytest.raises(ProviderRateLimitedError) as raised:
        ask(client(server.url))
    assert raised.value.retry_after_seconds == seconds


@pytest.mark.capability("R9")
def test_without_a_key_nothing_is_asked() -> None:
    with pytest.raises(ProviderKeyMissingError, match="OPENAI_API_KEY is required: it is not set"):
        client("http://127.0.0.1:9/v1", api_key=None)


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_is_taken_from_a_server_that_goes_on_after_it(mode: ApiMode) -> None:
    def answer_and_hang(exchange: Exchange) -> None:
        whole = b"".join(parts_of(exchange.received, Turn(text=ANSWER)))
        exchange.send_head(length=len(whole) + (1 if mode is ApiMode.RESPONSES else 0))
        exchange.send(whole)
        exchange.hang()

    with model_server([Fault(name="lingers", reply=answer_and_hang)]) as server:
        started = monotonic()
        assert ask(client(server.url, mode)).text == ANSWER
    assert monotonic() - started < LATE_MAX


def test_a_server_that_answers_events_with_a_document_is_understood() -> None:
    def answer_whole(exchange: Exchange) -> None:
        request = replace(exchange.received, body={**exchange.received.body, "stream": False})
        exchange.send_head(kind="application/json")
        exchange.send(parts_of(request, Turn(text=ANSWER))[0])

    with model_server([Fault(name="document", reply=answer_whole)]) as server:
        assert ask(client(server.url, ApiMode.RESPONSES)).text == ANSWER


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_without_end_is_left(mode: ApiMode) -> None:
    endless = instead("endless", b" " * (40 << 20))
    with model_server([endless]) as server, pytest.raises(ProviderOutputInvalidError) as raised:
        ask(client(server.url, mode))
    assert "longer than any that is read" in str(raised.value)


def test_a_query_of_the_address_goes_with_every_request() -> None:
    with model_server() as server:
        assert ask(client(f"{server.url}?api-version=preview")).text == ANSWER
    assert server.requests[0].path == "/v1/chat/completions?api-version=preview"


def test_a_password_of_the_address_is_in_no_message() -> None:
    def repeat(exchange: Exchange) -> None:
        api_error("", 403, f"no: {SECRET}", code="denied").reply(exchange)

    with model_server([Fault(name="repeats", reply=repeat)]) as server:
        url = server.url.replace("//", f"//user:{SECRET}@")
        with pytest.raises(ProviderAuthRejectedError) as raised:
            ask(client(url))
    assert str(raised.value).endswith("no: [redacted:credential]")


def test_nobody_at_the_address_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ProviderUnavailableError) as raised:
        ask(client(f"http://user:{SECRET}@127.0.0.1:{port}/v1?token=abc"))
    assert str(raised.value) == (
        f"remote_llm: the connection to http://127.0.0.1:{port}/v1 failed: Connection refused"
    )


def test_a_server_without_tls_is_unavailable_over_tls() -> None:
    with model_server() as server, pytest.raises(ProviderUnavailableError):
        ask(client(server.url.replace("http:", "https:")))


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        assert ask(client("http://model.invalid/v1")).text == ANSWER
    assert proxy.requests[0].path == "http://model.invalid/v1/chat/completions"


def test_a_proxy_that_cannot_be_used_is_a_setting_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:secret@127.0.0.1:1")
    with model_server() as server, pytest.raises(ProviderConfigInvalidError) as raised:
        ask(client(server.url))
    assert "ALL_PROXY" in str(raised.value)
    assert "secret" not in "".join(traceback.format_exception(raised.value))
    assert not server.requests


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server() as server:
        asked = client(server.url)
        monkeypatch.setitem(__import__("sys").modules, "openai", None)
        with pytest.raises(DependencyMissingError) as raised:
            ask(asked)
    assert str(raised.value) == "openai is not installed"


def test_questions_can_be_asked_side_by_side() -> None:
    prompts = [f"number {number}" for number in range(16)]
    with model_server([lambda request: f"to {request.prompt}"]) as server:
        asked = client(server.url)

        def one(prompt: str) -> str:
            question = Question(name="section", prompt=prompt, schema=SCHEMA)
            return asked.ask(question, seconds_left=SECONDS, tell=lambda _: None).text

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(one, prompts))
    assert answers == [f"to {prompt}" for prompt in prompts]


def test_no_time_left_is_a_timeout_without_a_request() -> None:
    with model_server() as server, pytest.raises(ProviderTimeoutError):
        ask(client(server.url), 0.0)
    assert not server.requests


@pytest.mark.parametrize("name", NEVER_ENDING)
def test_a_signal_ends_a_call_at_once(name: str) -> None:
    def stop(*_: object) -> None:
        raise InterruptError("SIGALRM")

    before = signal.signal(signal.SIGALRM, stop)
    try:
        with model_server([FAULTS[name]]) as server:
            started = monotonic()
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(InterruptError):
                ask(client(server.url))
            assert monotonic() - started < LATE_MAX
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
