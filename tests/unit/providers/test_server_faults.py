from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.errors import ProviderError
from curricle.providers.server_faults import ServerError, error_of, read_error


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": "model 'qwen' not found"}, "provider_model_unsupported"),
        (400, {"error": {"message": "Unknown field: reasoning"}}, "provider_model_unsupported"),
        (
            400,
            {"error": {"code": 400, "message": "the request exceeds the available context size"}},
            "provider_context_overflow",
        ),
        (400, {"error": {"message": "prompt is too long: 9 tokens"}}, "provider_context_overflow"),
        (
            401,
            {"error": {"message": "Missing scopes: api.responses.write."}},
            "provider_auth_rejected",
        ),
        (403, {"error": {"message": "Country not supported"}}, "provider_auth_rejected"),
        (407, None, "provider_auth_rejected"),
        (408, None, "provider_unavailable"),
        (418, None, "provider_model_unsupported"),
        (422, {"detail": [{"msg": "no"}]}, "provider_model_unsupported"),
        (429, None, "provider_rate_limited"),
        (
            429,
            {"error": {"message": "Quota exceeded. Check your plan and billing details."}},
            "provider_quota_exhausted",
        ),
        (429, {"error": {"type": "insufficient_quota"}}, "provider_quota_exhausted"),
        (500, {"error": {"code": "context_length_exceeded"}}, "provider_context_overflow"),
        (504, "<html>", "provider_unavailable"),
        (529, {"error": {"type": "overloaded_error"}}, "provider_unavailable"),
        (None, {"error": {"message": "upstream", "code": 401}}, "provider_auth_rejected"),
        (None, {"error": {"message": "upstream", "code": "502"}}, "provider_unavailable"),
        (None, {"error": {"message": "upstream", "code": 7}}, "provider_unavailable"),
    ],
)
def test_an_error_means_what_its_code_words_or_status_say(
    status: int | None, body: Any, code: str
) -> None:
    assert error_of("remote_llm", read_error(body, status)).code == code


def test_what_a_server_says_stays_short_and_on_one_line() -> None:
    error = error_of("remote_llm", ServerError(message="\x1b[31mred\n" * 1000, status=500))
    assert "\x1b" not in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 400


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda part: (
            st.lists(part)
            | st.dictionaries(st.sampled_from(["error", "code", "type", "message", "x"]), part)
        ),
        max_leaves=8,
    )
)
def test_any_body_is_some_error(body: Any) -> None:
    assert isinstance(error_of("remote_llm", read_error(body)), ProviderError)
