"""Which lines of a failed job's log the logs of its green runs have too.

Lines are compared as templates: what differs from run to run does not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from curricle.logs.cleaning import LINE_BYTES_MAX, clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable

TEMPLATES_MAX: Final = 1_000_000
"""Beyond so many different lines the rest of the green logs is not learnt."""
_VARYING: Final = re.compile(rb"0x[0-9a-f]+|\b[0-9a-f]{7,}\b|\d+")


def template_of(line: bytes) -> int:
    """Return what stands for a clean line whatever its numbers and digests are."""
    return hash(_VARYING.sub(b"0", line))


def learn_green(logs: Iterable[Iterable[bytes]]) -> frozenset[int]:
    """Return the templates of green logs, each given in parts."""
    seen: set[int] = set()
    for parts in logs:
        rest = b""
        for part in parts:
            *lines, rest = (rest + part).replace(b"\r", b"\n").split(b"\n")
            rest = rest[:LINE_BYTES_MAX]
            seen.update(template_of(clean_line(line)) for line in set(lines))
            if len(seen) >= TEMPLATES_MAX:
                break
        seen.add(template_of(clean_line(rest)))
    return frozenset(seen)
