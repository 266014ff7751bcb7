"""Who writes and mends curricula: one literal table of providers.

Adding one means a file with a class that has the methods of `provider.Provider`, and a row here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.errors import ProviderUnknownError
from curricle.providers.internal import InternalProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.providers.provider import Provider

DEFAULT_PROVIDER: Final = "internal"
PROVIDER_VARIABLE: Final = "AGENT_PROVIDER"

PROVIDERS: Final[Mapping[str, Callable[[], Provider]]] = {"internal": InternalProvider}


def choose_provider(option: str | None, environment: Mapping[str, str]) -> Provider:
    """Return the provider of `--provider`, else of `AGENT_PROVIDER`, else the internal one.

    Raises:
        ProviderUnknownError: there is none of that name; never falls back to another.
    """
    name = option if option is not None else environment.get(PROVIDER_VARIABLE, DEFAULT_PROVIDER)
    if name not in PROVIDERS:
        source = "--provider" if option is not None else PROVIDER_VARIABLE
        raise ProviderUnknownError(name, tuple(PROVIDERS), source)
    return PROVIDERS[name]()
