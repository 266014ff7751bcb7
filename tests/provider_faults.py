"""Every fault of a provider against the whole program, and the page that shows how each ends.

    PYTHONPATH=scripts:tests python tests/provider_faults.py    # writes the page

`rehearse` runs one and makes sure of what holds for all: it ends in time, leaves no process, no
file of its own, no half artifact and no key behind, and `run` goes on from there.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openai  # noqa: F401 - takes half a second, which no fault is to be charged with

from codex import VERSION, find_codex
from command import ROOT, Curricle, tree
from curricle.layout import Stage
from forked import ForkedCurricle
from model_faults import FAULTS
from model_server import Entry, Exchange, Fault, ModelServer, model_server
from model_wire import MODEL
from processes import command_line, left_over, marked, new_mark, wait_for
from reading_model import long_scope, read_and_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PAGE: Final = ROOT / "docs" / "reference" / "provider-faults.md"
KEY: Final = "sk-loopback-0123456789abcdef"
LATE_MAX: Final = 2.0
"""Seconds that a command may take beyond its deadline."""
RETRY_BUDGET: Final = 1
MODES: Final[Mapping[str, Mapping[str, str]]] = {
    "codex_exec": {"AGENT_PROVIDER": "codex_exec"},
    "remote_llm, chat": {"AGENT_PROVIDER": "remote_llm", "OPENAI_API_MODE": "chat"},
    "remote_llm, responses": {"AGENT_PROVIDER": "remote_llm", "OPENAI_API_MODE": "responses"},
}
_SCOPE: Final = long_scope(3, 20)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One thing that goes wrong, and how long the program has for it."""

    name: str
    says: str
    group: str
    deadline: int = 20
    """Seconds in `AGENT_TIMEOUT_SECONDS`."""
    entry: Entry = read_and_answer
    """What the server answers to every request."""
    variables: Callable[[str], Mapping[str, str | None]] = field(default=lambda _: {})
    """What is set, or unset where it is None, given the URL of the server."""
    modes: Sequence[str] = tuple(MODES)
    provider_signal: signal.Signals | None = None
    """What the provider's process is sent as soon as it makes a request."""
    own_signal: signal.Signals | None = None
    """What the command itself is sent then."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a command ended in which something went wrong."""

    code: str
    requests: int
    seconds: str

    @property
    def text(self) -> str:
        """Return it without what differs from time to time."""
        return f"`{self.code}` · {self.requests}"


def rehearse(scene: Scene, mode: str, folder: Path) -> Outcome:
    """Have something go wrong in a run, and return how it ended."""
    with _temporary_files_in(folder / "temporary"):
        mark = new_mark()
        program = _program(folder, mark, mode, scene)
        run = _started(program)
        with model_server([_entry_of(scene, mark)]) as server:
            url = server.url
            given = {"OPENAI_BASE_URL": url, **scene.variables(url)}
            faulty = _with(program, given)
            begun_at = time.monotonic()
            code = (
                _killed(faulty, run, server, scene.own_signal)
                if scene.own_signal
                else _code_of(faulty, run)
            )
            seconds = time.monotonic() - begun_at
            requests = len(server.requests)
        assert seconds < scene.deadline + LATE_MAX, f"{seconds:.1f} s"
        assert not left_over(mark)
        assert wait_for(lambda: not list((folder / "temporary").iterdir()))
        assert not (folder / "nobody").exists(), "something was written to the home"
        assert not any((run / "outputs").rglob("*.*"))
        _verify_that_it_goes_on(program, run)
        leaks = [path for path, data in tree(folder).items() if KEY.encode() in data]
        assert not leaks, leaks
    return Outcome(code=code, requests=requests, seconds=f"{seconds:.1f}")


def _program(folder: Path, mark: str, mode: str, scene: Scene) -> Curricle:
    codex = find_codex()
    environment = {
        **MODES[mode],
        "AGENT_MODEL": MODEL,
        "AGENT_TIMEOUT_SECONDS": str(scene.deadline),
        "AGENT_RETRY_BUDGET": str(RETRY_BUDGET),
        "CODING_AGENT_CMD": str(codex),
        "OPENAI_API_KEY": KEY,
        "HOME": str(folder / "nobody"),
        "TMPDIR": str(folder / "temporary"),
        "NO_PROXY": f"127.0.0.1,{mark}.invalid",
    }
    kind = Curricle if scene.own_signal else ForkedCurricle
    return kind(runs_dir=folder / "runs", cwd=folder, environment=environment)


def _started(program: Curricle) -> Path:
    path = program.cwd / "scope.md"
    path.write_text(_SCOPE)
    return program.init("Course", scope_file=path)


