"""What no server in earnest would answer, through the whole program."""

from __future__ import annotations

import gzip
import json
import shlex
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from answering import concept, whole
from command import tree
from curricle.layout import CURRICULUM
from model_faults import http_error
from model_server import Exchange, Fault, model_server
from model_wire import MODEL, Received, Turn, as_json, parts_of
from reading_model import long_scope, read_and_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command import Curricle
    from model_server import Entry

KEY = "sk-loopback-0123456789abcdef"
PASSWORD = "pass-0123/456"


@pytest.fixture
def run(curricle: Curricle) -> Path:
    path = curricle.cwd / "scope.md"
    path.write_text(long_scope(3, 20))
    return curricle.init("Course", scope_file=path)


def with_server(program: Curricle, url: str, **more: str) -> Curricle:
    settings = {
        "AGENT_PROVIDER": "remote_llm",
        "AGENT_MODEL": MODEL,
        "AGENT_RETRY_BUDGET": "0",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": url,
    }
    return program.with_environment(**{**settings, **more})


def chat(**changes: Any) -> Callable[[Received], Fault]:
    """Return a completion that is well but for some fields."""

    def entry(received: Received) -> Fault:
        body = json.loads(parts_of(received, Turn(text=read_and_answer(received)))[0])
        return raw(as_json({**body, **changes}))

    return entry


def raw(body: bytes, status: int = 200, **headers: str) -> Fault:
    def reply(exchange: Exchange) -> None:
        exchange.send_head(status, "application/json", length=len(body), **headers)
        exchange.send(body)

    return Fault(name="raw", reply=reply)


NESTED = b'{"error": {"message": "m", "x": ' + b"[" * 800 + b"]" * 800 + b"}}"
ODD: dict[str, tuple[Entry, int]] = {
    "a model that is half a character": (chat(model="\ud800"), 0),
    "a model of many lines": (chat(model="a\nb\x1b[31m" * 99), 0),
    "tokens beyond counting": (chat(usage={"prompt_tokens": 10**400, "completion_tokens": 7}), 0),
    "tokens that are none": (chat(usage={"prompt_tokens": True, "completion_tokens": -7}), 0),
    "a code that is half a character": (
        raw(b'{"error": {"message": "\\ud800 no", "code": "\\ud800"}}', 400),
        5,
    ),
    "nested in an error": (raw(NESTED, 400), 5),
    "nested in an answer": (raw(b'{"choices": ' + b"[" * 90_000), 5),
    "elsewhere": (raw(b"", 307, location="http://127.0.0.1:9/v1/chat/completions"), 4),
    "nowhere": (raw(b"", 304), 4),
    "compressed": (raw(gzip.compress(b"x" * 99), content_encoding="gzip"), 5),
}


@pytest.mark.parametrize(("entry", "status"), ODD.values(), ids=ODD)
def test_a_run_stays_one_that_every_command_can_read(
    forked: Curricle, run: Path, entry: Entry, status: int
) -> None:
    with model_server([entry]) as server:
        program = with_server(forked, server.url, AGENT_MODEL="gpt-5.5")
        assert program("run", run.name, "--json").status == status
    for command in ("status", "log", "next", "replay"):
        forked.good(command, run.name)
    with model_server([read_and_answer]) as server:
        with_server(forked, server.url).good("run", run.name)


