from __future__ import annotations

import traceback
from time import monotonic
from typing import Final

import pytest

from curricle.errors import CurricleError
from curricle.providers.settings import ApiMode
from model_faults import FAULTS
from model_server import model_server
from remote import KEY, LATE_MAX, SECONDS, ask, client

pytestmark = pytest.mark.usefixtures("leaves_nothing")

SHORT_SECONDS: Final = 0.4
EXPECTED: Final = {
    "http_400_schema": "provider_model_unsupported",
    "http_400_unsupported_format": "provider_model_unsupported",
    "http_400_parameter": "provider_model_unsupported",
    "http_400_context": "provider_context_overflow",
    "http_400_context_bare": "provider_context_overflow",
    "http_400_policy": "provider_refused",
    "http_400_cyber_policy": "provider_refused",
    "http_400_invalid_prompt": "provider_refused",
    "http_400_model": "provider_model_unsupported",
    "http_400_detail": "provider_model_unsupported",
    "http_400_detail_model": "provider_model_unsupported",
    "http_401": "provider_auth_rejected",
    "http_401_detail": "provider_auth_rejected",
    "http_401_echo_key": "provider_auth_rejected",
    "http_402": "provider_quota_exhausted",
    "http_403": "provider_auth_rejected",
    "http_404_model": "provider_model_unsupported",
    "http_404_html": "provider_base_url_invalid",
    "http_413": "provider_context_overflow",
    "http_429_rate": "provider_rate_limited",
    "http_429_rate_retry_after_1": "provider_rate_limited",
    "http_429_rate_retry_after_300": "provider_rate_limited",
    "http_429_quota": "provider_quota_exhausted",
    "http_429_usage_limit": "provider_quota_exhausted",
    "http_429_usage_not_included": "provider_quota_exhausted",
    "http_500": "provider_unavailable",
    "http_502": "provider_unavailable",
    "http_503": "provider_unavailable",
    "http_503_overloaded": "provider_unavailable",
    "html": "provider_base_url_invalid",
    "broken_json": "provider_output_invalid",
    "empty_body": "provider_output_invalid",
    "null_body": "provider_output_invalid",
    "no_choices": "provider_output_invalid",
    "error_rate_in_200": "provider_rate_limited",
    "error_event": "provider_unavailable",
    "failed_server_error": "provider_unavailable",
    "failed_rate_limit_exceeded": "provider_rate_limited",
    "failed_insufficient_quota": "provider_quota_exhausted",
    "failed_context_length_exceeded": "provider_context_overflow",
    "failed_invalid_prompt": "provider_refused",
    "failed_cyber_policy": "provider_refused",
    "failed_server_is_overloaded": "provider_unavailable",
    "failed_usage_not_included": "provider_quota_exhausted",
    "incomplete_length": "provider_output_invalid",
    "incomplete_filter": "provider_refused",
    "refusal": "provider_refused",
    "empty_answer": "provider_output_invalid",
    "large_answer": "provider_output_invalid",
    "eof_without_completed": "provider_output_invalid",
    "broken_event": "provider_output_invalid",
    "slow_drip": "provider_timeout",
    "hang_before_headers": "provider_timeout",
    "hang_mid_stream": "provider_timeout",
    "reset_before_headers": "provider_unavailable",
    "reset_mid_stream": "provider_unavailable",
}
EXPECTED_OF_EVENTS: Final = {**EXPECTED, "eof_without_completed": "provider_unavailable"}
WELL_SENT: Final = {"prose", "fenced", "truncated_answer", "wrong_schema"}
"""Answers that are no good, which only their reader can tell."""
ASKED_TWICE: Final = {"http_400_schema", "http_400_unsupported_format"}
NEVER_ENDING: Final = {"slow_drip", "hang_before_headers", "hang_mid_stream"}
MODES: Final = {ApiMode.CHAT: EXPECTED, ApiMode.RESPONSES: EXPECTED_OF_EVENTS}


@pytest.mark.parametrize("mode", MODES)
def test_every_known_fault_is_expected_to_be_something(mode: ApiMode) -> None:
    assert set(MODES[mode]) | WELL_SENT == set(FAULTS)


@pytest.mark.capability("R9")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", EXPECTED)
def test_a_fault_of_a_server_is_typed_in_time_and_without_the_key(name: str, mode: ApiMode) -> None:
    seconds = SHORT_SECONDS if name in NEVER_ENDING else SECONDS
    with model_server([FAULTS[name]]) as server:
        started = monotonic()
        with pytest.raises(CurricleError) as raised:
            ask(client(server.url, mode), seconds)
        took = monotonic() - started
        requests = len(server.requests)
    assert raised.value.code == MODES[mode][name]
    assert requests == (2 if name in ASKED_TWICE else 1)
    assert took < seconds + LATE_MAX
    shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value.details)
    assert KEY not in shown


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(WELL_SENT))
def test_what_an_answer_means_is_left_to_its_reader(name: str, mode: ApiMode) -> None:
    with model_server([FAULTS[name]]) as server:
        assert ask(client(server.url, mode)).text.strip()
