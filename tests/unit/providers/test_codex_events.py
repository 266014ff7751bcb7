from __future__ import annotations

import json
from functools import reduce
from typing import Any

import pytest

from curricle.providers.client import Usage
from curricle.providers.codex_events import Transcript
from curricle.providers.process import Line

STARTED = {"type": "thread.started", "thread_id": "t-1"}
TURN = {"type": "turn.started"}
USAGE = {
    "input_tokens": 11,
    "cached_input_tokens": 3,
    "cache_write_input_tokens": 0,
    "output_tokens": 7,
    "reasoning_output_tokens": 2,
}
COMPLETED = {"type": "turn.completed", "usage": USAGE}
LOG = "2026-11-21T14:12:09.354324Z  INFO codex_otel.trace_safe: event.name="
USER_PROMPT = f'{LOG}"codex.user_prompt" prompt_length=9'
API_REQUEST = f'{LOG}"codex.api_request" duration_ms=10 http.response.status_code=200'


def item(kind: str, when: str = "completed", **fields: Any) -> dict[str, Any]:
    return {"type": f"item.{when}", "item": {"id": "item_0", "type": kind, **fields}}


def command(when: str, status: str, exit_code: int | None, output: str = "") -> dict[str, Any]:
    fields = {"command": "/bin/bash -lc id", "aggregated_output": output, "exit_code": exit_code}
    return item("command_execution", when, status=status, **fields)


def line(said: Any) -> Line:
    """An event on stdout, or a text on stderr."""
    is_error = isinstance(said, str)
    return Line(text=(said if is_error else json.dumps(said)).encode(), is_error=is_error)


def heard(*said: Any) -> Transcript:
    return reduce(lambda transcript, one: transcript.after(line(one)), said, Transcript())


def progress(said: Any) -> tuple[str, ...]:
    return heard(said).progress


def test_a_turn_that_went_well() -> None:
    warning = item("error", message="Model metadata for `m` not found.")
    transcript = heard(STARTED, warning, TURN, item("agent_message", text='{"a": 1}'), COMPLETED)
    assert transcript == Transcript(
        thread_id="t-1",
        message='{"a": 1}',
        usage=Usage(
            input_tokens=11, cached_input_tokens=3, output_tokens=7, reasoning_output_tokens=2
        ),
        is_server_heard=True,
    )
    assert transcript.is_over
    assert transcript.has_completed


def test_the_last_message_counts() -> None:
    first, last = item("agent_message", text="I look."), item("agent_message", text="{}")
    assert heard(first, last).message == "{}"


def test_no_message_is_not_an_empty_one() -> None:
    assert heard(STARTED, TURN, COMPLETED).message is None
    assert heard(STARTED, TURN, item("agent_message", text=""), COMPLETED).message == ""


def test_a_turn_without_usage_completed_all_the_same() -> None:
    assert heard({"type": "turn.completed"}).usage == Usage()
    odd = {"type": "turn.completed", "usage": {"input_tokens": "many", "output_tokens": 4}}
    assert heard(odd).usage == Usage(output_tokens=4)


def test_a_failed_turn_says_why() -> None:
    error = {"type": "error", "message": "Reconnecting... 1/5"}
    assert heard(error).trouble == "Reconnecting... 1/5"
    assert not heard(error).is_over
    failed = heard(error, {"type": "turn.failed", "error": {"message": "unexpected status 401"}})
    assert failed.failure == "unexpected status 401"
    assert failed.is_over
    assert not failed.has_completed


def test_a_failed_turn_that_says_nothing_has_failed() -> None:
    assert heard({"type": "turn.failed"}).failure == "the turn failed"
    trouble = {"type": "error", "message": "out of order"}
    assert heard(trouble, {"type": "turn.failed", "error": None}).failure == "out of order"


def test_only_failed_commands_are_kept() -> None:
    good, bad = command("completed", "completed", 0, "hi"), command("completed", "failed", 1, "no")
    silent = command("completed", "failed", 1)
    assert heard(good, bad, silent).failed_commands == ("no", "/bin/bash -lc id")


@pytest.mark.parametrize(
    ("said", "is_silent"),
    [
        ([], True),
        ([USER_PROMPT], True),
        ([STARTED, TURN, USER_PROMPT], True),
        ([STARTED, TURN, USER_PROMPT, API_REQUEST], False),
        ([STARTED, TURN, USER_PROMPT, API_REQUEST, USER_PROMPT], False),
        ([USER_PROMPT, STARTED, item("agent_message", text="x")], False),
        # Without its log nobody can tell, so it has all the time there is.
        ([STARTED], False),
        ([STARTED, TURN], False),
    ],
)
def test_silence_is_no_sign_of_the_server(said: list[Any], is_silent: bool) -> None:
    assert heard(*said).is_silent == is_silent


def test_stderr_is_kept_but_for_what_is_always_there() -> None:
    aliases = "WARNING: proceeding, even though we could not create PATH aliases: Refusing"
    assert heard(aliases, USER_PROMPT, "", "Error: no", "again").stderr == ("Error: no", "again")


def test_only_the_last_lines_of_stderr_are_kept() -> None:
    kept = heard(*map(str, range(100))).stderr
    assert kept[-1] == "99"
    assert len(kept) == 20


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no json",
        b"{",
        b"[1]",
        b"null",
        b"7",
        b"\xff\xfe",
        b'{"type": "unheard.of"}',
        b"{}",
        b"[" * 100000,
        b'{"type": "item.completed"}',
        b'{"type": "error", "message": 7}',
        b'{"type": "item.completed", "item": {"type": "agent_message", "text": 7}}',
    ],
)
def test_a_line_that_says_nothing_changes_nothing(text: bytes) -> None:
    before = heard(STARTED, TURN)
    assert before.after(Line(text=text, is_error=False)) == before


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (TURN, ("turn started",)),
        (COMPLETED, ("turn completed: 11 tokens read, 7 written",)),
        (command("started", "in_progress", None), ("tool command: /bin/bash -lc id",)),
        (command("completed", "failed", 1), ("tool command failed: exit status 1",)),
        (item("web_search", "started"), ("tool call: web_search",)),
        ({"type": "error", "message": "Reconnecting...\n1/5"}, ("trouble: Reconnecting... 1/5",)),
        (STARTED, ()),
        (item("agent_message", text="{}"), ()),
        (API_REQUEST, ()),
        ("Error: no", ()),
    ],
)
def test_progress_tells_turns_tools_and_trouble(said: Any, told: tuple[str, ...]) -> None:
    assert progress(said) == told


def test_progress_is_one_line_without_control_characters() -> None:
    (told,) = progress({"type": "error", "message": "\x1b[31m" + "long\n" * 500})
    assert told.isprintable()
