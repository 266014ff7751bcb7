"""Which fingerprints fail again and again and pass when they are rerun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.cases.history import reruns_of
from curricle.cases.index import ask
from curricle.cases.quarantines import find_quarantine

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from curricle.cases.history import Reruns
    from curricle.cases.index import Index
    from curricle.cases.quarantines import Quarantine

CHRONIC: Final = 3
"""Cases from which on a fingerprint that passed on a rerun is a chronic flake."""

_CHRONIC: Final = """
SELECT f.id, f.name, COUNT(CASE WHEN o.number >= 0 THEN 1 END) AS cases,
    TOTAL(o.rerun_passed) AS passed, COUNT(o.rerun_passed)
FROM outcomes o JOIN fingerprints f ON f.id = o.fingerprint
WHERE o.fingerprint IS NOT NULL
GROUP BY o.fingerprint HAVING cases >= ? AND passed >= 1
ORDER BY cases DESC, f.name
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flake:
    """A fingerprint that is a chronic flake."""

    fingerprint: str
    cases: int
    reruns: Reruns
    quarantine: Quarantine | None


def flaky(runs_dir: Path, *, now: datetime) -> tuple[Flake, ...]:
    """Return the chronic flakes, those with the most cases first."""

    def question(index: Index) -> tuple[Flake, ...]:
        return tuple(
            Flake(
                fingerprint=name,
                cases=cases,
                reruns=reruns_of(int(passed), total),
                quarantine=find_quarantine(index, fingerprint, now),
            )
            for fingerprint, name, cases, passed, total in index.rows.execute(
                _CHRONIC, (CHRONIC,)
            ).fetchall()
        )

    return ask(runs_dir, question)
