"""How often each evidence rule decided, and how often people found that right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.cases.index import ask

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.cases.index import Index

_HITS: Final = """
SELECT r.name, COUNT(*) FROM outcomes o JOIN rule_sets r ON r.id = o.rule_set GROUP BY o.rule_set
"""
_VERDICTS: Final = """
SELECT r.name, c.bucket = o.bucket, COUNT(*)
FROM (
    SELECT number, bucket,
        ROW_NUMBER() OVER (PARTITION BY number ORDER BY at DESC, tie DESC) AS age
    FROM corrections
) c JOIN outcomes o ON o.number = c.number JOIN rule_sets r ON r.id = o.rule_set
WHERE c.age = 1 GROUP BY o.rule_set, c.bucket = o.bucket
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleStats:
    """How an evidence rule fares."""

    rule: str
    hits: int
    """Cases whose bucket rests on the rule, alone or with others."""
    confirmed: int
    """Of those, where a person last named the recorded bucket."""
    overridden: int
    """Of those, where a person last named another."""

    @property
    def precision(self) -> float | None:
        """Return the share that was confirmed of the cases that a person looked at.

        None where nobody looked at any: a hit that nobody looked at proves nothing.
        """
        looked_at = self.confirmed + self.overridden
        return self.confirmed / looked_at if looked_at else None


def stats(runs_dir: Path) -> tuple[RuleStats, ...]:
    """Return the numbers of each rule that ever decided, by name."""
    return ask(runs_dir, _stats)


def _stats(index: Index) -> tuple[RuleStats, ...]:
    hits: dict[str, int] = {}
    verdicts: dict[tuple[str, bool], int] = {}
    for names, count in index.rows.execute(_HITS):
        for rule in set(json.loads(names)):
            hits[rule] = hits.get(rule, 0) + count
    for names, is_confirmed, count in index.rows.execute(_VERDICTS):
        for rule in set(json.loads(names)):
            key = (rule, bool(is_confirmed))
            verdicts[key] = verdicts.get(key, 0) + count
    return tuple(
        RuleStats(
            rule=rule,
            hits=hits[rule],
            confirmed=verdicts.get((rule, True), 0),
            overridden=verdicts.get((rule, False), 0),
        )
        for rule in sorted(hits)
    )
