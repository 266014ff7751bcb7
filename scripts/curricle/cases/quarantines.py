"""Which fingerprint is put aside, who answers for that, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from curricle.cases.index import Index


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantine:
    """A fingerprint that is put aside."""

    owner: str
    until: date
    """The last day."""
    why: str | None
    is_expired: bool


def find_quarantine(index: Index, fingerprint: int, now: datetime) -> Quarantine | None:
    """Return the last quarantine of a fingerprint, be it over, or None where there was none."""
    row = index.rows.execute(
        "SELECT owner, until, why FROM quarantines WHERE fingerprint = ?"
        " ORDER BY at DESC, tie DESC LIMIT 1",
        (fingerprint,),
    ).fetchone()
    if row is None:
        return None
    until = date.fromisoformat(row[1])
    return Quarantine(owner=row[0], until=until, why=row[2], is_expired=now.date() > until)
