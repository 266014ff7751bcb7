"""One case as it stands now: what its entry says, and what happened to it since."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from curricle.cases.events import CASE_FAILED, ORIGIN, find_fault
from curricle.cases.identity import case_id_from, numbers_starting
from curricle.cases.index import ask
from curricle.cases.ledger import ledger_broken, read_line
from curricle.cases.packs import verified_pack
from curricle.errors import CaseNotFoundError, InvalidArgumentError
from curricle.printable import listed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from curricle.cases.index import Index

_SHOWN_MAX: Final = 5


class CaseState(StrEnum):
    """How far a case has come."""

    OPEN = "open"
    PASSED_ON_RERUN = "passed on rerun"
    """Open all the same: that it passed once says nothing of the next time."""
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What a probe of a case came to."""

    order: str
    has_passed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A failure on record."""

    case_id: str
    at: str
    """When it was recorded first, on whatever machine; UTC, ISO 8601."""
    actor: str
    fingerprint: str
    fingerprint_version: str
    bucket: str
    """As it was recorded; no correction changes it."""
    corrected_bucket: str | None
    """As a person said last; None where nobody did. The recorded one where it was confirmed."""
    corrections: int
    lane: str
    action: str
    reason: str
    retries_used: int
    max_retries: int
    rules: tuple[str, ...]
    repo: str | None
    workflow: str | None
    job: str | None
    shard: str | None
    attempt: int | None
    run_id: str | None
    commit_sha: str | None
    pack_sha256: str
    state: CaseState
    closed_by: str | None
    closed_why: str | None
    probes: tuple[Probe, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether nobody closed it yet."""
        return self.state is not CaseState.CLOSED


def find_case(runs_dir: Path, name: str) -> Case:
    """Return the case with the given id or unambiguous beginning; `case-` may be left out.

    Raises:
        CaseNotFoundError: no case is called so.
        InvalidArgumentError: several are, or none can be.
    """
    return ask(runs_dir, lambda index: load_case(index, name))


def latest_cases(runs_dir: Path, limit: int) -> tuple[Case, ...]:
    """Return the newest cases, newest first."""

    def question(index: Index) -> tuple[Case, ...]:
        rows = index.rows.execute(
            "SELECT number FROM outcomes WHERE number >= 0 ORDER BY at DESC, tie DESC LIMIT ?",
            (limit,),
        )
        return tuple(read_case(index, number) for (number,) in rows.fetchall())

    return ask(runs_dir, question)


def load_pack(runs_dir: Path, case_id: str) -> Mapping[str, Any]:
    """Return the pack of a case, which is the one on record.

    Raises:
        CaseNotFoundError: there is no such case.
        JournalBrokenError: the pack is missing or was changed.
    """
    case = find_case(runs_dir, case_id)
    pack: Mapping[str, Any] = verified_pack(runs_dir, case.case_id, case.pack_sha256)
    return pack


def load_case(index: Index, name: str) -> Case:
    """Return the case with the given id or unambiguous beginning; raises as `find_case`."""
    bounds = numbers_starting(name)
    if bounds is None:
        raise InvalidArgumentError(
            f"{name!r:.80} is no case id", hint="a case id is case- and 12 hexadecimal digits"
        )
    found = index.rows.execute(
        "SELECT number FROM outcomes WHERE number BETWEEN ? AND ? ORDER BY number LIMIT ?",
        (*bounds, _SHOWN_MAX + 1),
    ).fetchall()
    numbers = [number for (number,) in found]
    if not numbers:
        raise CaseNotFoundError(name, index.runs_dir)
    if len(numbers) > 1:
        total = index.rows.execute(
            "SELECT COUNT(*) FROM outcomes WHERE number BETWEEN ? AND ?", bounds
        ).fetchone()[0]
        shown = listed(map(case_id_from, numbers[:_SHOWN_MAX]), total)
        raise InvalidArgumentError(
            f"{name!r} could be any of {total} cases: {shown}", hint="type more of the case id"
        )
    return read_case(index, numbers[0])


def read_case(index: Index, number: int) -> Case:
    """Return the case of a number that the index holds.

    Raises:
        JournalBrokenError: the ledger does not say there what it said.
    """
    offset, size_bytes, rerun_passed = index.rows.execute(
        "SELECT line_offset, line_bytes, rerun_passed FROM outcomes WHERE number = ?", (number,)
    ).fetchone()
    entry = _read_entry(index.runs_dir, case_id_from(number), offset, size_bytes)
    data = entry["data"]
    origin = data.get(ORIGIN, entry)
    corrections = index.rows.execute(
        "SELECT bucket FROM corrections WHERE number = ? ORDER BY at, tie", (number,)
    ).fetchall()
    closing = index.rows.execute(
        "SELECT closed_by, why FROM closings WHERE number = ? ORDER BY at, tie LIMIT 1", (number,)
    ).fetchone()
    probes = index.rows.execute(
        "SELECT probe_order, result FROM probes WHERE number = ? ORDER BY at, tie", (number,)
    ).fetchall()
    return Case(
        case_id=data["case"],
        at=origin["at"],
        actor=origin["actor"],
        fingerprint=data["fingerprint"],
        fingerprint_version=data["fingerprint_version"],
        bucket=data["bucket"],
        corrected_bucket=corrections[-1][0] if corrections else None,
        corrections=len(corrections),
        lane=data["lane"],
        action=data["action"],
        reason=data["reason"],
        retries_used=data["retries_used"],
        max_retries=data["max_retries"],
        rules=tuple(data["rules"]),
        repo=data["repo"],
        workflow=data["workflow"],
        job=data["job"],
        shard=data["shard"],
        attempt=data["attempt"],
        run_id=data["run_id"],
        commit_sha=data["commit_sha"],
        pack_sha256=data["pack_sha256"],
        state=_state(is_closed=closing is not None, has_passed=rerun_passed == 1),
        closed_by=closing[0] if closing else None,
        closed_why=closing[1] if closing else None,
        probes=tuple(Probe(order=order, has_passed=r == "passed") for order, r in probes),
    )


def _state(*, is_closed: bool, has_passed: bool) -> CaseState:
    if is_closed:
        return CaseState.CLOSED
    return CaseState.PASSED_ON_RERUN if has_passed else CaseState.OPEN


def _read_entry(runs_dir: Path, case_id: str, offset: int, size_bytes: int) -> Mapping[str, Any]:
    import orjson

    try:
        entry: Mapping[str, Any] = orjson.loads(read_line(runs_dir, offset, size_bytes))
        is_it = entry["event"] == CASE_FAILED and entry["data"]["case"] == case_id
    except (ValueError, TypeError, KeyError):
        is_it = False
    if not is_it or find_fault(CASE_FAILED, entry["data"]):
        raise ledger_broken(f"it does not hold {case_id} where it did")
    return entry
