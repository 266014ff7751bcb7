"""How the Codex CLI is called: hermetic, with every file of its own in a folder that goes.

It gets no tools, no apps, no settings or rules of the user, an empty working directory and a few
variables of the environment; its own retries are off, for `retry.py` decides. What it reads all the
same is `AGENTS.md` in a `CODEX_HOME` of the user.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from curricle.fsio import translated
from curricle.interrupts import uninterrupted
from curricle.providers.address import basic_credentials, shown_url
from curricle.providers.codex_events import LOG_FILTER
from curricle.providers.settings import BASE_URL_DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.providers.settings import ModelSettings

KEY_VARIABLE: Final = "OPENAI_API_KEY"
_AUTHORIZATION_VARIABLE: Final = "CURRICLE_AUTHORIZATION"
_SERVER: Final = "curricle"
"""Our name for the server to ask, in codex's settings."""
_INHERITED: Final = (
    # How programs of this machine start and speak.
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH"),
    # Whom to trust, and the way out of a network that has only one.
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "CODEX_CA_CERTIFICATE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)


_OFF: Final = (
    *("plugins", "apps", "shell_tool", "shell_snapshot", "view_image", "image_generation"),
    *("goals", "multi_agent", "hooks"),
)
_SETTINGS: Final = (
    # As settings, not as `--disable`: a version that does not know one passes over it.
    *(f"features.{name}=false" for name in _OFF),
    'web_search="disabled"',
    # The folder of our files may lie in somebody's checkout, whose instructions are not for us.
    "project_root_markers=[]",
    "project_doc_max_bytes=0",
    "skills.include_instructions=false",
    "include_environment_context=false",
    "analytics.enabled=false",
    "check_for_update_on_startup=false",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scratch:
    """The files and folders of one attempt, in a private folder outside the run."""

    root: Path
    schema: Path
    answer: Path
    """Where codex writes its last message; not there before, for it keeps what is."""
    work: Path
    home: Path
    codex_home: Path
    temporary: Path


@contextmanager
def scratch_folder() -> Iterator[Scratch]:
    """Yield a folder that only we can read, and remove it after the block.

    Raises:
        DiskFullError, PermissionDeniedError, IoError: it cannot be made.
    """
    with translated(Path(tempfile.gettempdir())):
        root = Path(tempfile.mkdtemp(prefix="curricle-"))
    scratch = Scratch(
        root=root,
        schema=root / "schema.json",
        answer=root / "answer.json",
        work=root / "work",
        home=root / "home",
        codex_home=root / "codex",
        temporary=root / "tmp",
    )
    try:
        with translated(root):
            for folder in (scratch.work, scratch.home, scratch.codex_home, scratch.temporary):
                folder.mkdir(mode=0o700)
        yield scratch
    finally:
        with uninterrupted():
            shutil.rmtree(root, ignore_errors=True)


def arguments(settings: ModelSettings, scratch: Scratch) -> list[str]:
    """Return what comes after the command's name; the prompt is to come on stdin."""
    return [
        *("exec", "-", "--json", "--color", "never"),
        *("--output-schema", str(scratch.schema)),
        *("--output-last-message", str(scratch.answer)),
        *("--sandbox", "read-only", "--skip-git-repo-check", "--ephemeral"),
        *("--ignore-user-config", "--ignore-rules"),
        *(part for setting in _SETTINGS for part in ("-c", setting)),
        *(("--model", settings.model) if settings.model else ()),
        *_server(settings),
    ]


def variables(
    settings: ModelSettings, environment: Mapping[str, str], scratch: Scratch
) -> dict[str, str]:
    """Return the environment: what programs need here, folders that go, and the key."""
    inherited = {n: v for n in _INHERITED if (v := environment.get(n)) is not None}
    return {
        **inherited,
        "HOME": str(scratch.home),
        "TMPDIR": str(scratch.temporary),
        "CODEX_HOME": str(settings.codex_home or scratch.codex_home),
        "RUST_LOG": LOG_FILTER,
        **credentials(settings),
    }


def _server(settings: ModelSettings) -> list[str]:
    """Return the server to ask; nothing where codex's own login says it.

    A server of ours even for the default one: codex does not read OPENAI_BASE_URL, and to the
    one it knows itself it tries other ways first, for seconds, and again by its own count.
    """
    if settings.base_url is None and settings.api_key is None:
        return []
    url = settings.base_url or BASE_URL_DEFAULT
    server: dict[str, object] = {
        "name": _SERVER,
        "base_url": shown_url(url),
        "wire_api": "responses",
        "request_max_retries": 0,
        "stream_max_retries": 0,
    }
    # Others can read a command line, so credentials are named there, not written.
    if basic_credentials(settings.base_url or ""):
        server["env_http_headers"] = {"Authorization": _AUTHORIZATION_VARIABLE}
    elif settings.api_key is not None:
        server["env_key"] = KEY_VARIABLE
    if query := parse_qsl(urlsplit(url).query, keep_blank_values=True):
        server["query_params"] = dict(query)
    return [
        *("-c", f"model_provider={_SERVER}"),
        *("-c", f"model_providers.{_SERVER}={_toml(server)}"),
    ]


def credentials(settings: ModelSettings) -> dict[str, str]:
    """Return the variables that hold what `_server` names."""
    if basic := basic_credentials(settings.base_url or ""):
        return {_AUTHORIZATION_VARIABLE: f"Basic {basic}"}
    return {} if settings.api_key is None else {KEY_VARIABLE: settings.api_key}


def _toml(value: object) -> str:
    """Return a value as TOML on one line: as JSON has it, but for tables."""
    if isinstance(value, dict):
        fields = ", ".join(f"{json.dumps(name)} = {_toml(one)}" for name, one in value.items())
        return f"{{ {fields} }}"
    return json.dumps(value)
