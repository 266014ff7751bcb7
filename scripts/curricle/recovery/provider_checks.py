"""Checks a provider: its settings, what they lead to, and, only if asked, whether a model answers.

Nothing here is paid for but the probe.
"""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Final

from curricle.errors import CurricleError, ProviderError
from curricle.printable import counted, one_line
from curricle.providers.access import ModelAccess
from curricle.providers.address import shown_url
from curricle.providers.choice import choose_provider, name_of_provider
from curricle.providers.command import resolve_command
from curricle.providers.masking import mask
from curricle.providers.remote_llm import RemoteLlm
from curricle.providers.settings import BASE_URL_DEFAULT, ModelSettings
from curricle.recovery.check import Check, Outcome
from curricle.recovery.reachability import look_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

VERSION_SECONDS_MAX: Final = 1.0
PROBE_SECONDS_MAX: Final = 60.0
CODEX_TESTED: Final = "0.169.0"
_CODEX: Final = "codex_exec"
_PROBE: Final = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}


def examine_provider(
    option: str | None, environment: Mapping[str, str], *, probe: bool
) -> Iterator[Check]:
    """Yield what was looked at; with `probe`, a model is asked one short question at the end."""
    try:
        name = name_of_provider(option, environment)
        choice = choose_provider(option, environment)
    except CurricleError as error:
        yield _failed("provider", error)
        return
    if not isinstance(choice, ModelAccess):
        yield _ok("provider", f"{choice.name}: works offline, with no key")
        return
    model = choice.client.model or "Codex's default model"
    yield _ok("provider", f"{name}: asks {model}")
    yield from _settings(choice.settings)
    if name == _CODEX:
        yield from _codex(choice.settings, environment)
    yield from _server(name, choice)
    if probe:
        yield _probe(choice)
    else:
        yield _ok("schema support", "every request asks for a strict schema; --probe tries it")


def _settings(settings: ModelSettings) -> Iterator[Check]:
    yield _ok(
        "time and retries",
        f"{settings.timeout_seconds:g} s for a request,"
        f" {counted(settings.retry_budget, 'attempt')} after the first",
    )
    yield _ok("OPENAI_API_KEY", "is set" if settings.api_key else "is not set: none is needed")


def _codex(settings: ModelSettings, environment: Mapping[str, str]) -> Iterator[Check]:
    command = resolve_command(settings.command, environment)
    yield _ok("CODING_AGENT_CMD", str(command))
    yield _version(command, environment)
    if settings.codex_home is None:
        yield _ok(
            "CODEX_HOME",
            "a private folder, gone after each call; to use a login of your own, run"
            " `codex login` and set CODEX_HOME to its folder, usually ~/.codex",
        )
    else:
        yield _home(settings.codex_home, has_key=settings.api_key is not None)


def _version(command: Path, environment: Mapping[str, str]) -> Check:
    from curricle.providers.codex_command import scratch_folder, variables

    try:
        with scratch_folder() as scratch:
            done = subprocess.run(  # noqa: S603 - the command that was set, and checked
                [str(command), "--version"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                cwd=scratch.work,
                env=variables(ModelSettings(), environment, scratch),
                timeout=VERSION_SECONDS_MAX,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        return _warning("version", one_line(str(error), 300))
    said = one_line(done.stdout.decode(errors="replace"), 100)
    if done.returncode or not said:
        return Check(
            name="version",
            outcome=Outcome.FAILED,
            detail=f"{command} --version ends with status {done.returncode}: it is no Codex CLI",
            hint="install the Codex CLI anew, or set CODING_AGENT_CMD to it",
        )
    if CODEX_TESTED in said:
        return _ok("version", said)
    return _warning("version", f"{said}; tested is {CODEX_TESTED}")


def _home(home: Path, *, has_key: bool) -> Check:
    if has_key or (home / "auth.json").is_file():
        return _ok("CODEX_HOME", str(home))
    return _warning(
        "CODEX_HOME",
        f"{home} holds no auth.json",
        "run `codex login` with this CODEX_HOME, or set OPENAI_API_KEY",
    )


def _server(name: str, access: ModelAccess) -> Iterator[Check]:
    settings = access.settings
    if name == _CODEX and settings.base_url is None and settings.api_key is None:
        yield _ok("server", "the one that the login in CODEX_HOME is for")
        return
    url = settings.base_url or BASE_URL_DEFAULT
    shown = mask(shown_url(url), settings.secrets)
    yield _ok("OPENAI_BASE_URL", shown if settings.base_url else f"not set: {url}")
    if isinstance(access.client, RemoteLlm):
        yield _prepared(access.client)
    yield look_up(url, settings.api_key, access.client.model)


def _prepared(client: RemoteLlm) -> Check:
    try:
        client.prepare()
    except CurricleError as error:
        return _failed("connection", error)
    return _ok("connection", "certificates and proxies can be used")


def _probe(access: ModelAccess) -> Check:
    from curricle.authoring.answers import UnfitAnswerError, parse_answer
    from curricle.authoring.question import Question

    settings = access.settings
    question = Question(name="probe", prompt='Answer {"ready": true}.', schema=_PROBE)
    seconds = min(settings.timeout_seconds, PROBE_SECONDS_MAX)
    begun_at = time.monotonic()
    try:
        answer = access.client.ask(question, seconds_left=seconds, tell=lambda _: None)
        parse_answer(answer.text, _PROBE)
    except ProviderError as error:
        said = mask(f"{error.code}: {error}", settings.secrets)
        return Check(name="probe", outcome=Outcome.FAILED, detail=said, hint=error.hint)
    except CurricleError as error:
        return _failed("probe", error)
    except UnfitAnswerError as error:
        return _warning("probe", f"the model answers, but not by the schema: {error}")
    took = f"answered by {answer.model or 'a model'} in {time.monotonic() - begun_at:.1f} s"
    if answer.notes:
        return _warning("probe", f"{took}; {'; '.join(answer.notes)}")
    return _ok("probe", f"{took}, by the schema")


def _ok(name: str, detail: str) -> Check:
    return Check(name=name, outcome=Outcome.OK, detail=detail)


def _warning(name: str, detail: str, hint: str = "") -> Check:
    return Check(name=name, outcome=Outcome.WARNING, detail=detail, hint=hint)


def _failed(name: str, error: CurricleError) -> Check:
    return Check(name=name, outcome=Outcome.FAILED, detail=str(error), hint=error.hint)
