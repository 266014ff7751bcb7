"""What is known of a fingerprint: how often, since when, where, and how its reruns ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.cases.index import ask
from curricle.cases.intervals import wilson_interval
from curricle.cases.lookup import read_case
from curricle.cases.quarantines import find_quarantine
from curricle.cases.skew import shard_shares
from curricle.cases.streaks import passed_streak
from curricle.errors import CaseNotFoundError, InvalidArgumentError
from curricle.printable import is_utf_8, listed

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from curricle.cases.index import Index
    from curricle.cases.lookup import Case
    from curricle.cases.quarantines import Quarantine
    from curricle.cases.skew import ShardShare

LATEST: Final = 10

_SHOWN_MAX: Final = 5
_LOOKED_BACK_MAX: Final = 10_000
"""Outcomes before the first failure that are looked at; a longer streak says nothing more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reruns:
    """How the reruns of a fingerprint ended."""

    passed: int
    total: int
    low: float
    high: float
    """Bounds of the rate, in 0 to 1, with 95 % confidence."""

    @property
    def rate(self) -> float | None:
        """Return the share that passed, in 0 to 1, or None where nothing was rerun."""
        return self.passed / self.total if self.total else None


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What is known of a fingerprint."""

    fingerprint: str
    cases: int
    open_cases: int
    first: Case | None
    last: Case | None
    latest: tuple[Case, ...]
    """Newest first."""
    reruns: Reruns
    shards: tuple[ShardShare, ...]
    """The largest share first; empty where no case is of a job with shards."""
    corrections: int
    """How often a person named a bucket for one of the cases, be it the recorded one."""
    quarantine: Quarantine | None
    passed_commits: int
    """On how many commits in a row the same job had passed just before the first failure."""


def history(runs_dir: Path, name: str, *, now: datetime, latest: int = LATEST) -> History:
    """Return what is known of the fingerprint called so, or beginning so.

    Raises:
        CaseNotFoundError: nothing on record has it.
        InvalidArgumentError: several begin so.
    """
    return ask(runs_dir, lambda index: _history(index, name, now, latest))


def reruns_of(passed: int, total: int) -> Reruns:
    """Return counts of reruns with what they say of the rate."""
    low, high = wilson_interval(passed, total)
    return Reruns(passed=passed, total=total, low=low, high=high)


def _history(index: Index, name: str, now: datetime, latest: int) -> History:
    fingerprint, full_name = _find_fingerprint(index, name)
    key = (fingerprint,)
    rows = index.rows
    total, passed = rows.execute(
        "SELECT COUNT(rerun_passed), TOTAL(rerun_passed) FROM outcomes WHERE fingerprint = ?", key
    ).fetchone()
    cases, closed, corrections = rows.execute(_COUNTS, key).fetchone()
    newest = rows.execute(_NEWEST, (fingerprint, max(latest, 1))).fetchall()
    shown = tuple(read_case(index, number) for (number,) in newest)
    oldest = rows.execute(_OLDEST, key).fetchone()
    return History(
        fingerprint=full_name,
        cases=cases,
        open_cases=cases - closed,
        first=read_case(index, oldest[0]) if oldest else None,
        last=shown[0] if shown else None,
        latest=shown[:latest],
        reruns=reruns_of(int(passed), total),
        shards=shard_shares(dict(rows.execute(_SHARDS, key).fetchall())),
        corrections=corrections,
        quarantine=find_quarantine(index, fingerprint, now),
        passed_commits=_passed_before(index, oldest[0]) if oldest else 0,
    )


_COUNTS: Final = """
SELECT COUNT(*),
    COUNT(CASE WHEN number IN (SELECT number FROM closings) THEN 1 END),
    TOTAL((SELECT COUNT(*) FROM corrections c WHERE c.number = outcomes.number))
FROM outcomes WHERE fingerprint = ? AND number >= 0
"""
_NEWEST: Final = """
SELECT number FROM outcomes WHERE fingerprint = ? AND number >= 0
ORDER BY at DESC, tie DESC LIMIT ?
"""
_OLDEST: Final = """
SELECT number FROM outcomes WHERE fingerprint = ? AND number >= 0 ORDER BY at, tie LIMIT 1
"""
_SHARDS: Final = """
SELECT shard, COUNT(*) FROM outcomes WHERE fingerprint = ? AND number >= 0 AND shard != ''
GROUP BY shard
"""
_BEFORE: Final = """
SELECT o.commit_id, o.shard, o.number < 0
FROM outcomes first JOIN outcomes o ON o.place = first.place AND o.at <= first.at
WHERE first.number = ? AND o.commit_id NOT IN (0, first.commit_id)
    AND (o.at, o.tie) < (first.at, first.tie)
ORDER BY o.at DESC, o.tie DESC LIMIT ?
"""


def _find_fingerprint(index: Index, name: str) -> tuple[int, str]:
    if not name or not is_utf_8(name):
        raise InvalidArgumentError(f"{name!r} is no fingerprint")
    find = "SELECT id, name FROM fingerprints WHERE name = ?"
    exact = index.rows.execute(find, (name,)).fetchone()
    if exact:
        return int(exact[0]), str(exact[1])
    # NOTE: no character sorts behind the last one, so this is all that begins with `name`.
    bounds = (name, name + "\U0010ffff")
    found = index.rows.execute(
        "SELECT id, name FROM fingerprints WHERE name >= ? AND name < ? ORDER BY name", bounds
    ).fetchmany(_SHOWN_MAX + 1)
    if not found:
        raise CaseNotFoundError(name, index.runs_dir, kind="fingerprint")
    if len(found) > 1:
        more = "" if len(found) <= _SHOWN_MAX else ", and more"
        shown = listed([full for _, full in found[:_SHOWN_MAX]], 0)
        raise InvalidArgumentError(
            f"{name!r} could be any of several fingerprints: {shown}{more}",
            hint="type more of the fingerprint",
        )
    return int(found[0][0]), str(found[0][1])


def _passed_before(index: Index, number: int) -> int:
    rows = index.rows.execute(_BEFORE, (number, _LOOKED_BACK_MAX))
    return passed_streak((commit, shard, bool(is_pass)) for commit, shard, is_pass in rows)
