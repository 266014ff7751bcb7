"""Which failures were rerun on the same commit, and whether the rerun passed.

An attempt is what one run of a job came to: a pass, or one or more failures. The attempt after a
failed one, of the same job, shard and commit, is its rerun.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A pass or a failure of one job and shard on one commit."""

    number: int
    at: int
    """Microseconds since 1970."""
    tie: int
    """Decides between outcomes of the same moment, alike on every machine."""
    run: str
    """Empty where it is not known."""
    attempt: int | None
    fingerprint: object
    """Of a failure; of a pass, the one it is said to have rerun, or None."""
    is_pass: bool


def rerun_results(outcomes: Iterable[Outcome]) -> dict[int, bool]:
    """Return the number of each failure that was rerun, and whether the rerun passed.

    The outcomes are those of one job, shard and commit, in any order. A pass that names a
    fingerprint without a failure before it stands for itself.
    """
    results: dict[int, bool] = {}
    failed: list[Sequence[Outcome]] = []
    previous: Sequence[Outcome] = ()
    for attempt in _attempts(_in_order(outcomes)):
        before = [outcome for outcome in previous if not outcome.is_pass]
        if attempt[0].is_pass:
            for outcome in attempt:
                results |= dict.fromkeys(_rerun_by(outcome, before, failed), True)
        else:
            results |= {o.number: False for o in before if o.number not in results}
            failed.append(attempt)
        previous = attempt
    return results


def _rerun_by(
    outcome: Outcome, before: Iterable[Outcome], failed: Sequence[Sequence[Outcome]]
) -> list[int]:
    if outcome.fingerprint is None:
        return [one.number for one in before]
    for attempt in reversed(failed):
        found = [one.number for one in attempt if one.fingerprint == outcome.fingerprint]
        if found:
            return found
    return [outcome.number]


def _in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Put outcomes in order: runs by when they are first heard of, attempts by their number.

    What is recorded late may carry a later time than the attempt that followed.
    """
    known = sorted(outcomes, key=lambda o: (o.at, o.tie))
    first: dict[str, int] = {}
    for outcome in known:
        first.setdefault(outcome.run, outcome.at)

    def place(outcome: Outcome) -> tuple[int, str, int]:
        is_known = outcome.run or outcome.attempt
        at = first[outcome.run] if is_known else outcome.at
        return at, outcome.run, outcome.attempt or 0

    return sorted(known, key=place)


def _attempts(outcomes: Iterable[Outcome]) -> list[list[Outcome]]:
    attempts: list[list[Outcome]] = []
    for outcome in outcomes:
        last = attempts[-1][-1] if attempts else None
        if (
            last is not None
            and (outcome.run or outcome.attempt)
            and (last.run, last.attempt, last.is_pass)
            == (outcome.run, outcome.attempt, outcome.is_pass)
        ):
            attempts[-1].append(outcome)
        else:
            attempts.append([outcome])
    return attempts
