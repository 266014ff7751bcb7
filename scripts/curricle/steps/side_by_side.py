"""Carries out work in threads and hands what it yields to the one thread that may use it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")


class SideBySide(Generic[T]):
    """Pieces of work, of which so many go on at a time; used as a context manager."""

    def __init__(self, works: Sequence[Callable[[], Iterator[T]]], limit: int) -> None:
        self._results: SimpleQueue[tuple[int, T | None]] = SimpleQueue()
        self._pool = ThreadPoolExecutor(min(limit, len(works)), "side by side")
        self._waiting = {
            at: self._pool.submit(self._carry_out, at, work) for at, work in enumerate(works)
        }

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """Begin no more; what is under way ends by itself, or with this process."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def results(self) -> Iterator[tuple[int, T | None]]:
        """Yield what each work yields as it comes, with its index; None when that work has ended.

        Raises:
            Exception: whatever a work raised.
        """
        while self._waiting:
            at, result = self._results.get()
            if result is None:
                self._waiting.pop(at).result()
            yield at, result

    def begin_no_more(self) -> None:
        """Leave out the works that nobody has begun."""
        self._waiting = {at: work for at, work in self._waiting.items() if not work.cancel()}

    def delivered(self) -> Iterator[T]:
        """Yield what was delivered since, without waiting for more."""
        while not self._results.empty():
            _, result = self._results.get()
            if result is not None:
                yield result

    def _carry_out(self, at: int, work: Callable[[], Iterator[T]]) -> None:
        try:
            for result in work():
                self._results.put((at, result))
        finally:
            self._results.put((at, None))