def _with(program: Curricle, variables: Mapping[str, str | None]) -> Curricle:
    merged = {**program.environment, **variables}
    kept = {name: value for name, value in merged.items() if value is not None}
    return type(program)(runs_dir=program.runs_dir, cwd=program.cwd, environment=kept)


def _code_of(program: Curricle, run: Path) -> str:
    done = program("run", run.name, "--json")
    assert KEY not in done.stdout + done.stderr
    return str(done.error["code"]) if done.status else "answered"


def _killed(program: Curricle, run: Path, server: ModelServer, number: signal.Signals) -> str:
    process = program.start("run", run.name, "--json")
    try:
        assert wait_for(lambda: server.requests)
        process.send_signal(number)
        out, errors = process.communicate(timeout=10)
    finally:
        process.kill()
        process.communicate()
    assert b"Traceback" not in errors
    if process.returncode == -number:
        return f"killed by {number.name}"
    return re.findall(r'"code": ?"(\w+)"', out.decode())[0]


def _verify_that_it_goes_on(program: Curricle, run: Path) -> None:
    with model_server([read_and_answer]) as server:
        _with(program, {"OPENAI_BASE_URL": server.url}).good("run", run.name)
    stage = program.good("status", run.name, "--json").json["stage"]
    assert stage == Stage.ITERATED.value


def _entry_of(scene: Scene, mark: str) -> Entry:
    if scene.provider_signal is None:
        return scene.entry
    number = scene.provider_signal

    def reply(exchange: Exchange) -> None:
        for pid in marked(mark):
            if "exec" in command_line(pid)[1:2]:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
        exchange.hang()

    return Fault(name=number.name, reply=reply)


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _nobody(_: str) -> dict[str, str]:
    return {"OPENAI_BASE_URL": f"http://127.0.0.1:{_closed_port()}/v1"}


def _dead_proxy(_: str) -> dict[str, str]:
    proxy = f"http://127.0.0.1:{_closed_port()}"
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")
    return {**dict.fromkeys(names, proxy), "NO_PROXY": "", "OPENAI_BASE_URL": "http://192.0.2.1/v1"}


_DEADLINE: Final = 20
_SHORT_DEADLINES: Final = {
    "slow_drip": 4,
    "hang_mid_stream": 4,
    "hang_before_headers": 10,
    "large_answer": 6,
}
"""Of what takes all the time there is."""
_REMOTE: Final = tuple(mode for mode in MODES if mode != "codex_exec")


def _group_of(name: str) -> str:
    return "Answers with an error status" if name.startswith("http_") else "Answers that are none"


def _scenes() -> Iterator[Scene]:
    for fault in FAULTS.values():
        deadline = _SHORT_DEADLINES.get(fault.name, _DEADLINE)
        group = _group_of(fault.name)
        yield Scene(name=fault.name, says=fault.says, group=group, deadline=deadline, entry=fault)
    way: dict[str, Any] = {"group": "No way to the server"}
    yield Scene(name="refused", says="nobody listens at the port", variables=_nobody, **way)
    yield Scene(
        name="no_such_host",
        says="the name has no address",
        variables=lambda _: {"OPENAI_BASE_URL": "http://curricle.invalid/v1"},
        **way,
    )
    yield Scene(
        name="no_tls",
        says="an https URL of a server without TLS",
        variables=lambda url: {"OPENAI_BASE_URL": url.replace("http:", "https:")},
        **way,
    )
    yield Scene(
        name="dead_proxy", says="nobody listens at the proxy's port", variables=_dead_proxy, **way
    )
    for number in (signal.SIGTERM, signal.SIGKILL):
        yield Scene(
            name=f"provider_{number.name.lower()}",
            says=f"the Codex process gets {number.name}",
            group="Ended in the middle of a call",
            provider_signal=number,
            modes=("codex_exec",),
        )
        yield Scene(
            name=f"own_{number.name.lower()}",
            says=f"the command itself gets {number.name}",
            group="Ended in the middle of a call",
            entry=FAULTS["hang_before_headers"],
            own_signal=number,
        )
    yield from _settings()


