"""Reads what servers of models answer: the text, or why there is none. Knows JSON values only.

Nothing is taken for granted: gateways send errors with status 200, and any field can be missing
or of another type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from curricle.errors import (
    ProviderContextOverflowError,
    ProviderOutputInvalidError,
    ProviderRefusedError,
)
from curricle.printable import one_line
from curricle.providers.client import Answer, Usage
from curricle.providers.server_faults import error_of, read_error

TEXT_SIZE_MAX: Final = 4 << 20
"""Characters of an answer: several times what any model writes in one turn."""
_SHOWN_MAX: Final = 300
_LENGTH_REASONS: Final = {"length", "max_output_tokens", "max_tokens"}


def read_completion(provider: str, body: Any) -> Answer:
    """Return the answer of a chat completion.

    Raises:
        ProviderError: it is an error, a refusal, incomplete or not a completion.
    """
    choices = _at(body, "choices")
    if not isinstance(choices, list) or not choices:
        if _at(body, "error") is None:
            raise ProviderOutputInvalidError(provider, "the answer has no choices")
        raise error_of(provider, read_error(_at(body, "error")))
    choice = choices[0]
    message = _at(choice, "message")
    _check_ending(provider, _text(_at(choice, "finish_reason")), _at(message, "refusal"))
    usage = _at(body, "usage")
    return Answer(
        text=_checked(provider, _at(message, "content")),
        model=_text(_at(body, "model")),
        usage=Usage(
            input_tokens=_count(_at(usage, "prompt_tokens")),
            cached_input_tokens=_count(_at(usage, "prompt_tokens_details", "cached_tokens")),
            output_tokens=_count(_at(usage, "completion_tokens")),
            reasoning_output_tokens=_count(
                _at(usage, "completion_tokens_details", "reasoning_tokens")
            ),
        ),
    )


def read_response(provider: str, body: Any, streamed: str = "") -> Answer:
    """Return the answer of a response; `streamed` is the text of its events.

    Raises:
        ProviderError: it failed, is a refusal, incomplete or not a response.
    """
    if _at(body, "error") is not None or _at(body, "status") == "failed":
        raise error_of(provider, read_error(_at(body, "error")))
    content = list(_content_of(body))
    refusal = next((_at(c, "refusal") for c in content if _at(c, "type") == "refusal"), None)
    reason = _text(_at(body, "incomplete_details", "reason")) or _text(_at(body, "status"))
    _check_ending(provider, reason, refusal)
    texts = [t for c in content if isinstance(t := _at(c, "text"), str)]
    usage = _at(body, "usage")
    return Answer(
        text=_checked(provider, "".join(texts) or streamed),
        model=_text(_at(body, "model")),
        usage=Usage(
            input_tokens=_count(_at(usage, "input_tokens")),
            cached_input_tokens=_count(_at(usage, "input_tokens_details", "cached_tokens")),
            output_tokens=_count(_at(usage, "output_tokens")),
            reasoning_output_tokens=_count(_at(usage, "output_tokens_details", "reasoning_tokens")),
        ),
    )


def _check_ending(provider: str, reason: str | None, refusal: Any) -> None:
    if refusal:
        said = one_line(str(refusal), _SHOWN_MAX)
        raise ProviderRefusedError(provider, f"the model declined to answer: {said}")
    if reason == "content_filter":
        raise ProviderRefusedError(provider, "a content filter stopped the answer")
    if reason in _LENGTH_REASONS:
        raise ProviderOutputInvalidError(
            provider, "the answer was cut off at the model's limit of output"
        )
    if reason == "context_length_exceeded":
        raise ProviderContextOverflowError(provider, "the request is too large for the model")
    if reason in {"in_progress", "incomplete", "cancelled", "queued"}:
        raise ProviderOutputInvalidError(provider, f"the answer is not complete: {reason}")


def _checked(provider: str, text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ProviderOutputInvalidError(provider, "the answer is empty")
    if len(text) > TEXT_SIZE_MAX:
        raise ProviderOutputInvalidError(
            provider, f"the answer has {len(text)} characters, the limit is {TEXT_SIZE_MAX}"
        )
    return text


def _content_of(body: Any) -> Iterator[Any]:
    output = _at(body, "output")
    for item in output if isinstance(output, list) else ():
        content = _at(item, "content") if _at(item, "type") == "message" else None
        yield from content if isinstance(content, list) else ()


def _at(value: Any, *names: str) -> Any:
    """Return what stands at a path, or None."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None
