"""Whether a run of the Codex CLI came to an answer, and if not, why: its exit status says little.

It exits with 0 after a refusal and after tool commands that failed, and does not exit at all where
it cannot connect. What its texts mean: `codex_faults.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from curricle.errors import (
    ProviderRefusedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.codex_faults import (
    NAME,
    WAITING_FOR_NETWORK,
    fault_of,
    fault_of_commands,
    fault_of_start,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from curricle.errors import CurricleError
    from curricle.providers.codex_events import Transcript


def is_hopeless(heard: Transcript) -> bool:
    """Tell whether it has given up in all but name: it tries to connect for ever."""
    return heard.trouble is not None and WAITING_FOR_NETWORK in heard.trouble


def find_fault(
    heard: Transcript, status: int | None, *, command: str, shown: Callable[[str], str]
) -> CurricleError | None:
    """Return what went wrong, or None when the model gave an answer.

    `status` is None where we ended the process. `shown` takes credentials out of a text.
    """
    if heard.failed_commands:
        return fault_of_commands(tuple(map(shown, heard.failed_commands)))
    if heard.failure is not None:
        return fault_of(shown(heard.failure))
    if not heard.has_completed:
        return _fault_on_the_way(heard, status, command, shown)
    if heard.message is None:
        return ProviderRefusedError(NAME, "the turn ended without a word of the model")
    return None


def _fault_on_the_way(
    heard: Transcript, status: int | None, command: str, shown: Callable[[str], str]
) -> CurricleError:
    """Return why a turn did not come to its end."""
    if heard.trouble is not None and (status is not None or is_hopeless(heard)):
        return fault_of(shown(heard.trouble))
    if status is not None:
        return fault_of_start(command, status, shown(" ".join(heard.stderr)))
    if heard.is_silent:
        return ProviderUnavailableError(
            NAME, "no sign of an answer since it was asked", retries_max=1
        )
    why = f"; its last complaint: {shown(heard.trouble)}" if heard.trouble else ""
    return ProviderTimeoutError(NAME, f"no answer in the time there was{why}")
