from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from asking import KEY, SCHEMA, SECONDS
from curricle.errors import (
    CurricleError,
    ProviderAuthRejectedError,
    ProviderContextOverflowError,
    ProviderModelUnsupportedError,
    ProviderOutputInvalidError,
    ProviderQuotaExhaustedError,
    ProviderRateLimitedError,
    ProviderRefusedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.client import Answer, Usage
from curricle.providers.codex_faults import NO_STRUCTURED_ANSWER
from model_faults import FAULTS, answering
from model_server import ANSWER, Exchange, Fault, model_server
from model_wire import MODEL, Turn, parts_of

if TYPE_CHECKING:
    from asking import Caller


@pytest.mark.capability("R7")
def test_an_answer_comes_with_its_usage_and_its_progress(ask: Caller) -> None:
    with model_server() as server:
        answer = ask(server.url)
    assert answer == Answer(
        text=ANSWER,
        model=MODEL,
        usage=Usage(
            input_tokens=11, cached_input_tokens=3, output_tokens=7, reasoning_output_tokens=2
        ),
        request_id=answer.request_id,
    )
    assert answer.request_id
    assert ask.told == [
        "codex_exec: turn started",
        "codex_exec: turn completed: 11 tokens read, 7 written",
    ]


def test_the_server_gets_key_schema_prompt_and_no_tool_to_run_a_command(ask: Caller) -> None:
    with model_server() as server:
        ask(server.url, prompt="Sage «bestanden».")
        (request,) = server.requests
        assert server.lookups == []
    assert request.key == KEY
    assert request.prompt == "Sage «bestanden»."
    assert request.body["text"]["format"]["schema"] == SCHEMA
    assert request.body["text"]["format"]["strict"] is True
    assert request.body["store"] is False
    tools = {tool.get("name", tool["type"]) for tool in request.body["tools"]}
    assert not tools & {"exec_command", "write_stdin", "shell", "local_shell", "apply_patch"}
    assert "not-for-anybody" not in json.dumps(request.body)


def test_a_prompt_larger_than_a_pipe_arrives_whole(ask: Caller) -> None:
    prompt = "line of a scope document\n" * 30_000
    with model_server() as server:
        ask(server.url, prompt=prompt)
        assert server.requests[0].prompt.strip() == prompt.strip()


def test_a_prompt_larger_than_codex_takes_is_an_overflow_before_any_request(ask: Caller) -> None:
    with model_server() as server:
        error = ask.failing(server.url, prompt="x" * ((1 << 20) + 1))
        assert server.requests == []
    assert type(error) is ProviderContextOverflowError


EXPECTED: dict[str, type[CurricleError] | None] = {
    "http_400_schema": ProviderModelUnsupportedError,
    "http_400_unsupported_format": ProviderModelUnsupportedError,
    "http_400_parameter": ProviderModelUnsupportedError,
    "http_400_context": ProviderContextOverflowError,
    "http_400_context_bare": ProviderContextOverflowError,
    "http_400_policy": ProviderRefusedError,
    "http_400_cyber_policy": ProviderRefusedError,
    "http_400_invalid_prompt": ProviderRefusedError,
    "http_400_model": ProviderModelUnsupportedError,
    "http_400_detail": ProviderModelUnsupportedError,
    "http_400_detail_model": ProviderModelUnsupportedError,
    "http_401": ProviderAuthRejectedError,
    "http_401_detail": ProviderAuthRejectedError,
    "http_401_echo_key": ProviderAuthRejectedError,
    "http_402": ProviderQuotaExhaustedError,
    "http_403": ProviderAuthRejectedError,
    "http_404_model": ProviderModelUnsupportedError,
    "http_404_html": ProviderModelUnsupportedError,
    "http_413": ProviderContextOverflowError,
    "http_429_rate": ProviderRateLimitedError,
    "http_429_rate_retry_after_1": ProviderRateLimitedError,
    "http_429_rate_retry_after_300": ProviderRateLimitedError,
    "http_429_quota": ProviderQuotaExhaustedError,
    "http_429_usage_limit": ProviderQuotaExhaustedError,
    "http_429_usage_not_included": ProviderQuotaExhaustedError,
    "http_500": ProviderUnavailableError,
    "http_502": ProviderUnavailableError,
    "http_503": ProviderUnavailableError,
    "http_503_overloaded": ProviderUnavailableError,
    "html": ProviderUnavailableError,
    "broken_json": ProviderUnavailableError,
    "empty_body": ProviderUnavailableError,
    "null_body": ProviderUnavailableError,
    "no_choices": ProviderUnavailableError,
    "error_rate_in_200": ProviderUnavailableError,
    "error_event": ProviderUnavailableError,
    "failed_server_error": ProviderUnavailableError,
    "failed_rate_limit_exceeded": ProviderRateLimitedError,
    "failed_insufficient_quota": ProviderQuotaExhaustedError,
    "failed_context_length_exceeded": ProviderContextOverflowError,
    "failed_invalid_prompt": ProviderRefusedError,
    "failed_cyber_policy": ProviderRefusedError,
    "failed_server_is_overloaded": ProviderUnavailableError,
    "failed_usage_not_included": ProviderQuotaExhaustedError,
    "incomplete_length": ProviderOutputInvalidError,
    "incomplete_filter": ProviderRefusedError,
    "refusal": ProviderRefusedError,
    "empty_answer": ProviderOutputInvalidError,
    "prose": ProviderOutputInvalidError,
    "eof_without_completed": ProviderUnavailableError,
    "reset_before_headers": ProviderUnavailableError,
    "reset_mid_stream": ProviderUnavailableError,
    # These take all the time there is.
    "hang_before_headers": ProviderUnavailableError,
    "hang_mid_stream": ProviderTimeoutError,
    "slow_drip": ProviderTimeoutError,
    # Whoever reads the answer judges these; codex passes over an event it cannot read.
    "fenced": None,
    "truncated_answer": None,
    "wrong_schema": None,
    "broken_event": None,
    # codex takes longer over it than a test may: `test_a_large_answer_comes_whole`.
    "large_answer": None,
}
ENDLESS = {"hang_before_headers", "hang_mid_stream", "slow_drip"}


def test_every_way_a_server_fails_has_an_expectation() -> None:
    assert set(EXPECTED) == set(FAULTS)


@pytest.mark.capability("R8")
@pytest.mark.parametrize("name", sorted(name for name, kind in EXPECTED.items() if kind))
def test_a_fault_is_typed_after_one_request_in_time(ask: Caller, name: str) -> None:
    seconds = 3 if name in ENDLESS else SECONDS
    with model_server([FAULTS[name]]) as server:
        started_at = time.monotonic()
        error = ask.failing(server.url, seconds=seconds)
        took = time.monotonic() - started_at
        assert len(server.requests) == 1
    assert type(error) is EXPECTED[name]
    assert took < seconds + 2
    if isinstance(error, ProviderOutputInvalidError):
        assert NO_STRUCTURED_ANSWER in str(error)


@pytest.mark.parametrize("name", ["fenced", "truncated_answer", "wrong_schema", "broken_event"])
def test_what_may_be_an_object_is_passed_on_as_it_came(ask: Caller, name: str) -> None:
    with model_server([FAULTS[name]]) as server:
        assert "verdict" in ask(server.url).text


def test_a_large_answer_comes_whole(ask: Caller) -> None:
    text = json.dumps({"verdict": "x" * (1 << 20), "score": 7})
    with model_server([answering("large", text)]) as server:
        assert ask(server.url).text == text


def test_a_server_that_is_not_there_is_unavailable_at_once(ask: Caller) -> None:
    with model_server() as server:
        url = server.url
    started_at = time.monotonic()
    assert type(ask.failing(url)) is ProviderUnavailableError
    assert time.monotonic() - started_at < 5


def test_silence_ends_long_before_the_deadline(ask: Caller) -> None:
    with model_server([FAULTS["hang_before_headers"]]) as server:
        started_at = time.monotonic()
        error = ask.failing(server.url, seconds=9)
    assert type(error) is ProviderUnavailableError
    assert error.is_transient
    assert time.monotonic() - started_at < 6


def test_a_slow_answer_has_all_the_time_there_is(ask: Caller) -> None:
    def late(exchange: Exchange) -> None:
        exchange.send_head()
        time.sleep(3.3)
        for part in parts_of(exchange.received, Turn(text=ANSWER)):
            exchange.send(part)

    with model_server([Fault(name="late", reply=late)]) as server:
        assert ask(server.url, seconds=9).text == ANSWER
