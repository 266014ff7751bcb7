from __future__ import annotations

import traceback
from time import monotonic
from typing import Final

import pytest

from curricle.errors import CurricleError
from curricle.providers.settings import ApiMode
from model_faults import FAULTS
from model_server import model_server
from provider_faults import PAGE, read_page
from remote import KEY, LATE_MAX, SECONDS, ask, client

pytestmark = pytest.mark.usefixtures("leaves_nothing")

SHORT_SECONDS: Final = 0.4
SAID: Final = read_page(PAGE.read_text())
WELL_SENT: Final = ("fenced", "prose", "truncated_answer", "wrong_schema")
"""Answers that are no good, which only their reader can tell."""
ASKED_TWICE: Final = {"http_400_schema"}
NEVER_ENDING: Final = {"slow_drip", "hang_before_headers", "hang_mid_stream"}
EACH_IN_ITS_WAY: Final = (
    *("http_401_echo_key", "http_429_quota", "http_503", "html", "broken_json", "broken_event"),
    *("error_event", "incomplete_filter", "refusal", "eof_without_completed"),
    *("reset_before_headers", "reset_mid_stream", *ASKED_TWICE, *NEVER_ENDING),
)
"""One of each kind; `test_provider_faults.py` has them all, through the whole program."""


@pytest.mark.parametrize("mode", ApiMode)
@pytest.mark.parametrize("name", sorted(EACH_IN_ITS_WAY))
def test_a_fault_of_a_server_is_typed_in_time_and_without_the_key(name: str, mode: ApiMode) -> None:
    seconds = SHORT_SECONDS if name in NEVER_ENDING else SECONDS
    with model_server([FAULTS[name]]) as server:
        started = monotonic()
        with pytest.raises(CurricleError) as raised:
            ask(client(server.url, mode), seconds)
        took = monotonic() - started
        requests = len(server.requests)
    assert raised.value.code == SAID[name, f"remote_llm, {mode}"].code
    assert requests == (2 if name in ASKED_TWICE else 1)
    assert took < seconds + LATE_MAX
    shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value.details)
    assert KEY not in shown


@pytest.mark.parametrize("mode", ApiMode)
@pytest.mark.parametrize("name", WELL_SENT)
def test_what_an_answer_means_is_left_to_its_reader(name: str, mode: ApiMode) -> None:
    with model_server([FAULTS[name]]) as server:
        assert ask(client(server.url, mode)).text.strip()
