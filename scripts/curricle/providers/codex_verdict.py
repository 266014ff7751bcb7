"""Whether a run of the Codex CLI came to an answer, and if not, why: its exit status says little.

It exits with 0 after a refusal and after tool commands that failed, and does not exit at all where
it cannot connect. What its texts mean: `codex_faults.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.errors import (
    ProviderOutputInvalidError,
    ProviderRefusedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.codex_faults import (
    NAME,
    NO_STRUCTURED_ANSWER,
    WAITING_FOR_NETWORK,
    fault_of,
    fault_of_commands,
    fault_of_start,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from curricle.errors import CurricleError
    from curricle.providers.codex_events import Transcript

REQUESTS_MAX: Final = 8
"""Of one turn; an answer takes one."""


def is_hopeless(heard: Transcript) -> bool:
    """Tell whether nothing will come of it: it tries to connect for ever, or goes in circles."""
    is_connecting = heard.trouble is not None and WAITING_FOR_NETWORK in heard.trouble
    return is_connecting or is_going_in_circles(heard)


def is_going_in_circles(heard: Transcript) -> bool:
    """Tell whether the model calls tools, of which it has none, instead of answering."""
    return not heard.is_over and heard.requests > REQUESTS_MAX


def find_fault(
    heard: Transcript,
    status: int | None,
    *,
    command: str,
    shown: Callable[[str], str],
    is_late: bool,
) -> CurricleError | None:
    """Return what went wrong, or None when the model gave an answer.

    `status` is None where we ended the process, `is_late` where all the time was up. `shown` takes
    credentials out of a text.
    """
    if heard.failed_commands:
        return fault_of_commands(tuple(map(shown, heard.failed_commands)))
    if heard.failure is not None:
        return fault_of(shown(heard.failure))
    if not heard.has_completed:
        return _fault_on_the_way(heard, status, command, shown, is_late=is_late)
    if heard.message is None:
        return ProviderRefusedError(NAME, "the turn ended without a word of the model")
    return None


def _fault_on_the_way(
    heard: Transcript,
    status: int | None,
    command: str,
    shown: Callable[[str], str],
    *,
    is_late: bool,
) -> CurricleError:
    """Return why a turn did not come to its end."""
    if is_going_in_circles(heard):
        why = f"{heard.requests} requests, each answered with the call of a tool"
        return ProviderOutputInvalidError(NAME, f"{NO_STRUCTURED_ANSWER}: {why}")
    if heard.trouble is not None and (status is not None or is_hopeless(heard)):
        return fault_of(shown(heard.trouble))
    if status is not None:
        return fault_of_start(command, status, shown(" ".join(heard.stderr)))
    if heard.is_silent and not is_late:
        return ProviderUnavailableError(
            NAME,
            "no sign of an answer since it was asked",
            hint="check the network and the server; one that is slow to begin may be silent for a"
            " third of AGENT_TIMEOUT_SECONDS: raise it",
            retries_max=1,
        )
    why = f"; its last complaint: {shown(heard.trouble)}" if heard.trouble else ""
    return ProviderTimeoutError(NAME, f"no answer in the time there was{why}")
