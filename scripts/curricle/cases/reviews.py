"""When somebody last looked at how the bucket rules fare, and how much came since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.cases.index import ask
from curricle.cases.moments import moment_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from curricle.cases.index import Index

_LAST: Final = "SELECT at, actor, rules_sha256, why FROM reviews ORDER BY at DESC, tie DESC LIMIT 1"
_SINCE: Final = "SELECT COUNT(*) FROM outcomes WHERE number >= 0 AND at > ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A look at the rules."""

    at: datetime
    actor: str
    rules_sha256: str
    """Of the rules that were in force then."""
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SinceReview:
    """What came since the last look."""

    last: Review | None
    """None where nobody ever looked."""
    cases: int


def since_review(runs_dir: Path) -> SinceReview:
    """Return the last look at the rules, and how many cases were recorded since."""

    def question(index: Index) -> SinceReview:
        row = index.rows.execute(_LAST).fetchone()
        cases = index.rows.execute(_SINCE, (row[0] if row else -1,)).fetchone()[0]
        last = None
        if row:
            at, actor, digest, why = row
            last = Review(at=moment_of(at), actor=actor, rules_sha256=digest, why=why)
        return SinceReview(last=last, cases=cases)

    return ask(runs_dir, question)
