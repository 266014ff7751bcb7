"""What a case is called: the same failure of the same attempt has the same id on any machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import line_bytes, sha256_hex

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "case-"
DIGITS: Final = 12

_CASE_ID: Final = re.compile(rf"{PREFIX}[0-9a-f]{{{DIGITS}}}")
_START: Final = re.compile(rf"(?:{PREFIX})?(?P<digits>[0-9a-f]{{0,{DIGITS}}})")
_FACTS: Final = (
    "repo",
    "workflow",
    "job",
    "run_id",
    "shard",
    "attempt",
    "commit_sha",
    "fingerprint",
)


def is_case_id(value: object) -> bool:
    """Tell whether a value has the form of a case id."""
    return isinstance(value, str) and _CASE_ID.fullmatch(value) is not None


def case_id_of(data: Mapping[str, Any], at: str) -> str:
    """Return the id of the case that the data of a `case_failed` event describe.

    Where no run is known, nothing tells two failures of a job apart but the time `at` and the
    evidence, so these count too.
    """
    facts = {name: data[name] for name in _FACTS}
    if data["run_id"] is None:
        facts |= {"at": at, "pack_sha256": data["pack_sha256"]}
    return PREFIX + sha256_hex(line_bytes(facts))[:DIGITS]


def number_of(case_id: str) -> int:
    """Return a case id as the number by which the index knows it."""
    return int(case_id.removeprefix(PREFIX), 16)


def case_id_from(number: int) -> str:
    """Return the case id of a number."""
    return f"{PREFIX}{number:0{DIGITS}x}"


def numbers_starting(name: str) -> tuple[int, int] | None:
    """Return the lowest and highest number whose id starts with `name`, or None where none can.

    `case-` may be left out.
    """
    found = _START.fullmatch(name)
    digits = found["digits"] if found else ""
    if not digits:
        return None
    return int(digits.ljust(DIGITS, "0"), 16), int(digits.ljust(DIGITS, "f"), 16)
