"""A server of models on the loopback: speaks Responses and Chat Completions, by a script.

    with model_server(["an answer", FAULTS["http_503"], lambda request: request.prompt]) as server:
        ...  # server.url, server.requests

Each entry of the script answers one request; the last one repeats. It ends with its block, also
where it is in the middle of answers that would never end.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from model_wire import MODEL, REQUEST_ID, Received, Turn, content_type, parts_of

ANSWER: Final = '{"verdict": "pass", "score": 7}'


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A named way to answer other than with a text."""

    name: str
    reply: Callable[[Exchange], None] = field(repr=False)
    says: str = ""
    """What comes back, for people."""


Entry = str | Turn | Fault | Callable[[Received], str | Turn | Fault]
"""A text or a turn is what the model answers; a callable finds it in the request."""


@dataclass(frozen=True, kw_only=True)
class ModelServer:
    """A server that is running."""

    url: str
    """Base URL as clients want it, with `/v1`."""
    requests: list[Received]
    """Model calls in the order they came in; what was only looked up is in `lookups`."""
    lookups: list[Received]


@contextmanager
def model_server(script: Sequence[Entry] = (ANSWER,)) -> Iterator[ModelServer]:
    """Serve a script of answers until the block ends; nothing of it runs on after that."""
    server = _Server(script)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="model server")
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        yield ModelServer(url=url, requests=server.requests, lookups=server.lookups)
    finally:
        server.end()
        thread.join()


class Exchange:
    """One request and the means to answer it well or badly."""

    def __init__(
        self, received: Received, connection: socket.socket, ending: threading.Event
    ) -> None:
        self.received = received
        self._connection = connection
        self._ending = ending

    def answer(self, turn: Turn) -> None:
        """Send a turn as the request asks for it."""
        self.send_head()
        for part in parts_of(self.received, turn):
            self.send(part)

    def send_head(
        self, status: int = 200, kind: str | None = None, *, length: int | None = None, **more: str
    ) -> None:
        """Send status and headers; without a length, the body ends with the connection."""
        headers = {
            "content-type": kind or content_type(self.received),
            "connection": "close",
            "x-request-id": REQUEST_ID,
            **({} if length is None else {"content-length": str(length)}),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        lines = [f"HTTP/1.1 {status} Status", *(f"{k}: {v}" for k, v in headers.items())]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._connection.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send bytes one a second, until the other side has enough or the server ends."""
        for byte in data:
            self.send(bytes([byte]))
            if self._ending.wait(1):
                return

    def hang(self) -> None:
        """Send nothing until the other side leaves or the server ends."""
        self._connection.settimeout(0.05)
        while not self._ending.is_set():
            with suppress(TimeoutError):
                if not self._connection.recv(1):
                    return

    def reset(self) -> None:
        """Break the connection off, as a server that crashed."""
        linger = struct.pack("ii", 1, 0)
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, script: Sequence[Entry]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = tuple(script)
        self.requests: list[Received] = []
        self.lookups: list[Received] = []
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def next_entry(self, received: Received) -> Entry:
        """Note a request and return what the script says to it."""
        with self._lock:
            self.requests.append(received)
            return self.script[min(len(self.requests), len(self.script)) - 1]

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one connection, which `end` may close under it."""
        with self._lock:
            self._open.add(request)
        try:
            with suppress(OSError):  # the other side left, or `end` closed the connection
                request.settimeout(None if not self.ending.is_set() else 0)
                self.finish_request(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)
            self.shutdown_request(request)

    def end(self) -> None:
        """End every connection and wait for its thread."""
        self.ending.set()
        self.shutdown()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer as the script says."""
        self.close_connection = True
        data = self.rfile.read(int(self.headers.get("content-length", 0)))
        received = self._received(data)
        entry = self.server.next_entry(received)
        while callable(entry):
            entry = entry(received)
        exchange = Exchange(received, self.connection, self.server.ending)
        if isinstance(entry, Fault):
            entry.reply(exchange)
        else:
            exchange.answer(Turn(text=entry) if isinstance(entry, str) else entry)

    def do_GET(self) -> None:
        """List the models there are."""
        self.close_connection = True
        received = self._received(b"")
        self.server.lookups.append(received)
        is_list = self.path.partition("?")[0].endswith("/models")
        models = [{"id": MODEL, "object": "model", "created": 1700000000, "owned_by": "loopback"}]
        body = json.dumps({"object": "list", "data": models} if is_list else {}).encode()
        exchange = Exchange(received, self.connection, self.server.ending)
        exchange.send_head(200 if is_list else 404, "application/json", length=len(body))
        exchange.send(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: what came in is in `requests`."""

    def _received(self, data: bytes) -> Received:
        try:
            body = json.loads(data)
        except ValueError:
            body = None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Received(path=self.path, headers=headers, body=body, at=time.monotonic())
