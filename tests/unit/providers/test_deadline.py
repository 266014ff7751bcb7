from __future__ import annotations

import asyncio
import socket
import threading
from time import monotonic
from typing import Any

import pytest

from curricle.providers.deadline import finish_within

pytestmark = pytest.mark.usefixtures("leaves_nothing")


async def connect(host: str) -> str:
    await asyncio.get_running_loop().getaddrinfo(host, 80, type=socket.SOCK_STREAM)
    return "found"


def wait_for_resolvers() -> None:
    for thread in [t for t in threading.enumerate() if t.name == "resolver"]:
        thread.join(5)


def test_the_result_of_the_work_is_returned() -> None:
    assert finish_within(5, lambda: connect("127.0.0.1")) == "found"
    wait_for_resolvers()


def test_work_that_does_not_end_is_ended() -> None:
    started = monotonic()
    with pytest.raises(TimeoutError):
        finish_within(0.1, asyncio.Event().wait)
    assert monotonic() - started < 1


def test_what_the_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        finish_within(5, fail)


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answering = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        answering.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    started = monotonic()
    with pytest.raises(TimeoutError):
        finish_within(0.1, lambda: connect("slow.invalid"))
    assert monotonic() - started < 1
    answering.set()
    wait_for_resolvers()


@pytest.mark.parametrize("host", ["a" * 300, "..", "b\x00d"])
def test_a_name_that_no_resolver_takes_is_an_os_error(host: str) -> None:
    with pytest.raises((OSError, ValueError)):
        finish_within(5, lambda: connect(host))
    wait_for_resolvers()
