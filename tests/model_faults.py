"""Every way in which a server of models was seen to fail, by name, for `model_server`.

Names starting with `http_` come with a status other than 200. The others come with 200 or break
the connection.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from model_server import ANSWER, Exchange, Fault
from model_wire import Turn, as_json, event, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGE_SIZE: Final = 16 << 20
_JSON: Final = "application/json"
_HTML: Final = b"<!doctype html><html><body><h1>Not what you asked for</h1></body></html>"


def http_error(name: str, status: int, body: Any, **headers: str) -> Fault:
    """Return an answer with an error status; bytes are sent as HTML, anything else as JSON."""

    def reply(exchange: Exchange) -> None:
        data = body if isinstance(body, bytes) else as_json(body)
        kind = "text/html" if isinstance(body, bytes) else "application/json"
        exchange.send_head(status, kind, length=len(data), **headers)
        exchange.send(data)

    said = "a web page" if isinstance(body, bytes) else _words_of(body)
    more = "".join(f"; {name.replace('_', '-')}: {value}" for name, value in headers.items())
    return Fault(name=name, reply=reply, says=f"HTTP {status}: {said}{more}")


def _words_of(body: Mapping[str, Any]) -> str:
    error = body.get("error", body)
    return str(error.get("message") or error["detail"])


def api_error(
    name: str, status: int, message: str, *, code: Any = None, kind: str | None = None, **more: Any
) -> Fault:
    """Return an answer with an error status and the error body of the API; `more` are headers."""
    param = more.pop("param", None)
    error = {"message": message, "type": kind, "code": code, "param": param}
    return http_error(name, status, {"error": error}, **more)


def too_many(name: str = "http_429_rate", **headers: str) -> Fault:
    """Return a rate limit, with the headers given, such as `retry_after="2"`."""
    message = "Rate limit reached for requests"
    code = "rate_limit_exceeded"
    return api_error(name, 429, message, code=code, kind="requests", **headers)


def answering(name: str, turn: Turn | str, says: str = "") -> Fault:
    """Return an answer that is well sent and no good."""
    turn = Turn(text=turn) if isinstance(turn, str) else turn
    return Fault(name=name, reply=lambda exchange: exchange.answer(turn), says=says)


def instead(name: str, body: bytes, kind: str | None = None, says: str = "") -> Fault:
    """Return a 200 whose body is something else altogether."""

    def reply(exchange: Exchange) -> None:
        exchange.send_head(200, kind, length=len(body))
        exchange.send(body)

    return Fault(name=name, reply=reply, says=says)


def broken_off(
    name: str, then: Callable[[Exchange, bytes], None], says: str, *, head: bool = True
) -> Fault:
    """Return an answer of which half is sent, and what happens `then` with the other half."""

    def reply(exchange: Exchange) -> None:
        whole = b"".join(parts_of(exchange.received, Turn(text=ANSWER)))
        if head:
            exchange.send_head()
            exchange.send(whole[: len(whole) // 2])
        then(exchange, whole[len(whole) // 2 :])

    return Fault(name=name, reply=reply, says=says)


def echo_key() -> Fault:
    """Return a rejection that repeats the key it was sent."""

    def reply(exchange: Exchange) -> None:
        message = f"Incorrect API key provided: {exchange.received.key}. Check it."
        rejection = api_error("", 401, message, code="invalid_api_key", kind="authentication_error")
        rejection.reply(exchange)

    says = "HTTP 401: a message that repeats the key it was sent"
    return Fault(name="http_401_echo_key", reply=reply, says=says)


def _eof_without_completed() -> Fault:
    def reply(exchange: Exchange) -> None:
        parts = parts_of(exchange.received, Turn(text=ANSWER))
        exchange.send_head()
        if len(parts) == 1:
            exchange.send(parts[0][:-20])
            return
        is_end = (b"response.completed", b'"finish_reason": "stop"', b"[DONE]", b'"choices": []')
        for part in parts:
            if not any(mark in part for mark in is_end):
                exchange.send(part)

    says = "an answer whose end does not come, and no more"
    return Fault(name="eof_without_completed", reply=reply, says=says)


def _error_event(name: str, error: Mapping[str, Any]) -> Fault:
    """Return an error in the middle of events, or as the body of a 200 where there are none."""

    def reply(exchange: Exchange) -> None:
        exchange.send_head()
        if not exchange.received.is_streaming:
            exchange.send(as_json({"choices": None, "error": error}))
            return
        exchange.send(parts_of(exchange.received, Turn(text=ANSWER))[0])
        if exchange.received.is_responses:
            exchange.send(event({"type": "error", "sequence_number": 1, **error}, "error"))
        else:
            exchange.send(event({"error": error}))

    return Fault(name=name, reply=reply, says=f"HTTP 200 with an error in it: {error['message']}")


def _broken_event() -> Fault:
    def reply(exchange: Exchange) -> None:
        parts = parts_of(exchange.received, Turn(text=ANSWER))
        exchange.send_head()
        if exchange.received.is_streaming:
            exchange.send(parts[0])
            exchange.send(b'data: {"type": "response.output_text.del\n\n')
            exchange.send(b"".join(parts[1:]))
        else:
            exchange.send(parts[0].replace(b":", b"", 1))

    return Fault(name="broken_event", reply=reply, says="JSON that breaks off in the middle")


def _failed(code: str, message: str) -> Fault:
    says = f"HTTP 200 with an answer that failed: {message}"
    return answering(f"failed_{code}", Turn(error={"code": code, "message": message}), says)


def _slow_drip(exchange: Exchange, rest: bytes) -> None:
    exchange.drip(rest)


def _hang(exchange: Exchange, _: bytes) -> None:
    exchange.hang()


def _reset(exchange: Exchange, _: bytes) -> None:
    exchange.reset()


def _table() -> list[Fault]:
    bad = "invalid_request_error"
    return [
        api_error(
            "http_400_schema",
            400,
            "Invalid schema for response_format 'answer': In context=(), 'additionalProperties'"
            " is required to be supplied and to be false.",
            code="invalid_json_schema",
            kind=bad,
            param="response_format",
        ),
        api_error(
            "http_400_unsupported_format",
            400,
            "Unsupported parameter: 'response_format' of type 'json_schema' is not supported"
            " with this model.",
            code="unsupported_parameter",
            kind=bad,
            param="response_format",
        ),
        api_error(
            "http_400_parameter",
            400,
            "Unsupported parameter: 'temperature' is not supported with this model.",
            code="unsupported_parameter",
            kind=bad,
            param="temperature",
        ),
        api_error(
            "http_400_context",
            400,
            "This model's maximum context length is 8192 tokens. However, your messages resulted"
            " in 8227 tokens. Please reduce the length of the messages.",
            code="context_length_exceeded",
            kind=bad,
            param="messages",
        ),
        http_error(
            "http_400_context_bare",
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 131072 tokens. However, you"
                " requested 351430 tokens.",
                "type": "BadRequestError",
                "code": 400,
            },
        ),
        api_error(
            "http_400_policy",
            400,
            "The response was filtered due to the prompt triggering Azure OpenAI's content"
            " management policy.",
            code="content_filter",
        ),
        api_error(
            "http_400_cyber_policy",
            400,
            "This content was flagged for possible cybersecurity risk.",
            code="cyber_policy",
            kind=bad,
        ),
        api_error(
            "http_400_invalid_prompt", 400, "Invalid prompt.", code="invalid_prompt", kind=bad
        ),
        api_error(
            "http_400_model",
            400,
            "The 'mock-model' model is not supported when using Codex with a ChatGPT account.",
            kind=bad,
        ),
        http_error("http_400_detail", 400, {"detail": "Something about the request is wrong."}),
        http_error(
            "http_400_detail_model",
            400,
            {
                "detail": "The 'mock-model' model is not supported when using Codex with a ChatGPT"
                " account."
            },
        ),
        api_error(
            "http_401", 401, "Incorrect API key provided: sk-***.", code="invalid_api_key", kind=bad
        ),
        http_error("http_401_detail", 401, {"detail": "Unauthorized"}),
        api_error("http_402", 402, "Insufficient credits", code=402),
        api_error(
            "http_403",
            403,
            "You have insufficient permissions for this operation.",
            code="permission_denied",
            kind=bad,
        ),
        api_error(
            "http_404_model",
            404,
            "The model `mock-model` does not exist or you do not have access to it.",
            code="model_not_found",
            kind=bad,
        ),
        http_error("http_404_html", 404, b"404 page not found"),
        http_error("http_413", 413, b"<html><h1>413 Request Entity Too Large</h1></html>"),
        too_many(),
        too_many("http_429_rate_retry_after_1", retry_after="1"),
        too_many("http_429_rate_retry_after_300", retry_after="300"),
        api_error(
            "http_429_quota",
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            code="insufficient_quota",
            kind="insufficient_quota",
        ),
        http_error(
            "http_429_usage_limit",
            429,
            {
                "error": {
                    "type": "usage_limit_reached",
                    "message": "The usage limit has been reached",
                    "plan_type": "plus",
                    "resets_in_seconds": 3600,
                }
            },
        ),
        http_error(
            "http_429_usage_not_included",
            429,
            {"error": {"type": "usage_not_included", "message": "Not included in your plan"}},
        ),
        api_error("http_500", 500, "The server had an error", kind="server_error"),
        http_error("http_502", 502, b"<html><h1>502 Bad Gateway</h1></html>"),
        api_error("http_503", 503, "Service Unavailable", kind="server_error"),
        api_error(
            "http_503_overloaded",
            503,
            "Our servers are currently overloaded. Please try again later.",
            code="server_is_overloaded",
            kind="service_unavailable_error",
        ),
        echo_key(),
        instead("html", _HTML, "text/html", "HTTP 200 with a web page"),
        instead(
            "broken_json", b'{"id": "resp_1", "object": ', _JSON, "HTTP 200 with half a document"
        ),
        instead("empty_body", b"", _JSON, "HTTP 200 with nothing"),
        instead("null_body", b"null", _JSON, "HTTP 200 with `null`"),
        instead(
            "no_choices", as_json({"choices": [], "output": []}), _JSON, "HTTP 200, no answer in it"
        ),
        _error_event("error_rate_in_200", {"message": "Provider returned error", "code": 429}),
        _error_event("error_event", {"message": "The server had an error", "code": "server_error"}),
        _failed("server_error", "An error occurred while processing your request."),
        _failed("rate_limit_exceeded", "Rate limit reached. Please try again in 1.5s."),
        _failed("insufficient_quota", "You exceeded your current quota."),
        _failed("context_length_exceeded", "Your input exceeds the context window of this model."),
        _failed("invalid_prompt", "Invalid prompt: it was flagged."),
        _failed("cyber_policy", "This content was flagged for possible cybersecurity risk."),
        _failed("server_is_overloaded", "Our servers are currently overloaded."),
        _failed("usage_not_included", "Usage is not included in your plan."),
        answering(
            "incomplete_length",
            Turn(text=ANSWER[:9], incomplete="max_output_tokens"),
            "an answer cut off at the limit of output",
        ),
        answering(
            "incomplete_filter",
            Turn(text=ANSWER[:9], incomplete="content_filter"),
            "an answer cut off by a content filter",
        ),
        answering("refusal", Turn(refusal="I cannot help with that."), "a refusal"),
        answering("empty_answer", "", "an empty answer"),
        answering("prose", "Sure! The verdict is a pass, with a score of seven.", "prose"),
        answering("fenced", f"```json\n{ANSWER}\n```", "JSON in a code fence, of another schema"),
        answering("truncated_answer", ANSWER[:-6], "JSON whose end is missing"),
        answering("wrong_schema", '{"verdict": 7, "extra": true}', "JSON that breaks the schema"),
        answering(
            "large_answer",
            json.dumps({"verdict": "x" * LARGE_SIZE, "score": 7}),
            f"an answer of {LARGE_SIZE >> 20} MB",
        ),
        _eof_without_completed(),
        _broken_event(),
        broken_off("slow_drip", _slow_drip, "a byte a second"),
        broken_off("hang_before_headers", _hang, "nothing, for ever", head=False),
        broken_off("hang_mid_stream", _hang, "half an answer, then nothing, for ever"),
        broken_off("reset_before_headers", _reset, "a broken connection", head=False),
        broken_off("reset_mid_stream", _reset, "half an answer, then a broken connection"),
    ]


FAULTS: Final[Mapping[str, Fault]] = {fault.name: fault for fault in _table()}
