from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from asking import KEY, Caller
from command import ROOT
from curricle.errors import (
    ProviderCommandMissingError,
    ProviderConfigInvalidError,
    ProviderOutputInvalidError,
    ProviderSandboxDeniedError,
    ProviderUnavailableError,
)
from curricle.providers.codex_verdict import REQUESTS_MAX
from model_faults import FAULTS
from model_server import ANSWER, ModelServer, model_server
from model_wire import Turn
from processes import command_line, left_over, marked, wait_for

# What another codex, or this one on a bad day, could do: stand-ins that speak as it does.
STARTED = 'echo \'{"type":"thread.started","thread_id":"t-1"}\'; cat > /dev/null; '
MESSAGE = 'echo \'{"type":"item.completed","item":{"type":"agent_message","text":"{}"}}\'; '
TOOL = """echo '{"type":"item.completed","item":{"type":"command_execution","command":"id",\
"aggregated_output":"%s","exit_code":1,"status":"failed"}}'; """
COMPLETED = MESSAGE + 'echo \'{"type":"turn.completed","usage":{}}\'; '
STUBBORN = "trap '' INT TERM; while :; do sleep 0.1; done"


@pytest.fixture
def stand_in(tmp_path: Path) -> Any:
    """Make a script stand in for codex."""

    def stand_in(script: str, interpreter: str = "/bin/sh") -> dict[str, str]:
        path = tmp_path / "stand-in"
        path.write_text(f"#!{interpreter}\n{script}\n")
        path.chmod(0o755)
        return {"CODING_AGENT_CMD": str(path)}

    return stand_in


@pytest.mark.parametrize(
    "tail",
    ["sleep 60", STUBBORN, "setsid sleep 60 & exit 0", "setsid sleep 60 & sleep 60"],
    ids=["lingers", "stubborn", "daemon left", "daemon too"],
)
def test_a_process_that_lingers_after_its_turn_costs_nothing(
    ask: Caller, stand_in: Any, tail: str
) -> None:
    started_at = time.monotonic()
    assert ask(None, **stand_in(STARTED + COMPLETED + tail)).text == "{}"
    assert time.monotonic() - started_at < 2.5


def test_a_codex_that_says_nothing_is_unavailable_long_before_the_deadline(
    ask: Caller, stand_in: Any
) -> None:
    started_at = time.monotonic()
    error = ask.failing(None, seconds=9, **stand_in("sleep 60"))
    assert type(error) is ProviderUnavailableError
    assert time.monotonic() - started_at < 6


def test_failed_tool_commands_are_no_success(ask: Caller, stand_in: Any) -> None:
    script = STARTED + TOOL % "ls: no such file" + COMPLETED
    assert type(ask.failing(None, **stand_in(script))) is ProviderOutputInvalidError
    script = STARTED + TOOL % "bwrap: setting up uid map: Permission denied" + COMPLETED
    assert type(ask.failing(None, **stand_in(script))) is ProviderSandboxDeniedError


def test_a_script_without_its_interpreter_is_a_missing_command(ask: Caller, stand_in: Any) -> None:
    error = ask.failing(None, **stand_in("", "/usr/bin/env no-such-node"))
    assert type(error) is ProviderCommandMissingError
    assert "no-such-node" in str(error)


def test_an_install_without_its_binary_is_a_missing_command(ask: Caller, stand_in: Any) -> None:
    script = "echo 'Error: Missing optional dependency @openai/codex-linux-x64.' >&2; exit 1"
    assert type(ask.failing(None, **stand_in(script))) is ProviderCommandMissingError


def test_another_program_of_that_name_is_a_missing_command(ask: Caller, stand_in: Any) -> None:
    error = ask.failing(None, **stand_in("echo 'unknown option --json' >&2; exit 2"))
    assert type(error) is ProviderCommandMissingError


def test_a_killed_codex_is_worth_another_try(ask: Caller, stand_in: Any) -> None:
    error = ask.failing(None, **stand_in(STARTED + "kill -9 $$"))
    assert type(error) is ProviderUnavailableError


