"""How the bucket rules fare over time, and which of them somebody should look at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from curricle.cases.lanes import LaneCount, lane_counts
from curricle.cases.places import LEDGER
from curricle.cases.reviews import Review, SinceReview, since_review
from curricle.cases.rule_stats import stats
from curricle.failures.bucket import Lane
from curricle.printable import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from curricle.cases.rule_stats import RuleStats
    from curricle.failures.rules import Rule, RuleBook

PRECISION_MIN: Final = 0.8
"""Below it a rule is to be looked at."""
JUDGED_MIN: Final = 3
"""Fewer verdicts of people say nothing about a rule."""
REVIEW_DAYS: Final = 90
REVIEW_CASES: Final = 500
"""After so many days, or so many cases, somebody should look at the rules again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """How a rule fares."""

    rule: str
    hits: int
    confirmed: int
    overridden: int
    precision: float | None
    """Of what people looked at, the share that was right, 0 to 1; None where they did at none."""
    review_by: str | None
    is_overdue: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """How the rules fare, and what to do about it."""

    rows: tuple[RuleRow, ...]
    """Rules that decided a case, the most frequent first."""
    lanes: tuple[LaneCount, ...]
    """How many failures went where."""
    overdue: tuple[str, ...]
    last_review: Review | None
    cases_since_review: int
    prompts: tuple[str, ...]

    @property
    def kept_from_patch(self) -> int:
        """Return how many failures were kept from a patch that would have mended nothing."""
        return sum(count.cases for count in self.lanes if count.lane != Lane.PATCH.value)

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in an answer."""
        return {
            "rules": [
                {
                    "rule": row.rule,
                    "hits": row.hits,
                    "confirmed": row.confirmed,
                    "overridden": row.overridden,
                    "precision": row.precision,
                    "review_by": row.review_by,
                    "overdue": row.is_overdue,
                }
                for row in self.rows
            ],
            "lanes": [
                {
                    "bucket": count.bucket,
                    "lane": count.lane,
                    "cases": count.cases,
                    "corrected": count.corrected,
                }
                for count in self.lanes
            ],
            "kept_from_patch": self.kept_from_patch,
            "overdue": list(self.overdue),
            "last_review": self.last_review.at.isoformat() if self.last_review else None,
            "cases_since_review": self.cases_since_review,
            "prompts": list(self.prompts),
        }


def find_drift(runs_dir: Path, book: RuleBook, today: date) -> Drift:
    """Return how the rules in force fare by the record of a runs folder."""
    known = {rule.id: rule for rule in book.rules}
    is_recorded = (runs_dir / LEDGER).exists()
    rows = tuple(
        _row(row, known.get(row.rule), today)
        for row in sorted(
            stats(runs_dir) if is_recorded else (), key=lambda row: (-row.hits, row.rule)
        )
    )
    overdue = tuple(rule.id for rule in book.rules if _is_over(rule.review_by, today))
    since = since_review(runs_dir) if is_recorded else SinceReview(last=None, cases=0)
    return Drift(
        rows=rows,
        lanes=lane_counts(runs_dir) if is_recorded else (),
        overdue=overdue,
        last_review=since.last,
        cases_since_review=since.cases,
        prompts=tuple(_prompts(rows, overdue, since, today)),
    )


def _row(row: RuleStats, rule: Rule | None, today: date) -> RuleRow:
    return RuleRow(
        rule=row.rule,
        hits=row.hits,
        confirmed=row.confirmed,
        overridden=row.overridden,
        precision=row.precision,
        review_by=rule.review_by if rule else None,
        is_overdue=rule is not None and _is_over(rule.review_by, today),
    )


def _prompts(
    rows: tuple[RuleRow, ...], overdue: tuple[str, ...], since: SinceReview, today: date
) -> Iterator[str]:
    for row in rows:
        is_judged = row.confirmed + row.overridden >= JUDGED_MIN
        if is_judged and row.precision is not None and row.precision < PRECISION_MIN:
            yield f"look at {row.rule}: people often say otherwise"
    if overdue:
        yield f"{counted(len(overdue), 'rule is', 'rules are')} due for review"
    days = (today - since.last.at.date()).days if since.last else None
    if since.cases >= REVIEW_CASES or (since.cases and days is not None and days > REVIEW_DAYS):
        last = f"since {since.last.at:%Y-%m-%d}" if since.last else "and nobody ever looked"
        yield (
            f"{counted(since.cases, 'case')} {last}: look at how the rules fare, then record it"
            " with `triage rules reviewed --why TEXT`"
        )


def _is_over(day: str, today: date) -> bool:
    try:
        return date.fromisoformat(day) < today
    except ValueError:
        return True
