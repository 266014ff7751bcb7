"""What the environment says of how to ask a model: each variable checked before anything is done.

A variable that is set but cannot be used is an error, never passed over; one that is not set has
a default.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from curricle.errors import ProviderConfigInvalidError, ProviderKeyMissingError
from curricle.providers.address import secrets_in, verify_url

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_URL_DEFAULT: Final = "https://api.openai.com/v1"
TIMEOUT_SECONDS_DEFAULT: Final = 300.0
TIMEOUT_SECONDS_MAX: Final = 86_400.0
RETRY_BUDGET_DEFAULT: Final = 2
RETRY_BUDGET_MAX: Final = 100
MODEL_LENGTH_MAX: Final = 200
COMMAND_DEFAULT: Final = "codex"

KEY_LENGTH_MIN: Final = 7
"""What is shorter is no key, and would be cut out of ordinary words."""
_NO_KEYS: Final = {"lm-studio", "not-needed", "no-key-required", "sk-no-key-required"}
"""What servers that want no key are given for one."""
_SHOWN_MAX: Final = 80
_KEY: Final = re.compile(r"[\x21-\x7e]+")
_MODEL: Final = re.compile(rf"(?!-)[\x21-\x7e]{{1,{MODEL_LENGTH_MAX}}}")
_SECONDS: Final = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,9}", re.ASCII)


class ApiMode(StrEnum):
    """Which of the two interfaces of a server is used."""

    CHAT = "chat"
    RESPONSES = "responses"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSettings:
    """How a model is asked."""

    timeout_seconds: float = TIMEOUT_SECONDS_DEFAULT
    """For one request with all its retries."""
    retry_budget: int = RETRY_BUDGET_DEFAULT
    """Attempts of one request after its first."""
    model: str | None = None
    command: str = COMMAND_DEFAULT
    """As set; `resolve_command` finds and checks it, for whoever runs it."""
    codex_home: Path | None = None
    """As set; `verify_login` checks it."""
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = field(default=None, repr=False)
    api_mode: ApiMode = ApiMode.CHAT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ModelSettings:
        """Return what the variables say.

        Raises:
            ProviderConfigInvalidError: a variable is not one of its allowed values.
            ProviderBaseUrlInvalidError: the URL is no address of a server.
            ProviderKeyMissingError: a key is set that is none.
        """
        if (key := environment.get("OPENAI_API_KEY")) and environment.get("AGENT_MODEL") == key:
            raise ProviderConfigInvalidError("AGENT_MODEL", "holds the API key", hint="swap them")
        return cls(
            timeout_seconds=_timeout_seconds(environment.get("AGENT_TIMEOUT_SECONDS")),
            retry_budget=_retry_budget(environment.get("AGENT_RETRY_BUDGET")),
            model=_model(environment.get("AGENT_MODEL")),
            command=environment.get("CODING_AGENT_CMD", COMMAND_DEFAULT),
            codex_home=_path(environment.get("CODEX_HOME")),
            api_key=_api_key(environment.get("OPENAI_API_KEY")),
            base_url=_base_url(environment.get("OPENAI_BASE_URL")),
            api_mode=_api_mode(environment.get("OPENAI_API_MODE")),
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return every value that may be written nowhere."""
        of_url = secrets_in(self.base_url) if self.base_url else ()
        is_secret = len(self.api_key or "") >= KEY_LENGTH_MIN and self.api_key not in _NO_KEYS
        return (*((self.api_key or "",) if is_secret else ()), *of_url)


def verify_sdk_variables(environment: Mapping[str, str]) -> None:
    """Make sure that what the SDK reads by itself can go into a request.

    Raises:
        ProviderConfigInvalidError: it cannot.
    """
    for variable in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        text = environment.get(variable)
        if text and not _KEY.fullmatch(text):
            raise _invalid(variable, text, "printable ASCII without spaces", "none")
    if environment.get("OPENAI_CUSTOM_HEADERS"):
        raise ProviderConfigInvalidError(
            "OPENAI_CUSTOM_HEADERS",
            "is set, and would take the place of what is asked and recorded",
            hint="unset it",
        )


def verify_login(settings: ModelSettings) -> None:
    """Make sure that the Codex CLI has a way to log in: a key, its own login, or no need of one.

    Raises:
        ProviderConfigInvalidError: `CODEX_HOME` is no folder.
        ProviderKeyMissingError: it has none.
    """
    home = settings.codex_home
    if home is not None and not (home.is_absolute() and os.path.isdir(home)):  # noqa: PTH112
        raise _invalid(
            "CODEX_HOME",
            str(home) if home.parts else "",
            "the absolute path of a folder that is there (no shell has read it, so without ~)",
            "a private one, gone after the call",
        )
    if settings.api_key is None and settings.codex_home is None and settings.base_url is None:
        raise ProviderKeyMissingError("it is not set, and no CODEX_HOME that is logged in")


def _timeout_seconds(text: str | None) -> float:
    if text is None:
        return TIMEOUT_SECONDS_DEFAULT
    seconds = float(text) if _SECONDS.fullmatch(text) else 0.0
    if not 0 < seconds <= TIMEOUT_SECONDS_MAX:
        raise _invalid(
            "AGENT_TIMEOUT_SECONDS",
            text,
            f"a number of seconds above 0 and up to {TIMEOUT_SECONDS_MAX:.0f}",
            f"{TIMEOUT_SECONDS_DEFAULT:.0f}",
        )
    return seconds


def _retry_budget(text: str | None) -> int:
    if text is None:
        return RETRY_BUDGET_DEFAULT
    if not _COUNT.fullmatch(text) or int(text) > RETRY_BUDGET_MAX:
        raise _invalid(
            "AGENT_RETRY_BUDGET",
            text,
            f"a whole number from 0 to {RETRY_BUDGET_MAX}",
            str(RETRY_BUDGET_DEFAULT),
        )
    return int(text)


def _model(text: str | None) -> str | None:
    if text is not None and not _MODEL.fullmatch(text):
        raise _invalid(
            "AGENT_MODEL",
            text,
            f"the name of a model: 1 to {MODEL_LENGTH_MAX} ASCII characters without spaces, the"
            " first not a hyphen",
            "the provider's own",
        )
    return text


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _api_key(text: str | None) -> str | None:
    if text is None or _KEY.fullmatch(text):
        return text
    raise ProviderKeyMissingError(
        "it holds a space, a line break or a character beyond printable ASCII, which no key does"
        if text
        else "it is set, but empty"
    )


def _base_url(text: str | None) -> str | None:
    if text is not None:
        verify_url(text)
    return text


def _api_mode(text: str | None) -> ApiMode:
    if text is None:
        return ApiMode.CHAT
    if text not in tuple(ApiMode):
        raise _invalid("OPENAI_API_MODE", text, " or ".join(ApiMode), ApiMode.CHAT)
    return ApiMode(text)


def _invalid(variable: str, text: str, allowed: str, default: str) -> ProviderConfigInvalidError:
    return ProviderConfigInvalidError(
        variable,
        f"{text[:_SHOWN_MAX]!r} is not {allowed}",
        hint=f"set {variable} to {allowed}, or unset it for the default ({default})",
    )
