"""What a server of models sends: a turn as the Responses API and Chat Completions write it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MODEL: Final = "mock-model"
REQUEST_ID: Final = "req_loopback_1"
INPUT_TOKENS: Final = 11
CACHED_TOKENS: Final = 3
OUTPUT_TOKENS: Final = 7
REASONING_TOKENS: Final = 2
_EVENT_STREAM: Final = "text/event-stream"
_JSON: Final = "application/json"
_DELTA_SIZE: Final = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came in."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The JSON body, or None."""
    at: float
    """Seconds of `time.monotonic`."""

    @property
    def is_responses(self) -> bool:
        """Return whether it asks the Responses API, otherwise Chat Completions."""
        return self.path.partition("?")[0].endswith("/responses")

    @property
    def is_streaming(self) -> bool:
        """Return whether the answer is asked for as events."""
        return bool(self.body and self.body.get("stream"))

    @property
    def key(self) -> str:
        """Return the key it was sent with, or an empty text."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def prompt(self) -> str:
        """Return what the last message of a user says."""
        said = self.body["input" if self.is_responses else "messages"]
        if isinstance(said, str):
            return said
        content = [m["content"] for m in said if m.get("role") == "user"][-1]
        return content if isinstance(content, str) else "".join(c.get("text", "") for c in content)

    @property
    def schema(self) -> Any:
        """Return the JSON Schema that the answer is to keep to, or None."""
        if self.is_responses:
            return self.body.get("text", {}).get("format", {}).get("schema")
        return self.body.get("response_format", {}).get("json_schema", {}).get("schema")


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the model did with a request."""

    text: str | None = None
    refusal: str | None = None
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """Tools it calls, with their arguments; a turn with calls is followed by another request."""
    error: Mapping[str, Any] | None = None
    """`code` and `message` of a turn that failed."""
    incomplete: str | None = None
    """`max_output_tokens` or `content_filter`."""


def content_type(request: Received) -> str:
    """Return how the answer to a request is written."""
    return _EVENT_STREAM if request.is_streaming else _JSON


def parts_of(request: Received, turn: Turn) -> list[bytes]:
    """Return the answer's events in order, or its one JSON document."""
    if request.is_responses:
        events = _response_events(turn)
        if request.is_streaming:
            return [event(e, e["type"]) for e in events]
        return [as_json(events[-1]["response"])]
    if request.is_streaming:
        return [*(event(chunk) for chunk in _chat_chunks(turn)), b"data: [DONE]\n\n"]
    return [as_json(_completion(turn))]


def event(data: Any, name: str = "") -> bytes:
    """Return a server-sent event."""
    head = b"event: " + name.encode() + b"\n" if name else b""
    return head + b"data: " + as_json(data) + b"\n\n"


def as_json(data: Any) -> bytes:
    """Return a JSON document on one line."""
    return json.dumps(data).encode()


def _response_events(turn: Turn) -> list[dict[str, Any]]:
    """Return the events of a response; the last one holds the whole of it."""
    started = _response(turn, "in_progress", [])
    events: list[dict[str, Any]] = [{"type": "response.created", "response": started}]
    items = _items(turn)
    for index, item in enumerate(items):
        place = {"output_index": index, "item_id": item["id"]}
        empty = {**item, "status": "in_progress"} | ({"content": []} if "content" in item else {})
        events.append({"type": "response.output_item.added", "output_index": index, "item": empty})
        for text in _deltas(turn.text) if "content" in item else ():
            at = {**place, "content_index": 0, "delta": text, "logprobs": []}
            events.append({"type": "response.output_text.delta", **at})
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    status = "failed" if turn.error else "incomplete" if turn.incomplete else "completed"
    events.append({"type": f"response.{status}", "response": _response(turn, status, items)})
    return [{**e, "sequence_number": number} for number, e in enumerate(events)]


def _items(turn: Turn) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {
            "id": f"fc_{number}",
            "type": "function_call",
            "status": "completed",
            "call_id": f"call_{number}",
            "name": name,
            "arguments": json.dumps(arguments),
        }
        for number, (name, arguments) in enumerate(turn.calls)
    ]
    content = [
        *([{"type": "output_text", "text": turn.text, "annotations": []}] if turn.text else ()),
        *([{"type": "refusal", "refusal": turn.refusal}] if turn.refusal else ()),
    ]
    if content or turn.text is not None:
        status = "incomplete" if turn.incomplete else "completed"
        message = {"id": "msg_1", "type": "message", "role": "assistant", "status": status}
        items.append({**message, "content": content})
    return items


def _response(turn: Turn, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    has_ended = status != "in_progress"
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1700000000,
        "status": status,
        "model": MODEL,
        "output": output,
        "error": dict(turn.error) if turn.error and has_ended else None,
        "incomplete_details": {"reason": turn.incomplete} if turn.incomplete else None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "temperature": 1.0,
        "top_p": 1.0,
        "usage": _response_usage() if has_ended else None,
    }


def _response_usage() -> dict[str, Any]:
    return {
        "input_tokens": INPUT_TOKENS,
        "input_tokens_details": {"cached_tokens": CACHED_TOKENS},
        "output_tokens": OUTPUT_TOKENS,
        "output_tokens_details": {"reasoning_tokens": REASONING_TOKENS},
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
    }


def _completion(turn: Turn) -> dict[str, Any]:
    if turn.error:  # as gateways write it, with status 200
        return {**_chat("chat.completion"), "choices": None, "error": dict(turn.error)}
    message = {"role": "assistant", "content": turn.text, "refusal": turn.refusal}
    choice = {"index": 0, "message": message, "finish_reason": _finish(turn), "logprobs": None}
    return {**_chat("chat.completion"), "choices": [choice], "usage": _chat_usage()}


def _chat_chunks(turn: Turn) -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text} for text in _deltas(turn.text)]
    deltas += [{"refusal": turn.refusal}] if turn.refusal else []
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": _finish(turn)})
    base = _chat("chat.completion.chunk")
    if turn.error:
        return [{**base, "choices": [choices[0]]}, {"error": dict(turn.error)}]
    chunks = [{**base, "choices": [choice]} for choice in choices]
    return [*chunks, {**base, "choices": [], "usage": _chat_usage()}]


def _chat(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1700000000, "model": MODEL}


def _chat_usage() -> dict[str, Any]:
    return {
        "prompt_tokens": INPUT_TOKENS,
        "completion_tokens": OUTPUT_TOKENS,
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
        "completion_tokens_details": {"reasoning_tokens": REASONING_TOKENS},
    }


def _finish(turn: Turn) -> str:
    reasons = {"max_output_tokens": "length", "content_filter": "content_filter"}
    return reasons.get(turn.incomplete or "", "stop")


def _deltas(text: str | None) -> list[str]:
    """Return a text in at least two pieces, none of them large."""
    text = text or ""
    size = min(max(len(text) // 2, 1), _DELTA_SIZE)
    return [text[start : start + size] for start in range(0, len(text), size)]
