"""What the Codex CLI's complaints mean: texts to typed errors.

codex passes on what a server says in words of its own, without codes, and exits with 1 whatever it
was; so the words decide. What it says when, and when it ends: `codex_exec.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.errors import (
    ProviderAuthRejectedError,
    ProviderCommandMissingError,
    ProviderConfigInvalidError,
    ProviderContextOverflowError,
    ProviderError,
    ProviderModelUnsupportedError,
    ProviderOutputInvalidError,
    ProviderQuotaExhaustedError,
    ProviderRateLimitedError,
    ProviderRefusedError,
    ProviderSandboxDeniedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.printable import one_line
from curricle.providers.waits import wait_in_words

if TYPE_CHECKING:
    from curricle.errors import CurricleError

NAME: Final = "codex_exec"
NO_STRUCTURED_ANSWER: Final = "codex_exec mode failed to return valid structured JSON"
"""The phrase operators look for."""
WAITING_FOR_NETWORK: Final = "waiting for network"
"""What it says when it cannot connect; it then tries for ever."""
_SHOWN_MAX: Final = 300

# Where the texts come from: codex 0.169.0 asked through a server that failed in each way, and
# reports of its users about this and earlier versions. All in lower case and with a plain
# apostrophe. The first that is found decides: what is particular stands before what is general.
FAULTS: Final[tuple[tuple[str, type[ProviderError]], ...]] = (
    # The request is too large: for the model, for codex (1,048,576 characters), for the server.
    ("ran out of room in the model's context window", ProviderContextOverflowError),
    ("exceeds the context window", ProviderContextOverflowError),
    ("context_length_exceeded", ProviderContextOverflowError),
    ("maximum context length", ProviderContextOverflowError),
    ("input_too_large", ProviderContextOverflowError),
    ("input exceeds the maximum length", ProviderContextOverflowError),
    ("status 413", ProviderContextOverflowError),
    # Nothing left, or never had.
    ("hit your usage limit", ProviderQuotaExhaustedError),
    ("quota exceeded", ProviderQuotaExhaustedError),
    ("insufficient_quota", ProviderQuotaExhaustedError),
    ("exceeded your current quota", ProviderQuotaExhaustedError),
    ("usage limit has been reached", ProviderQuotaExhaustedError),
    ("chatgpt plan, upgrade to", ProviderQuotaExhaustedError),
    ("status 402", ProviderQuotaExhaustedError),
    # Declined by the model, or by a filter before or after it.
    ("flagged for possible cybersecurity risk", ProviderRefusedError),
    ("reason: content_filter", ProviderRefusedError),
    ("content management policy", ProviderRefusedError),
    ("responsibleaipolicyviolation", ProviderRefusedError),
    ("content_policy_violation", ProviderRefusedError),
    ("invalid prompt", ProviderRefusedError),
    ("invalid_prompt", ProviderRefusedError),
    # The model, or what it is asked to keep to.
    ("is not supported when using codex", ProviderModelUnsupportedError),
    ("does not exist or you do not have access to it", ProviderModelUnsupportedError),
    ("model_not_found", ProviderModelUnsupportedError),
    ("invalid schema for response_format", ProviderModelUnsupportedError),
    ("invalid_json_schema", ProviderModelUnsupportedError),
    ("unsupported parameter", ProviderModelUnsupportedError),
    ("unsupported_parameter", ProviderModelUnsupportedError),
    ("status 404", ProviderModelUnsupportedError),
    ("status 405", ProviderModelUnsupportedError),
    # The key, or the login of CODEX_HOME.
    ("status 401", ProviderAuthRejectedError),
    ("status: 401", ProviderAuthRejectedError),
    ("status 403", ProviderAuthRejectedError),
    ("status: 403", ProviderAuthRejectedError),
    ("invalid_api_key", ProviderAuthRejectedError),
    ("incorrect api key", ProviderAuthRejectedError),
    ("missing bearer or basic authentication", ProviderAuthRejectedError),
    ("access token could not be refreshed", ProviderAuthRejectedError),
    ("missing environment variable", ProviderAuthRejectedError),
    ("not logged in", ProviderAuthRejectedError),
    # Too much for now.
    ("status: 429", ProviderRateLimitedError),
    ("status 429", ProviderRateLimitedError),
    ("rate limit", ProviderRateLimitedError),
    ("rate_limit", ProviderRateLimitedError),
    # Too slow.
    ("operation timed out", ProviderTimeoutError),
    ("idle timeout", ProviderTimeoutError),
    ("timeout waiting for child process", ProviderTimeoutError),
    ("status 408", ProviderTimeoutError),
    ("status 504", ProviderTimeoutError),
    # Cut short by the limit of one answer.
    ("reason: max_output_tokens", ProviderOutputInvalidError),
    # The way to the server, or the server.
    ("selected model is at capacity", ProviderUnavailableError),
    ("experiencing high demand", ProviderUnavailableError),
    ("stream disconnected before completion", ProviderUnavailableError),
    ("stream closed before response.completed", ProviderUnavailableError),
    ("error sending request", ProviderUnavailableError),
    (WAITING_FOR_NETWORK, ProviderUnavailableError),
    ("status 5", ProviderUnavailableError),
    ("status: 5", ProviderUnavailableError),
    # Any other rejection of what was asked; a rejection with status 400 comes as its bare body.
    ("status 4", ProviderModelUnsupportedError),
    ("invalid_request_error", ProviderModelUnsupportedError),
    ('{"error"', ProviderModelUnsupportedError),
    ('{"detail"', ProviderModelUnsupportedError),
)

# A command that a tool call started and that failed before it ran: exit status 0 all the same.
SANDBOX_FAULTS: Final = ("bwrap: ", "error running landlock", "sandbox(landlock", "seccomp")

# What it says when it does not come to ask: the setting to blame.
SETUP_FAULTS: Final = (
    ("error finding codex home", "CODEX_HOME"),
    ("failed to initialize in-process app-server client", "CODEX_HOME"),
    ("required mcp servers failed to initialize", "CODEX_HOME"),
    ("error loading config", "CODEX_HOME"),
    ("not inside a trusted directory", "CODING_AGENT_CMD"),
)
_COMMAND_FAULTS: Final = ("missing optional dependency", "unable to locate codex")
_USAGE_STATUS: Final = 2
_NOT_RUN_STATUSES: Final = (126, 127)
_SETUP_HINT: Final = "set CODEX_HOME to a folder of your own that can be written, or unset it"
_NO_RESPONSES_HINT: Final = (
    "check AGENT_MODEL, and that OPENAI_BASE_URL is a server with the Responses API"
)


def fault_of(text: str) -> ProviderError:
    """Return the error that a text of codex means; one of no known meaning is worth another try.

    The text is shown: it holds no credential any more.
    """
    plain = _plain(text)
    kind = next((kind for needle, kind in FAULTS if needle in plain), ProviderUnavailableError)
    why = one_line(text, _SHOWN_MAX)
    if kind is ProviderOutputInvalidError:
        return kind(NAME, f"{NO_STRUCTURED_ANSWER}: {why}")
    if kind is ProviderModelUnsupportedError and "status 404" in plain:
        return kind(NAME, why, hint=_NO_RESPONSES_HINT)
    if kind is ProviderRateLimitedError:
        return kind(NAME, why, retry_after_seconds=wait_in_words(text))
    return kind(NAME, why)


def fault_of_start(command: str, status: int, text: str) -> CurricleError:
    """Return the error of a codex that ended with `status` before it asked; `text` is its stderr.

    The text is shown: it holds no credential any more.
    """
    plain, why = _plain(text), one_line(text, _SHOWN_MAX)
    if status in _NOT_RUN_STATUSES or any(needle in plain for needle in _COMMAND_FAULTS):
        return ProviderCommandMissingError(command, why or "cannot be run")
    if status == _USAGE_STATUS:
        return ProviderCommandMissingError(command, f"is no Codex CLI of a known version: {why}")
    for needle, variable in SETUP_FAULTS:
        if needle in plain:
            return ProviderConfigInvalidError(variable, why, hint=_SETUP_HINT)
    ended = f"ended with status {status}"
    fault = fault_of(text)
    fault.args = (f"{NAME}: {ended}: {why}" if why else f"{NAME}: {ended}",)
    return fault


def fault_of_commands(outputs: tuple[str, ...]) -> ProviderError:
    """Return the error of a turn whose tool commands failed; the texts hold no credential."""
    why = one_line(outputs[-1], _SHOWN_MAX)
    if any(needle in _plain(output) for output in outputs for needle in SANDBOX_FAULTS):
        return ProviderSandboxDeniedError(NAME, why)
    return ProviderOutputInvalidError(NAME, f"{NO_STRUCTURED_ANSWER}: a tool command failed: {why}")


def _plain(text: str) -> str:
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower()