def test_it_gets_few_variables_an_empty_folder_and_no_key_on_its_command_line(
    ask: Caller, stand_in: Any, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    seen.mkdir()
    script = f"""env > {seen}/env; ls -A > {seen}/files; echo "$@" > {seen}/arguments
        cat > {seen}/prompt; stat -c %a "$CODEX_HOME" "$HOME/.." > {seen}/modes"""
    ask(None, **stand_in(script + "\n" + STARTED + COMPLETED))
    variables = dict(line.split("=", 1) for line in (seen / "env").read_text().splitlines())
    # The shell sets some of its own, and Python the encoding where nothing says it.
    assert set(variables) - {"PWD", "SHLVL", "_", "OLDPWD", "LC_CTYPE"} == {
        *("PATH", "HOME", "TMPDIR", "CODEX_HOME", "NO_PROXY", "RUST_LOG", "OPENAI_API_KEY")
    }
    assert variables["OPENAI_API_KEY"] == KEY
    for name in ("HOME", "TMPDIR", "CODEX_HOME"):
        assert Path(variables[name]).is_relative_to(ask.temporary)
    assert (seen / "files").read_text() == ""
    assert (seen / "prompt").read_text() == "Say pass."
    assert KEY not in (seen / "arguments").read_text()
    assert "https://api.openai.com/v1" in (seen / "arguments").read_text()
    assert (seen / "modes").read_text() == "700\n700\n"


def test_user_and_password_of_the_url_reach_the_server_and_no_command_line(
    ask: Caller, stand_in: Any, tmp_path: Path
) -> None:
    with model_server() as server:
        url = server.url.replace("//", "//nobody:geheim%20wort@") + "?api-version=2"
        assert ask(url).text == ANSWER
        (request,) = server.requests
    assert request.headers["authorization"] == "Basic " + b64encode(b"nobody:geheim wort").decode()
    assert request.path == "/v1/responses?api-version=2"
    script = f'echo "$@" > {tmp_path}/arguments; ' + STARTED + COMPLETED
    ask(url, **stand_in(script))
    assert "geheim" not in (tmp_path / "arguments").read_text()


def test_a_home_of_ones_own_is_used_and_stays(ask: Caller, tmp_path: Path) -> None:
    home = tmp_path / "own"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text('model = "of-the-user"\nnot toml at all')
    with model_server() as server:
        assert ask(server.url, CODEX_HOME=str(home)).text == ANSWER
        assert KEY.encode() not in b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
        assert server.requests[0].body["model"] != "of-the-user"
    assert (home / "installation_id").exists()


def test_a_home_that_is_not_there_is_named(ask: Caller, tmp_path: Path) -> None:
    error = ask.failing("http://127.0.0.1:9/v1", CODEX_HOME=str(tmp_path / "no"))
    assert type(error) is ProviderConfigInvalidError
    assert error.details["variable"] == "CODEX_HOME"


OURSELVES = """
import json, os, sys
from curricle.authoring.question import Question
from curricle.providers.codex_exec import CodexExec
from curricle.providers.settings import ModelSettings
environment = dict(os.environ)
client = CodexExec(ModelSettings.from_environment(environment), environment)
question = Question(name="verdict", prompt="Say pass.", schema={"type": "object"})
client.ask(question, seconds_left=60, tell=lambda _: None)
"""


def environment_of_ourselves(ask: Caller, server: ModelServer) -> dict[str, str]:
    return {
        **ask.environment,
        "OPENAI_BASE_URL": server.url,
        "PYTHONPATH": str(ROOT / "scripts"),
        "TMPDIR": str(ask.temporary),
    }


@pytest.mark.capability("R9")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_our_own_death_in_the_middle_of_a_call_leaves_nothing(
    ask: Caller, number: signal.Signals
) -> None:
    with model_server([FAULTS["hang_before_headers"]]) as server:
        environment = environment_of_ourselves(ask, server)
        with subprocess.Popen(
            [sys.executable, "-c", OURSELVES], env=environment, stderr=subprocess.DEVNULL
        ) as ourselves:
            assert wait_for(lambda: server.requests)
            assert any("exec" in command_line(pid) for pid in marked(ask.mark))
            ourselves.send_signal(number)
            assert ourselves.wait(10) == -number
        assert not left_over(ask.mark)
        assert wait_for(lambda: not list(ask.temporary.iterdir()))


def test_calls_side_by_side_do_not_end_each_other(ask: Caller) -> None:
    def score(number: int) -> int:
        with model_server([json.dumps({"verdict": "pass", "score": number})]) as server:
            found: int = json.loads(ask.once(server.url).text)["score"]
            return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(score, range(4))) == [0, 1, 2, 3]
    assert not left_over(ask.mark)


def test_a_turn_of_nothing_but_tool_calls_is_left(ask: Caller) -> None:
    with model_server([Turn(calls=(("shell", {"command": ["id"]}),))]) as server:
        error = ask.failing(server.url)
        assert REQUESTS_MAX < len(server.requests) <= REQUESTS_MAX * 2
    assert type(error) is ProviderOutputInvalidError
    assert "the call of a tool" in str(error)


def test_an_answer_file_that_is_none_is_not_waited_for(ask: Caller, stand_in: Any) -> None:
    make_pipe = 'for last; do case $last in */answer.json) mkfifo "$last";; esac; done; '
    assert ask(None, **stand_in(make_pipe + STARTED + COMPLETED)).text == "{}"


@pytest.mark.parametrize("gap", [0.0, 0.05, 0.1, 0.2])
def test_a_second_interrupt_leaves_nothing_either(ask: Caller, gap: float) -> None:
    with model_server([FAULTS["hang_before_headers"]]) as server:
        environment = environment_of_ourselves(ask, server)
        with subprocess.Popen(
            [sys.executable, "-c", OURSELVES], env=environment, stderr=subprocess.DEVNULL
        ) as ourselves:
            assert wait_for(lambda: server.requests)
            for _ in range(2):
                ourselves.send_signal(signal.SIGINT)
                time.sleep(gap)
            ourselves.wait(10)
        assert not left_over(ask.mark)
        assert wait_for(lambda: not list(ask.temporary.iterdir()))


@pytest.mark.parametrize("closed", ["<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_it_works_without_standard_streams(ask: Caller, closed: str) -> None:
    with model_server() as server:
        environment = environment_of_ourselves(ask, server)
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", OURSELVES]
        assert subprocess.run(command, env=environment, check=False).returncode == 0
        assert len(server.requests) == 1
