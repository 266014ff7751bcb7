"""How many failures went down which lane, and how many of them a person put into another bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.cases.index import ask

if TYPE_CHECKING:
    from pathlib import Path

_COUNTS: Final = """
SELECT o.bucket, o.lane, COUNT(*),
    COUNT(CASE WHEN last.bucket != o.bucket THEN 1 END)
FROM outcomes o LEFT JOIN (
    SELECT number, bucket FROM corrections c
    WHERE NOT EXISTS (
        SELECT 1 FROM corrections later
        WHERE later.number = c.number AND (later.at, later.tie) > (c.at, c.tie)
    )
) last ON last.number = o.number
WHERE o.number >= 0 GROUP BY o.bucket, o.lane ORDER BY o.bucket, o.lane
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneCount:
    """The cases of one bucket that went down one lane."""

    bucket: str
    lane: str
    cases: int
    corrected: int
    """Of those, where a person last named another bucket."""


def lane_counts(runs_dir: Path) -> tuple[LaneCount, ...]:
    """Return the numbers of each bucket and lane that there are cases of, by name."""
    return ask(
        runs_dir,
        lambda index: tuple(
            LaneCount(bucket=bucket, lane=lane, cases=cases, corrected=corrected)
            for bucket, lane, cases, corrected in index.rows.execute(_COUNTS)
        ),
    )
