from __future__ import annotations

from dataclasses import replace

import pytest

from curricle.errors import (
    CurricleError,
    ProviderAuthRejectedError,
    ProviderCommandMissingError,
    ProviderOutputInvalidError,
    ProviderRefusedError,
    ProviderSandboxDeniedError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.providers.client import Usage
from curricle.providers.codex_events import Transcript
from curricle.providers.codex_verdict import REQUESTS_MAX, find_fault, is_hopeless

STARTED = Transcript(thread_id="t-1", is_logging=True)
HEARD = replace(STARTED, is_server_heard=True)
WELL = replace(HEARD, message="{}", usage=Usage())
NETWORK = "Reconnecting... waiting for network (Connection failed)"


def fault(heard: Transcript, status: int | None, *, is_late: bool = False) -> CurricleError | None:
    return find_fault(
        heard,
        status,
        command="codex",
        shown=lambda text: text.replace("KEY", "***"),
        is_late=is_late,
    )


@pytest.mark.parametrize("status", [0, 1, None])
def test_a_turn_that_completed_is_an_answer_however_the_process_ended(status: int | None) -> None:
    assert fault(WELL, status) is None


@pytest.mark.parametrize(
    ("heard", "status", "kind"),
    [
        # It exits with 0 after these.
        (replace(WELL, message=None), 0, ProviderRefusedError),
        (replace(WELL, failed_commands=("ls: no",)), 0, ProviderOutputInvalidError),
        (replace(WELL, failed_commands=("bwrap: no",)), 0, ProviderSandboxDeniedError),
        (replace(HEARD, failure="unexpected status 401"), 0, ProviderAuthRejectedError),
        (STARTED, 0, ProviderUnavailableError),
        # It never exits after these.
        (replace(STARTED, trouble=NETWORK), None, ProviderUnavailableError),
        (STARTED, None, ProviderUnavailableError),
        (Transcript(), None, ProviderUnavailableError),
        (HEARD, None, ProviderTimeoutError),
        (replace(HEARD, trouble="Reconnecting... 1/5"), None, ProviderTimeoutError),
        # And with something else after these.
        (replace(HEARD, failure="unexpected status 401"), 1, ProviderAuthRejectedError),
        (replace(STARTED, trouble="unexpected status 401"), 1, ProviderAuthRejectedError),
        (Transcript(stderr=("env: no node",)), 127, ProviderCommandMissingError),
        (HEARD, 137, ProviderUnavailableError),
        # The model calls tools that it does not have, again and again.
        (replace(HEARD, requests=REQUESTS_MAX + 1), None, ProviderOutputInvalidError),
    ],
)
def test_what_is_no_answer_is_the_error_it_stands_for(
    heard: Transcript, status: int | None, kind: type[CurricleError]
) -> None:
    assert type(fault(heard, status)) is kind


@pytest.mark.parametrize(
    "heard",
    [
        replace(HEARD, failure="Incorrect API key: KEY"),
        replace(HEARD, failed_commands=("echo KEY",)),
        replace(STARTED, trouble=f"{NETWORK} KEY"),
        replace(HEARD, trouble="KEY"),
    ],
)
def test_no_message_holds_a_credential(heard: Transcript) -> None:
    message = str(fault(heard, None))
    assert "KEY" not in message
    assert "***" in message


def test_silence_until_the_time_is_up_is_a_matter_of_time() -> None:
    assert type(fault(STARTED, None, is_late=True)) is ProviderTimeoutError


def test_a_turn_that_goes_in_circles_is_left() -> None:
    assert is_hopeless(replace(HEARD, requests=REQUESTS_MAX + 1))
    assert not is_hopeless(replace(HEARD, requests=REQUESTS_MAX))
    assert not is_hopeless(replace(WELL, requests=REQUESTS_MAX + 1))
