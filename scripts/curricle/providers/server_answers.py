"""Reads what servers of models answer: the text, or why there is none. Knows JSON values only.

Nothing is taken for granted: gateways send errors with status 200, and any field can be missing
or of another type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final

from curricle.errors import (
    ProviderContextOverflowError,
    ProviderError,
    ProviderOutputInvalidError,
    ProviderRefusedError,
)
from curricle.printable import one_line
from curricle.providers.client import USAGE, Answer, Usage, count_of, name_of
from curricle.providers.server_faults import error_of, read_error

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
    told = _at(body, "usage")
    usage = Usage(
        input_tokens=count_of(_at(told, "prompt_tokens")),
        cached_input_tokens=count_of(_at(told, "prompt_tokens_details", "cached_tokens")),
        output_tokens=count_of(_at(told, "completion_tokens")),
        reasoning_output_tokens=count_of(
            _at(told, "completion_tokens_details", "reasoning_tokens")
        ),
    )
    with _paid_for(usage):
        _verify_ending(provider, _text(_at(choice, "finish_reason")), _at(message, "refusal"))
        text = _text_of(provider, _at(message, "content"))
    return Answer(text=text, model=name_of(_at(body, "model")), usage=usage)


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
    texts = [t for c in content if isinstance(t := _at(c, "text"), str)]
    told = _at(body, "usage")
    usage = Usage(
        input_tokens=count_of(_at(told, "input_tokens")),
        cached_input_tokens=count_of(_at(told, "input_tokens_details", "cached_tokens")),
        output_tokens=count_of(_at(told, "output_tokens")),
        reasoning_output_tokens=count_of(_at(told, "output_tokens_details", "reasoning_tokens")),
    )
    with _paid_for(usage):
        _verify_ending(provider, reason, refusal)
        text = _text_of(provider, "".join(texts) or streamed)
    return Answer(text=text, model=name_of(_at(body, "model")), usage=usage)


@contextmanager
def _paid_for(usage: Usage) -> Iterator[None]:
    """Have an error of the block tell the tokens that were paid for."""
    try:
        yield
    except ProviderError as error:
        error.details = {**error.details, USAGE: asdict(usage)}
        raise


def _verify_ending(provider: str, reason: str | None, refusal: Any) -> None:
    if refusal:
        said = one_line(str(refusal), _SHOWN_MAX)
        raise ProviderRefusedError(provider, f"the model declined to answer: {said}")
    if reason == "content_filter":
        raise ProviderRefusedError(provider, "a content filter stopped the answer")
    if reason in _LENGTH_REASONS:
        raise ProviderOutputInvalidError(
            provider,
            "the answer was cut off at the model's limit of output",
            hint="set AGENT_MODEL to one that writes longer answers, or give less at a time:"
            " --scope-mode section",
        )
    if reason == "context_length_exceeded":
        raise ProviderContextOverflowError(provider, "the request is too large for the model")
    if reason in {"in_progress", "incomplete", "cancelled", "queued"}:
        raise ProviderOutputInvalidError(provider, f"the answer is not complete: {reason}")


def _text_of(provider: str, text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ProviderOutputInvalidError(provider, "the answer is empty")
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
