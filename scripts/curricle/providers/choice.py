"""Which provider a command uses, and whether its settings can be used at all.

Adding one that needs no model means a file with a class that has the methods of
`provider.Provider`; one that asks a model needs a class that has those of `client.Client`. Either
gets a row in `PROVIDERS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from curricle.errors import ProviderUnknownError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.providers.access import ModelAccess
    from curricle.providers.provider import Provider

DEFAULT_PROVIDER: Final = "internal"
PROVIDER_VARIABLE: Final = "AGENT_PROVIDER"

Choice: TypeAlias = "Provider | ModelAccess"
"""A provider, or a model of which `steps.calls.open_provider` makes one for a run."""


def choose_provider(option: str | None, environment: Mapping[str, str]) -> Choice:
    """Return the provider of `--provider`, else of `AGENT_PROVIDER`, else the internal one.

    Raises:
        ProviderUnknownError: there is none of that name; never falls back to another.
        ProviderConfigInvalidError, ProviderKeyMissingError, ProviderBaseUrlInvalidError,
        ProviderCommandMissingError: its settings cannot be used.
    """
    return PROVIDERS[name_of_provider(option, environment)](environment)


def name_of_provider(option: str | None, environment: Mapping[str, str]) -> str:
    """Return the name of the provider that is chosen, its settings unread.

    Raises:
        ProviderUnknownError: there is none of that name.
    """
    name = option if option is not None else environment.get(PROVIDER_VARIABLE, DEFAULT_PROVIDER)
    if name not in PROVIDERS:
        source = "--provider" if option is not None else PROVIDER_VARIABLE
        raise ProviderUnknownError(name, tuple(PROVIDERS), source)
    return name


def _internal(_: Mapping[str, str]) -> Provider:
    from curricle.providers.internal import InternalProvider

    return InternalProvider()


def _codex_exec(environment: Mapping[str, str]) -> ModelAccess:
    from curricle.providers.access import ModelAccess
    from curricle.providers.codex_exec import CodexExec
    from curricle.providers.command import resolve_command
    from curricle.providers.settings import ModelSettings, verify_login

    settings = ModelSettings.from_environment(environment)
    resolve_command(settings.command, environment)
    verify_login(settings)
    return ModelAccess(client=CodexExec(settings, environment), settings=settings)


def _remote_llm(environment: Mapping[str, str]) -> ModelAccess:
    from curricle.providers.access import ModelAccess
    from curricle.providers.remote_llm import RemoteLlm
    from curricle.providers.settings import ModelSettings, verify_sdk_variables

    verify_sdk_variables(environment)
    settings = ModelSettings.from_environment(environment)
    return ModelAccess(client=RemoteLlm(settings), settings=settings)


PROVIDERS: Final[Mapping[str, Callable[[Mapping[str, str]], Choice]]] = {
    "internal": _internal,
    "codex_exec": _codex_exec,
    "remote_llm": _remote_llm,
}
