from __future__ import annotations

import pytest

from curricle.errors import (
    CurricleError,
    ProviderAuthRejectedError,
    ProviderCommandMissingError,
    ProviderConfigInvalidError,
    ProviderContextOverflowError,
    ProviderModelUnsupportedError,
    ProviderOutputInvalidError,
    ProviderQuotaExhaustedError,
    ProviderRateLimitedError,
    ProviderRefusedError,
    ProviderSandboxDeniedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.codex_faults import (
    FAULTS,
    NO_STRUCTURED_ANSWER,
    SETUP_FAULTS,
    fault_of,
    fault_of_commands,
    fault_of_start,
)

# As users of codex reported them, and as it said them when asked through a failing server.
REPORTED: list[tuple[str, type[CurricleError]]] = [
    (
        (
            '{"type":"error","status":400,"error":{"type":"invalid_request_error","message":"The'
            " 'gpt-5.3-codex-spark' model is not supported when using Codex with a ChatGPT"
            ' account."}}'
        ),
        ProviderModelUnsupportedError,
    ),
    (
        (
            '{"detail":"The \'gpt-5.3-codex\' model is not supported when using Codex with a'
            ' ChatGPT account."}'
        ),
        ProviderModelUnsupportedError,
    ),
    (
        (
            "stream disconnected before completion: The model `gpt-5.3-codex` does not exist or you"
            " do not have access to it."
        ),
        ProviderModelUnsupportedError,
    ),
    (
        (
            "unexpected status 404 Not Found: The model `gpt-5.5` does not exist or you do not have"
            " access to it., url: https://host/v1/responses, cf-ray: 1, request id: 2"
        ),
        ProviderModelUnsupportedError,
    ),
    (
        (
            'unexpected status 404 Not Found: {"error":{"message":"model'
            ' \'gpt-5.2-codex\' not found","type":"api_error"}}'
        ),
        ProviderModelUnsupportedError,
    ),
    (
        "unexpected status 404 Not Found: 404 page not found, url: https://host/v1/responses",
        ProviderModelUnsupportedError,
    ),
    (
        "exceeded retry limit, last status: 401 Unauthorized, request id: 3",
        ProviderAuthRejectedError,
    ),
    (
        "unexpected status 401 Unauthorized: Missing bearer or basic authentication in header",
        ProviderAuthRejectedError,
    ),
    ("unexpected status 401 Unauthorized: missing api key", ProviderAuthRejectedError),
    (
        (
            "unexpected status 401 Unauthorized: You have insufficient permissions for this"
            " operation. Missing scopes: api.responses.write."
        ),
        ProviderAuthRejectedError,
    ),
    ('unexpected status 401 Unauthorized: {"detail":"Unauthorized"}', ProviderAuthRejectedError),
    (
        (
            "Your access token could not be refreshed because your refresh token was already used."
            " Please log out and sign in again."
        ),
        ProviderAuthRejectedError,
    ),
    (
        (
            "Your access token could not be refreshed because you have since logged out or signed"
            " in to another account. Please sign in again."
        ),
        ProviderAuthRejectedError,
    ),
    ("unexpected status 403 Forbidden: no", ProviderAuthRejectedError),
    ("Missing environment variable: `OPENAI_API_KEY`.", ProviderAuthRejectedError),
    (
        (
            "You\N{RIGHT SINGLE QUOTATION MARK}ve hit your usage limit. Upgrade to Pro or try again"
            " in 2 days 17 hours 14 minutes."
        ),
        ProviderQuotaExhaustedError,
    ),
    (
        (
            "You've hit your usage limit. To get more access now, send a request to your admin or"
            " try again at 2:57 PM."
        ),
        ProviderQuotaExhaustedError,
    ),
    ("Quota exceeded. Check your plan and billing details.", ProviderQuotaExhaustedError),
    (
        "To use Codex with your ChatGPT plan, upgrade to Plus: https://host/plus.",
        ProviderQuotaExhaustedError,
    ),
    ("unexpected status 402 Payment Required: Insufficient credits", ProviderQuotaExhaustedError),
    ("exceeded retry limit, last status: 429 Too Many Requests", ProviderRateLimitedError),
    ("rate limit exceeded: slow", ProviderRateLimitedError),
    ("Selected model is at capacity. Please try a different model.", ProviderUnavailableError),
    (
        "stream disconnected before completion: stream closed before response.completed",
        ProviderUnavailableError,
    ),
    (
        (
            "stream disconnected before completion: Transport error: network error: error decoding"
            " response body"
        ),
        ProviderUnavailableError,
    ),
    (
        (
            "stream disconnected before completion: An error occurred while processing your"
            " request. You can retry your request"
        ),
        ProviderUnavailableError,
    ),
    ("error sending request for url (https://host/v1/responses)", ProviderUnavailableError),
    ("Reconnecting... waiting for network (Connection failed)", ProviderUnavailableError),
    (
        (
            "We\N{RIGHT SINGLE QUOTATION MARK}re currently experiencing high demand, which may"
            " cause temporary errors."
        ),
        ProviderUnavailableError,
    ),
    ("unexpected status 502 Bad Gateway: <html>", ProviderUnavailableError),
    (
        "Stream disconnected before completion: Operation timed out (os error 60)",
        ProviderTimeoutError,
    ),
    (
        "stream disconnected before completion: idle timeout waiting for SSE",
        ProviderTimeoutError,
    ),
    ("timeout waiting for child process to exit", ProviderTimeoutError),
    ("unexpected status 504 Gateway Timeout: <html>", ProviderTimeoutError),
    (
        (
            '{"error": {"code": "invalid_json_schema", "message": "Invalid schema for'
            " response_format 'codex_output_schema'. Please ensure it is a valid JSON Schema.\"}}"
        ),
        ProviderModelUnsupportedError,
    ),
    (
        (
            "Codex ran out of room in the model's context window. Start a new thread or clear"
            " earlier history before retrying."
        ),
        ProviderContextOverflowError,
    ),
    (
        (
            'Error running remote compact task: {"error":{"message":"Your input exceeds the context'
            ' window of this model.","code":"context_length_exceeded"}}'
        ),
        ProviderContextOverflowError,
    ),
    (
        (
            "turn/start failed: Input exceeds the maximum length of 1048576 characters. (code"
            ' -32602), data: {"input_error_code":"input_too_large"}'
        ),
        ProviderContextOverflowError,
    ),
    ("unexpected status 413 Payload Too Large: <html>", ProviderContextOverflowError),
    (
        (
            "This content was flagged for possible cybersecurity risk. If this seems wrong, try"
            " rephrasing your request."
        ),
        ProviderRefusedError,
    ),
    (
        (
            "stream disconnected before completion: Incomplete response returned, reason:"
            " content_filter"
        ),
        ProviderRefusedError,
    ),
    (
        "Incomplete response returned, reason: max_output_tokens",
        ProviderOutputInvalidError,
    ),
    ('{"error": {"message": "No.", "code": null, "type": "t"}}', ProviderModelUnsupportedError),
    ("something that nobody has seen before", ProviderUnavailableError),
    ("", ProviderUnavailableError),
]


@pytest.mark.parametrize(("text", "kind"), REPORTED, ids=[text[:40] for text, _ in REPORTED])
def test_a_reported_text_is_the_error_it_stands_for(text: str, kind: type[CurricleError]) -> None:
    assert type(fault_of(text)) is kind


def test_every_needle_can_decide() -> None:
    assert [needle for needle, kind in FAULTS if type(fault_of(needle)) is not kind] == []
    assert [needle for needle, _ in FAULTS if needle != needle.lower()] == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("rate limit exceeded: Please try again in 1.898s.", 1.898),
        ("rate limit exceeded: Please try again in 350ms.", 0.35),
        ("rate limit exceeded: Please try again in 2m5.5s.", 125.5),
        ("rate limit exceeded: Please try again in 20 seconds.", 20),
        ("rate limit exceeded: Please try again in 2 days.", None),
        ("rate limit exceeded: slow", None),
    ],
)
def test_a_rate_limit_tells_how_long_to_wait(text: str, seconds: float | None) -> None:
    assert fault_of(text).retry_after_seconds == pytest.approx(seconds)