@pytest.mark.parametrize("size", [1 << 20, 60 << 20], ids=["1 MB", "60 MB"])
def test_a_bomb_ends_in_time_and_takes_no_memory(forked: Curricle, run: Path, size: int) -> None:
    bomb = raw(gzip.compress(b'"",' * (size // 3)), content_encoding="gzip")
    with model_server([bomb]) as server:
        begun_at = time.monotonic()
        done = with_server(forked, server.url, AGENT_TIMEOUT_SECONDS="3")("run", run.name, "--json")
    assert done.error["code"] == "provider_output_invalid"
    assert time.monotonic() - begun_at < 5


def test_a_document_of_many_small_parts_ends_in_time(forked: Curricle, run: Path) -> None:
    with model_server([raw(b'{"choices": [' + b'"",' * (10 << 20) + b'""]}')]) as server:
        begun_at = time.monotonic()
        done = with_server(forked, server.url, AGENT_TIMEOUT_SECONDS="3")("run", run.name, "--json")
    assert done.status == 5
    assert time.monotonic() - begun_at < 5


def echo(received: Received) -> Fault:
    said = f"not with {received.headers.get('authorization')} to {received.path}"
    return http_error("echo", 403, {"error": {"message": said}})


def leaking(text: str) -> Callable[[Received], str]:
    return lambda _: json.dumps(whole(concept("Topic 0", 3, core_ideas=["x"]))).replace('"x"', text)


ESCAPED = '"' + "".join(f"\\u{ord(c):04x}" for c in KEY) + '"'
LEAKS: dict[str, Entry] = {
    "header and path": echo,
    "escaped": leaking(ESCAPED),
    "with a control character": leaking(f'"{KEY[:9]}\\u0001{KEY[9:]}"'),
    "request id": raw(b"{}", x_request_id=KEY),
    "request id, cut": raw(b"{}", x_request_id="x" * 190 + KEY),
    "model, cut": chat(model="x" * 190 + KEY),
    "message, cut": http_error("cut", 400, {"error": {"message": "m" * 290 + KEY}}),
}


@pytest.mark.parametrize("entry", LEAKS.values(), ids=LEAKS)
def test_no_credential_is_written_whatever_a_server_repeats(
    forked: Curricle, run: Path, entry: Entry
) -> None:
    with model_server([entry]) as server:
        done = with_server(forked, server.url)("run", run.name)
    assert_no(KEY[:12], forked, done.stdout + done.stderr)


@pytest.mark.parametrize("provider", ["remote_llm", "codex_exec"])
def test_no_password_of_the_url_is_written(
    forked: Curricle, run: Path, codex: Path, provider: str
) -> None:
    basic = b64encode(f"ada:{PASSWORD}".encode()).decode()
    with model_server([echo]) as server:
        address = server.url.replace("http://", f"http://ada:{PASSWORD.replace('/', '%2F')}@")
        program = with_server(
            forked,
            f"{address}?sig=Ab%2Fcd%3D0123",
            AGENT_PROVIDER=provider,
            CODING_AGENT_CMD=str(codex),
        )
        done = program("run", run.name)
        assert server.requests[0].headers["authorization"] == f"Basic {basic}"
    for secret in (basic, PASSWORD, PASSWORD.replace("/", "%2F"), "Ab%2Fcd", "Ab/cd"):
        assert_no(secret, forked, done.stdout + done.stderr)


def assert_no(secret: str, program: Curricle, shown: str) -> None:
    assert secret not in shown
    files = {path: data.decode(errors="replace") for path, data in tree(program.runs_dir).items()}
    assert not [path for path, text in files.items() if secret in text]


def test_an_answer_that_lost_a_credential_says_so(forked: Curricle, run: Path) -> None:
    with model_server([leaking(ESCAPED)]) as server:
        with_server(forked, server.url)("run", run.name)
    assert "what looked like a credential was taken out" in forked.good("log", run.name).stdout


def test_what_was_paid_for_in_vain_is_counted(forked: Curricle, run: Path) -> None:
    refusal, cut = Turn(refusal="no"), Turn(text="{", incomplete="max_output_tokens")
    with model_server([cut, refusal]) as server:
        with_server(forked, server.url, AGENT_RETRY_BUDGET="1")("run", run.name)
    calls = forked.good("status", run.name, "--json").json["calls"]
    assert (calls["calls"], calls["failed"], calls["input_tokens"]) == (1, 1, 22)


def test_the_command_to_go_on_with_asks_the_same_provider(forked: Curricle, run: Path) -> None:
    with model_server([raw(b"{}", 503)]) as server:
        program = with_server(forked, server.url)
        done = program("run", run.name)
        unset = forked.with_environment(
            **{k: v for k, v in program.environment.items() if k != "AGENT_PROVIDER"}
        )
        said = unset.good("next", run.name).stdout
    for text in (done.stderr, said):
        assert f"run {run.name} --provider remote_llm" in text


@pytest.mark.parametrize(
    ("status", "code"), [(401, "provider_auth_rejected"), (429, "provider_rate_limited")]
)
def test_a_compressed_error_is_told_by_its_status(
    forked: Curricle, run: Path, status: int, code: str
) -> None:
    with model_server([raw(gzip.compress(b"{}"), status, content_encoding="gzip")]) as server:
        done = with_server(forked, server.url)("run", run.name, "--json")
    assert done.error["code"] == code


AGAIN = [
    ("run", "--force"),
    ("iterate", "--repair"),
    ("iterate", "--feedback", "Say more on Topic 1"),
    ("iterate", "--repair", "--feedback", "it's short"),
]


@pytest.mark.parametrize("command", AGAIN, ids=" ".join)
def test_the_command_to_go_on_with_is_the_one_that_failed(
    forked: Curricle, run: Path, command: tuple[str, ...]
) -> None:
    with model_server([read_and_answer]) as server:
        with_server(forked, server.url).good("run", run.name)
    if "--repair" in command:
        path = run / CURRICULUM
        path.write_text(path.read_text().replace('"Topic 1"', '"replace_with_title"', 1))
    with model_server([raw(b"{}", 503)]) as server:
        name, *options = command
        done = with_server(forked, server.url)(name, run.name, *options)
    following = done.stderr.split("next: ")[1].splitlines()[0]
    typed = [name, run.name, *options, "--provider", "remote_llm"]
    assert shlex.split(following)[-len(typed) :] == typed


def test_an_event_beyond_reading_leaves_no_traceback(forked: Curricle, run: Path) -> None:
    nested = b'{"type": "response.completed", "response": ' + b"[" * 800 + b"]" * 800 + b"}"

    def reply(exchange: Exchange) -> None:
        exchange.send_head()
        exchange.send(b"event: response.completed\ndata: " + nested + b"\n\n")

    with model_server([Fault(name="nested", reply=reply)]) as server:
        program = with_server(forked, server.url, OPENAI_API_MODE="responses")
        done = program("run", run.name)
    assert done.status == 5
    assert "asynchronous generator" not in done.stderr


SETTINGS = [
    ("SSL_CERT_FILE", "/no/such/file", "provider_config_invalid"),
    ("SSL_CERT_FILE", "/etc/passwd", "provider_config_invalid"),
    ("OPENAI_BASE_URL", "http://999.1.1.1/v1", "provider_base_url_invalid"),
    ("HTTP_PROXY", "::::", "provider_config_invalid"),
    ("AGENT_MODEL", KEY, "provider_config_invalid"),
    ("OPENAI_ORG_ID", "org\nother", "provider_config_invalid"),
    ("OPENAI_PROJECT_ID", "péß", "provider_config_invalid"),
    ("OPENAI_CUSTOM_HEADERS", "authorization: Bearer other", "provider_config_invalid"),
    ("CODING_AGENT_CMD", f"/{'a' * 300}", "provider_command_missing"),
    ("CODING_AGENT_CMD", "a" * 300, "provider_command_missing"),
    ("CODEX_HOME", f"/{'a' * 300}", "provider_config_invalid"),
]


@pytest.mark.parametrize(
    ("variable", "value", "code"), SETTINGS, ids=[f"{n} {v[:12]}" for n, v, _ in SETTINGS]
)
def test_odd_settings_are_typed_and_named(
    forked: Curricle, run: Path, variable: str, value: str, code: str
) -> None:
    provider = "codex_exec" if variable.startswith("COD") else "remote_llm"
    command = {"CODING_AGENT_CMD": "/bin/sh"}
    with model_server([read_and_answer]) as server:
        program = with_server(
            forked, server.url, AGENT_PROVIDER=provider, **{**command, variable: value}
        )
        done = program("run", run.name, "--json")
        assert server.requests == []
    assert (done.status, done.error["code"]) == (4, code)
    assert variable in done.error["message"]