def _settings() -> Iterator[Scene]:
    rows: list[tuple[str, str, Sequence[str]]] = [
        ("CODING_AGENT_CMD", "", ("codex_exec",)),
        ("CODING_AGENT_CMD", "./codex", ("codex_exec",)),
        ("CODING_AGENT_CMD", "no-such-codex", ("codex_exec",)),
        ("CODING_AGENT_CMD", "/etc/passwd", ("codex_exec",)),
        ("CODING_AGENT_CMD", "/bin/false", ("codex_exec",)),
        ("CODEX_HOME", "/no/such/folder", ("codex_exec",)),
        ("OPENAI_API_KEY", "", tuple(MODES)),
        ("OPENAI_API_KEY", "sk-0123\n456789", tuple(MODES)),
        ("OPENAI_API_KEY", "schlüssel", tuple(MODES)),
        ("OPENAI_BASE_URL", "localhost/v1", tuple(MODES)),
        ("OPENAI_BASE_URL", "http://", tuple(MODES)),
        ("OPENAI_BASE_URL", "file:///v1", tuple(MODES)),
        ("OPENAI_BASE_URL", "http://host:99999/v1", tuple(MODES)),
        ("AGENT_TIMEOUT_SECONDS", "-1", tuple(MODES)),
        ("AGENT_RETRY_BUDGET", "two", tuple(MODES)),
        ("ALL_PROXY", "socks5://127.0.0.1:1", _REMOTE),
    ]
    for variable, value, modes in rows:
        shown = value.encode("unicode_escape").decode() if value.isascii() else value
        yield Scene(
            name=f"{variable}={shown}",
            says="cannot be used" if value else "is empty",
            group="Settings",
            variables=lambda _, given=(variable, value): {given[0]: given[1]},  # type: ignore[misc]
            modes=modes,
        )
    yield Scene(
        name="OPENAI_API_KEY",
        says="is not there",
        group="Settings",
        variables=lambda _: {"OPENAI_API_KEY": None},
        modes=_REMOTE,
    )


SCENES: Final = {scene.name: scene for scene in _scenes()}

_HEAD: Final = f"""\
<!-- Generated by `make faults`; a test runs every cell again and compares all but the seconds. -->
# Faults of providers

What `run` ends in when a provider fails, for the real Codex CLI {VERSION} and the real `openai` SDK
against a server on the loopback that answers every request with the fault. A cell holds the error
code, the requests made (with `AGENT_RETRY_BUDGET={RETRY_BUDGET}`) and the seconds it took, Python's
start and imports aside. Every cell ends within its deadline, which is `AGENT_TIMEOUT_SECONDS`, and
{LATE_MAX:.0f} seconds. None leaves a process, a temporary file, half an artifact or the key in any
file, and after each the next `run` goes on to `iterated`. What the codes mean and what to do:
[errors](errors.md).
"""


def render(outcomes: Mapping[tuple[str, str], Outcome]) -> str:
    """Return the page that shows how every scene ended in every mode."""
    lines = [_HEAD]
    for group in dict.fromkeys(scene.group for scene in SCENES.values()):
        scenes = [scene for scene in SCENES.values() if scene.group == group]
        modes = [mode for mode in MODES if any(mode in scene.modes for scene in scenes)]
        lines += [f"## {group}", ""]
        lines += [f"| fault | what happens | deadline | {' | '.join(modes)} |"]
        lines += ["|---|---|--:|" + "---|" * len(modes)]
        for scene in scenes:
            cells = [_cell(outcomes.get((scene.name, mode))) for mode in modes]
            first = [f"`{scene.name}`", scene.says.replace("|", "\\|"), f"{scene.deadline} s"]
            lines += [f"| {' | '.join([*first, *cells])} |"]
        lines += [""]
    return "\n".join(lines)


def read_page(text: str) -> dict[tuple[str, str], Outcome]:
    """Return what a page says, by scene and mode."""
    found: dict[tuple[str, str], Outcome] = {}
    modes: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[:1] == ["fault"]:
            modes = cells[3:]
        elif cells and cells[0].startswith("`"):
            for mode, cell in zip(modes, cells[3:], strict=True):
                if match := _CELL.fullmatch(cell):
                    outcome = Outcome(
                        code=match["code"], requests=int(match["count"]), seconds=match["seconds"]
                    )
                    found[cells[0].strip("`"), mode] = outcome
    return found


_CELL: Final = re.compile(r"`(?P<code>[^`]+)` · (?P<count>\d+) · (?P<seconds>[\d.]+) s")


def _cell(outcome: Outcome | None) -> str:
    return f"{outcome.text} · {outcome.seconds} s" if outcome else ""


def main() -> None:
    """Run every scene in every mode and write the page."""
    outcomes = {}
    for scene in SCENES.values():
        for mode in scene.modes:
            folder = Path(tempfile.mkdtemp(prefix="faults-"))
            try:
                outcomes[scene.name, mode] = rehearse(scene, mode, folder)
            finally:
                shutil.rmtree(folder)
    PAGE.write_text(render(outcomes))


if __name__ == "__main__":
    main()
