"""What of the surroundings matters to whoever looks at a failure later.

Names of variables; their values only where those are harmless. `None` stands for not set.
"""

from __future__ import annotations

import platform
import re
from typing import TYPE_CHECKING, Any, Final

from curricle import __version__
from curricle.errors import CurricleError
from curricle.fsio import free_bytes
from curricle.printable import one_line
from curricle.providers.address import secrets_in, shown_url
from curricle.providers.choice import DEFAULT_PROVIDER, PROVIDER_VARIABLE
from curricle.providers.masking import mask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HARMLESS: Final = (
    PROVIDER_VARIABLE,
    "AGENT_MODEL",
    "AGENT_TIMEOUT_SECONDS",
    "AGENT_RETRY_BUDGET",
    "CODING_AGENT_CMD",
    "OPENAI_API_MODE",
    "CI",
    "GITHUB_WORKFLOW",
    "GITHUB_JOB",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_SHA",
    "CI_PIPELINE_ID",
    "CI_JOB_ID",
    "CI_JOB_NAME",
    "CI_COMMIT_SHA",
)
URLS: Final = ("OPENAI_BASE_URL",)
"""Shown without what may be a secret in them."""
NAMED_ONLY: Final = (
    "OPENAI_API_KEY",
    "CODEX_HOME",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "CURRICLE_RUNBOOK",
)
_CREDENTIAL: Final = re.compile(
    r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL"
    r"|(?:^|_)(?:PASS|PWD|PAT|COOKIE|AUTH)(?:_|$)",
    re.IGNORECASE,
)
_NO_CREDENTIALS: Final = {"PWD", "OLDPWD", "SSH_AUTH_SOCK"}
_SECRET_MIN: Final = 8
"""What is shorter is cut out of ordinary words sooner than it is a credential."""
IS_SET: Final = "(set, not told)"
"""What stands in the place of a value that is not told."""
ENVIRONMENT_FIELDS: Final = (
    "curricle",
    "python",
    "platform",
    "disk_free_bytes",
    "provider",
    "settings",
)
"""The members of what `describe_environment` returns."""
_LENGTH_MAX: Final = 200


def describe_environment(environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return versions, platform, room on the disk of `folder`, and the settings."""
    return {
        "curricle": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "disk_free_bytes": _free_bytes(folder),
        "provider": one_line(environment.get(PROVIDER_VARIABLE, DEFAULT_PROVIDER), _LENGTH_MAX),
        "settings": _settings(environment),
    }


def credentials_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of variables that are credentials by name, and those in URLs.

    Each also as it is when made one line, which is how values come into messages.
    """
    found = []
    for name, value in environment.items():
        if _CREDENTIAL.search(name) and name not in _NO_CREDENTIALS:
            found.append(value)
        if "://" in value:
            found += secrets_in(value)
    spellings = (form for value in found for form in (value, " ".join(value.split())))
    return tuple(dict.fromkeys(form for form in spellings if len(form) >= _SECRET_MIN))


def _settings(environment: Mapping[str, str]) -> dict[str, str | None]:
    shown: dict[str, str | None] = {}
    known = credentials_in(environment)
    for name in HARMLESS:
        # Before it is cut: half a credential is not known for one any more.
        shown[name] = mask(environment[name], known) if name in environment else None
    for name in URLS:
        shown[name] = shown_url(environment[name]) if name in environment else None
    for name in NAMED_ONLY:
        shown[name] = IS_SET if environment.get(name) else None
    return {
        name: None if value is None else one_line(value, _LENGTH_MAX)
        for name, value in shown.items()
    }


def _free_bytes(folder: Path) -> int | None:
    try:
        return free_bytes(folder)
    except CurricleError:
        return None
