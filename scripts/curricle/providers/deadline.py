"""Ends work with the network at a deadline, whatever the other side does.

A timeout of a socket counts from one byte to the next, so a server that sends a byte a second is
never late. Here the whole of the work has the deadline: it is cancelled where it stands, and its
sockets are closed.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


def finish_within(seconds: float, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Carry out work in the calling thread and return its result.

    Raises:
        TimeoutError: it did not come to its end within `seconds`.
    """

    async def bounded() -> T:
        async with asyncio.timeout(seconds):
            return await work()

    with asyncio.Runner(loop_factory=_Loop) as runner:
        # What a library leaves half-closed when it is cancelled would be complained of on stderr.
        runner.get_loop().set_exception_handler(lambda *_: None)
        return runner.run(bounded())


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that does not wait for the resolver when its work was cancelled.

    NOTE: nothing can interrupt `getaddrinfo`. The loop's own way is a pool whose threads are
    waited for, at the end of the loop or of the program; a daemon thread is left to end by itself.
    """

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Find the addresses of a host."""
        future: asyncio.Future[Any] = self.create_future()

        def finish(addresses: Any, error: OSError | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(addresses)
            else:
                future.set_exception(error)

        def look_up() -> None:
            addresses, problem = None, None
            try:
                addresses = socket.getaddrinfo(host, port, **options)
            except OSError as error:
                problem = error
            except UnicodeError as error:  # a name that no resolver is asked for
                problem = OSError(str(error))
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self.call_soon_threadsafe(finish, addresses, problem)

        threading.Thread(target=look_up, name="resolver", daemon=True).start()
        return await future