def test_a_cut_answer_has_the_phrase_to_look_for() -> None:
    assert NO_STRUCTURED_ANSWER in str(fault_of("Incomplete response, reason: max_output_tokens"))


def test_a_server_without_the_api_is_named_in_the_hint() -> None:
    assert "OPENAI_BASE_URL" in fault_of("unexpected status 404 Not Found: no").hint


def test_a_message_is_one_short_printable_line() -> None:
    message = str(fault_of("\x1b]0;title\x07 rate limit\n" + "x" * 10_000))
    assert len(message) < 400
    assert message.isprintable()


MISSING = "Error: Missing optional dependency @openai/codex-linux-x64. Reinstall Codex"


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (127, "/usr/bin/env: 'node': No such file or directory", ProviderCommandMissingError),
        (126, "/some/codex: Permission denied", ProviderCommandMissingError),
        (1, MISSING, ProviderCommandMissingError),
        (2, "error: unexpected argument '--ephemeral' found", ProviderCommandMissingError),
        (1, "Error: Resource temporarily unavailable (os error 11)", ProviderUnavailableError),
        (101, "thread 'codex-main' panicked at stdio.rs", ProviderUnavailableError),
        (137, "", ProviderUnavailableError),
        (1, "Error: Your access token could not be refreshed", ProviderAuthRejectedError),
        (1, "turn/start failed: input_too_large", ProviderContextOverflowError),
    ],
)
def test_a_start_that_failed_is_the_error_it_stands_for(
    status: int, text: str, kind: type[CurricleError]
) -> None:
    error = fault_of_start("codex", status, text)
    assert type(error) is kind
    assert text in str(error)


@pytest.mark.parametrize(("needle", "variable"), SETUP_FAULTS)
def test_a_wrong_setting_is_named(needle: str, variable: str) -> None:
    error = fault_of_start("codex", 1, f"Error: {needle.upper()}: no")
    assert isinstance(error, ProviderConfigInvalidError)
    assert error.details["variable"] == variable


@pytest.mark.parametrize(
    "output",
    [
        (
            "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces"
            " exceeded (ENOSPC)"
        ),
        "bwrap: Failed to make / slave: Permission denied",
        "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
        (
            "bwrap: No permissions to create a new namespace, likely because the kernel does not"
            " allow non-privileged user namespaces."
        ),
        "bwrap: setting up uid map: Permission denied",
        "error running landlock: Sandbox(LandlockRestrict)",
    ],
)
def test_a_sandbox_that_cannot_be_is_told_from_a_failed_command(output: str) -> None:
    assert type(fault_of_commands((output, "later"))) is ProviderSandboxDeniedError
    assert type(fault_of_commands(("ls: no such file",))) is ProviderOutputInvalidError
