from __future__ import annotations

import json
import threading
from time import monotonic
from urllib.request import Request, urlopen

import pytest

from model_faults import FAULTS
from model_server import model_server


def ask(url: str, text: str = "hello") -> str:
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    request = Request(f"{url}/chat/completions", json.dumps(body).encode())
    with urlopen(request, timeout=10) as answer:
        content: str = json.load(answer)["choices"][0]["message"]["content"]
    return content


def test_the_script_is_followed_and_its_last_entry_repeats() -> None:
    with model_server(["first", lambda request: request.prompt.upper()]) as server:
        assert [ask(server.url) for _ in range(3)] == ["first", "HELLO", "HELLO"]
    assert [request.prompt for request in server.requests] == ["hello"] * 3


@pytest.mark.parametrize("name", ["hang_before_headers", "hang_mid_stream", "slow_drip"])
def test_the_server_ends_with_its_block_whatever_it_is_doing(name: str) -> None:
    before = set(threading.enumerate())
    failures: list[Exception] = []

    def wait_for_answer(url: str) -> None:
        try:
            ask(url)
        except (OSError, ValueError) as error:
            failures.append(error)

    with model_server([FAULTS[name]]) as server:
        asking = threading.Thread(target=wait_for_answer, args=(server.url,))
        asking.start()
        deadline = monotonic() + 10
        while not server.requests and monotonic() < deadline:
            pass
        started = monotonic()
    asking.join(10)
    assert monotonic() - started < 2
    assert len(failures) == 1
    assert set(threading.enumerate()) == before
