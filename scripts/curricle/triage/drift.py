"""How the bucket rules fare over time, and which of them somebody should look at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from curricle.cases.places import LEDGER
from curricle.cases.rule_stats import stats
from curricle.printable import counted

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.failures.rules import RuleBook

PRECISION_MIN: Final = 0.8
"""Below it a rule is to be looked at."""
JUDGED_MIN: Final = 3
"""Fewer verdicts of people say nothing about a rule."""


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
    overdue: tuple[str, ...]
    prompts: tuple[str, ...]

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
            "overdue": list(self.overdue),
            "prompts": list(self.prompts),
        }


def find_drift(runs_dir: Path, book: RuleBook, today: date) -> Drift:
    """Return how the rules in force fare by the record of a runs folder."""
    known = {rule.id: rule for rule in book.rules}
    counts = stats(runs_dir) if (runs_dir / LEDGER).exists() else ()
    rows = tuple(
        RuleRow(
            rule=row.rule,
            hits=row.hits,
            confirmed=row.confirmed,
            overridden=row.overridden,
            precision=row.precision,
            review_by=known[row.rule].review_by if row.rule in known else None,
            is_overdue=row.rule in known and _is_over(known[row.rule].review_by, today),
        )
        for row in sorted(counts, key=lambda row: (-row.hits, row.rule))
    )
    overdue = tuple(rule.id for rule in book.rules if _is_over(rule.review_by, today))
    drifting = [
        row.rule
        for row in rows
        if row.precision is not None
        and row.precision < PRECISION_MIN
        and row.confirmed + row.overridden >= JUDGED_MIN
    ]
    prompts = [f"look at {rule}: people often say otherwise" for rule in drifting]
    if overdue:
        prompts.append(f"{counted(len(overdue), 'rule is', 'rules are')} due for review")
    return Drift(rows=rows, overdue=overdue, prompts=tuple(prompts))


def _is_over(day: str, today: date) -> bool:
    try:
        return date.fromisoformat(day) < today
    except ValueError:
        return True
