"""Which objects the entries of a journal name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from curricle.layout import Stage
from curricle.runs.freshness import FEEDBACK, MENDED
from curricle.runs.record import (
    EVENT_CALL,
    EVENT_DECIDED,
    EVENT_INIT,
    EVENT_MENDED,
    EVENT_STAGE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def named_objects(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the digests of the objects that an entry says are kept; of another's entry, none."""
    find = _NAMED.get(entry["event"])
    if find is not None:
        for digest in find(entry["data"]):
            if isinstance(digest, str) and _DIGEST.fullmatch(digest):
                yield digest


def _of_stage(data: Mapping[str, Any]) -> Iterator[Any]:
    yield from _values(data, "outputs")
    yield from _values(data, "replaced")
    # NOTE: a spec is found ready before the stage that reads it keeps it, and may have changed by
    # then.
    if data.get("stage") != Stage.SPEC_READY:
        yield from _values(data, "inputs")
    mended = _member(data, "parameters").get(MENDED)
    if isinstance(mended, dict):
        yield mended.get(FEEDBACK)


def _values(data: Mapping[str, Any], name: str) -> Iterator[Any]:
    yield from _member(data, name).values()


def _member(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


_NAMED: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[Any]]]] = {
    EVENT_INIT: lambda data: _values(data, "files"),
    EVENT_STAGE: _of_stage,
    EVENT_CALL: lambda data: iter((data.get("request"), data.get("answer"))),
    EVENT_MENDED: lambda data: iter((data.get("torn_line"),)),
    EVENT_DECIDED: lambda data: _values(data, "outputs"),
}
