from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curricle.errors import ProviderError, ProviderOutputInvalidError
from curricle.providers.server_answers import read_completion, read_response
from model_server import ANSWER
from model_wire import Received, Turn, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from curricle.providers.client import Answer

READERS: Final = {"/v1/chat/completions": read_completion, "/v1/responses": read_response}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part),
    max_leaves=5,
)


def body_of(path: str, turn: Turn) -> Any:
    request = Received(path=path, headers={}, body={}, at=0.0)
    return json.loads(parts_of(request, turn)[0])


@st.composite
def damaged(draw: st.DrawFn, path: str) -> Any:
    """A good answer in which one value is another JSON value."""
    whole = body_of(path, Turn(text=ANSWER))
    holder, key = whole, draw(st.sampled_from(sorted(whole)))
    while isinstance(holder[key], dict | list) and holder[key] and draw(st.booleans()):
        holder = holder[key]
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = draw(st.sampled_from(keys))
    holder[key] = draw(JSON)
    return whole


@pytest.mark.parametrize("path", READERS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_answer_is_read_or_typed(path: str, data: st.DataObject) -> None:
    body = data.draw(damaged(path) | JSON)
    try:
        outcome: Answer | ProviderError = READERS[path]("remote_llm", body)
    except ProviderError as error:
        outcome = error
    assert isinstance(outcome, ProviderError) or outcome.text.strip()


@pytest.mark.parametrize("reader", READERS.values())
@pytest.mark.parametrize("body", [None, [], {}, "text", 7, {"choices": None, "output": None}])
def test_what_is_no_answer_is_invalid_output(reader: Callable[..., Answer], body: Any) -> None:
    with pytest.raises(ProviderOutputInvalidError):
        reader("remote_llm", body)


def test_the_text_of_events_counts_where_the_last_one_repeats_none_of_it() -> None:
    body = {"status": "completed", "output": []}
    assert read_response("remote_llm", body, streamed=ANSWER).text == ANSWER


@pytest.mark.parametrize("status", ["in_progress", "incomplete", "cancelled", "queued"])
def test_a_response_that_is_not_complete_is_invalid_output(status: str) -> None:
    body = {**body_of("/v1/responses", Turn(text=ANSWER)), "status": status}
    with pytest.raises(ProviderOutputInvalidError, match=status):
        read_response("remote_llm", body)
