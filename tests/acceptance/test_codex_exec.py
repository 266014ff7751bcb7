from __future__ import annotations

import json
import tempfile
import time
from typing import TYPE_CHECKING

import pytest

from asking import KEY, SCHEMA
from curricle.errors import (
    ProviderContextOverflowError,
    ProviderOutputInvalidError,
    ProviderUnavailableError,
)
from curricle.providers.client import Answer, Usage
from curricle.providers.codex_faults import NO_STRUCTURED_ANSWER
from model_faults import FAULTS, answering
from model_server import ANSWER, Exchange, Fault, model_server
from model_wire import MODEL, Turn, parts_of

if TYPE_CHECKING:
    from pathlib import Path

    from asking import Caller


@pytest.mark.capability("R7")
def test_an_answer_comes_with_its_usage_and_its_progress(ask: Caller) -> None:
    with model_server() as server:
        answer = ask(server.url)
    assert answer == Answer(
        text=ANSWER,
        model=MODEL,
        usage=Usage(
            input_tokens=11, cached_input_tokens=3, output_tokens=7, reasoning_output_tokens=2
        ),
        request_id=answer.request_id,
    )
    assert answer.request_id
    assert ask.told == [
        "codex_exec: turn started",
        "codex_exec: turn completed: 11 tokens read, 7 written",
    ]


def test_the_server_gets_key_schema_prompt_and_no_tool_to_run_a_command(ask: Caller) -> None:
    with model_server() as server:
        ask(server.url, prompt="Sage «bestanden».")
        (request,) = server.requests
        assert server.lookups == []
    assert request.key == KEY
    assert request.prompt == "Sage «bestanden»."
    assert request.body["text"]["format"]["schema"] == SCHEMA
    assert request.body["text"]["format"]["strict"] is True
    assert request.body["store"] is False
    tools = {tool.get("name", tool["type"]) for tool in request.body["tools"]}
    assert not tools & {"exec_command", "write_stdin", "shell", "local_shell", "apply_patch"}
    assert "not-for-anybody" not in json.dumps(request.body)


def test_no_file_of_the_project_around_reaches_the_model(
    ask: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skill = "---\nname: {name}\ndescription: {text}\n---\nx\n"
    files = {
        "AGENTS.md": "of-the-project",
        ".codex/skills/one/SKILL.md": skill.format(name="one", text="of-the-project"),
        ".agents/skills/two/SKILL.md": skill.format(name="two", text="of-the-project"),
        "home/skills/three/SKILL.md": skill.format(name="three", text="of-the-user"),
        "home/config.toml": 'web_search = "live"',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(ask.temporary))
    with model_server() as server:
        ask(server.url)
        ask(server.url, CODEX_HOME=str(tmp_path / "home"))
        for request in server.requests:
            said = json.dumps(request.body)
            assert "of-the-project" not in said
            assert "of-the-user" not in said
            assert [tool.get("name") for tool in request.body["tools"]] == ["request_user_input"]


def test_a_prompt_larger_than_a_pipe_arrives_whole(ask: Caller) -> None:
    prompt = "line of a scope document\n" * 30_000
    with model_server() as server:
        ask(server.url, prompt=prompt)
        assert server.requests[0].prompt.strip() == prompt.strip()


def test_a_prompt_larger_than_codex_takes_is_an_overflow_before_any_request(ask: Caller) -> None:
    with model_server() as server:
        error = ask.failing(server.url, prompt="x" * ((1 << 20) + 1))
        assert server.requests == []
    assert type(error) is ProviderContextOverflowError


@pytest.mark.capability("R7")
def test_what_is_no_structured_answer_is_called_so(ask: Caller) -> None:
    with model_server([FAULTS["incomplete_length"]]) as server:
        error = ask.failing(server.url)
        assert len(server.requests) == 1
    assert type(error) is ProviderOutputInvalidError
    assert NO_STRUCTURED_ANSWER in str(error)


@pytest.mark.parametrize("name", ["fenced", "prose", "truncated_answer", "wrong_schema"])
def test_an_answer_is_passed_on_as_it_came(ask: Caller, name: str) -> None:
    with model_server([FAULTS[name]]) as server:
        assert "verdict" in ask(server.url).text


def test_a_large_answer_comes_whole(ask: Caller) -> None:
    text = json.dumps({"verdict": "x" * (1 << 20), "score": 7})
    with model_server([answering("large", text)]) as server:
        assert ask(server.url).text == text


def test_a_server_that_is_not_there_is_unavailable_at_once(ask: Caller) -> None:
    with model_server() as server:
        url = server.url
    started_at = time.monotonic()
    assert type(ask.failing(url)) is ProviderUnavailableError
    assert time.monotonic() - started_at < 5


def test_silence_ends_long_before_the_deadline(ask: Caller) -> None:
    with model_server([FAULTS["hang_before_headers"]]) as server:
        started_at = time.monotonic()
        error = ask.failing(server.url, seconds=9)
    assert type(error) is ProviderUnavailableError
    assert error.is_transient
    assert time.monotonic() - started_at < 6


def test_a_slow_answer_has_all_the_time_there_is(ask: Caller) -> None:
    def late(exchange: Exchange) -> None:
        exchange.send_head()
        time.sleep(3.3)
        for part in parts_of(exchange.received, Turn(text=ANSWER)):
            exchange.send(part)

    with model_server([Fault(name="late", reply=late)]) as server:
        assert ask(server.url, seconds=9).text == ANSWER
