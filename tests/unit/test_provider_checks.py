from __future__ import annotations

import socket
import threading
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from curricle.recovery.check import Check, Outcome
from curricle.recovery.provider_checks import examine_provider
from model_faults import FAULTS
from model_server import model_server
from model_wire import MODEL

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-loopback-0123456789abcdef"
READY = '{"ready": true}'


def checks(provider: str, *, probe: bool = False, **environment: str) -> dict[str, Check]:
    return {check.name: check for check in examine_provider(provider, environment, probe=probe)}


def remote(url: str, *, probe: bool = False, **more: str) -> dict[str, Check]:
    settings = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": KEY, "AGENT_MODEL": MODEL, **more}
    return checks("remote_llm", probe=probe, **settings)


def answering_once(answer: bytes) -> str:
    """Return the URL of a server that says this to whoever comes first."""
    listener = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(1 << 16)
            connection.sendall(answer)

    threading.Thread(target=greet, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def test_a_server_is_looked_at_in_time_and_no_model_is_asked() -> None:
    with model_server([READY]) as server:
        begun_at = monotonic()
        found = remote(server.url)
        assert monotonic() - begun_at < 2
        assert (len(server.lookups), server.requests) == (1, [])
        assert server.lookups[0].key == KEY
    assert {check.outcome for check in found.values()} == {Outcome.OK}
    assert found["server"].detail == "can be reached and takes the key"
    assert found["OPENAI_BASE_URL"].detail == server.url
    assert KEY not in repr(found)


def test_a_probe_asks_the_model_once_and_reads_the_answer_by_its_schema() -> None:
    with model_server([READY]) as server:
        assert remote(server.url, probe=True)["probe"].outcome is Outcome.OK
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("entry", "outcome", "said"),
    [
        ('{"ready": "yes"}', Outcome.WARNING, "not by the schema"),
        (FAULTS["http_401_echo_key"], Outcome.FAILED, "provider_auth_rejected"),
        (FAULTS["http_503"], Outcome.FAILED, "provider_unavailable"),
    ],
    ids=["schema", "key", "down"],
)
def test_a_probe_tells_what_is_wrong(entry: object, outcome: Outcome, said: str) -> None:
    with model_server([entry]) as server:  # type: ignore[list-item]
        check = remote(server.url, probe=True)["probe"]
        assert len(server.requests) == 1
    assert (check.outcome, said in check.detail) == (outcome, True), check
    assert KEY not in check.detail + check.hint


def test_user_and_password_of_the_url_are_sent_as_a_run_sends_them() -> None:
    with model_server([READY]) as server:
        found = remote(server.url.replace("http://", "http://ada:secret@"))
    assert found["server"].outcome is Outcome.OK
    assert server.lookups[0].headers["authorization"] == "Basic YWRhOnNlY3JldA=="


def test_the_key_goes_to_no_other_server() -> None:
    with model_server([READY]) as other:
        body = f"HTTP/1.1 302 Found\r\nlocation: {other.url}/models\r\ncontent-length: 0\r\n\r\n"
        check = remote(answering_once(body.encode()))["server"]
        assert (other.lookups, other.requests) == ([], [])
    assert "points elsewhere" in check.detail


@pytest.mark.parametrize("status", [401, 403])
def test_a_rejected_key_fails(status: int) -> None:
    body = f"HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n"
    check = remote(answering_once(body.encode()))["server"]
    assert (check.outcome, "rejects the key" in check.detail) == (Outcome.FAILED, True)


def test_a_model_that_the_server_does_not_list_is_warned_of() -> None:
    with model_server([READY]) as server:
        check = remote(server.url, AGENT_MODEL="other")["server"]
    assert (check.outcome, "other is not among" in check.detail) == (Outcome.WARNING, True)


def test_a_server_that_nobody_runs_fails() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    check = remote(f"http://127.0.0.1:{port}/v1")["server"]
    assert check.outcome is Outcome.FAILED
    assert check.detail == "cannot be reached: Connection refused"


def test_a_server_that_never_answers_fails_in_time() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        begun_at = monotonic()
        check = remote(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")["server"]
        assert monotonic() - begun_at < 2
    assert check.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("greeting", "said"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000, "lists no models"),
    ],
    ids=["another protocol", "nested beyond reading"],
)
def test_what_answers_otherwise_is_told(greeting: bytes, said: str) -> None:
    check = remote(answering_once(greeting))["server"]
    assert said in check.detail, check
    assert check.outcome is not Outcome.OK


@pytest.mark.parametrize(
    ("provider", "variable"),
    [("remote_llm", "OPENAI_API_KEY"), ("codex_exec", "CODING_AGENT_CMD")],
)
def test_settings_that_cannot_be_used_are_told_and_nothing_else_is_looked_at(
    provider: str, variable: str
) -> None:
    (check,) = checks(provider, PATH="").values()
    assert (check.outcome, variable in check.detail) == (Outcome.FAILED, True)
    assert check.hint


def test_codex_is_asked_for_its_version_and_how_to_log_in_is_said(codex: Path) -> None:
    with model_server([READY]) as server:
        found = checks(
            "codex_exec",
            CODING_AGENT_CMD=str(codex),
            OPENAI_BASE_URL=server.url,
            OPENAI_API_KEY=KEY,
            AGENT_MODEL=MODEL,
        )
    assert found["version"].detail == "codex-cli 0.169.0"
    assert "codex login" in found["CODEX_HOME"].detail
    assert found["server"].outcome is Outcome.OK


def test_what_is_no_codex_fails(tmp_path: Path) -> None:
    other = tmp_path / "codex"
    other.write_text("#!/bin/sh\nexit 3\n")
    other.chmod(0o755)
    found = checks("codex_exec", CODING_AGENT_CMD=str(other), OPENAI_BASE_URL="http://127.0.0.1:9")
    assert (found["version"].outcome, "status 3" in found["version"].detail) == (
        Outcome.FAILED,
        True,
    )


def test_a_home_without_a_login_is_warned_of(tmp_path: Path) -> None:
    found = checks("codex_exec", CODING_AGENT_CMD="/bin/true", CODEX_HOME=str(tmp_path))
    assert found["CODEX_HOME"].outcome is Outcome.WARNING
    (tmp_path / "auth.json").write_text("{}")
    found = checks("codex_exec", CODING_AGENT_CMD="/bin/true", CODEX_HOME=str(tmp_path))
    assert found["CODEX_HOME"].outcome is Outcome.OK
