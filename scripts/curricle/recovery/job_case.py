"""What whoever takes over has to know of a failed CI job: facts of the ledger, no present times."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from curricle.cases.events import CASE_ESCALATED, CASE_FAILED, FORMS, ORIGIN
from curricle.cases.history import history
from curricle.cases.ledger import follow_ledger, read_line
from curricle.cases.lookup import find_case
from curricle.cases.packs import verified_pack
from curricle.failures.bucket import Bucket, Lane
from curricle.recovery.case import OpenItem
from curricle.runbook.entry import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from curricle.cases.history import History
    from curricle.cases.ledger import Line
    from curricle.cases.lookup import Case

LEDGER_TAIL_ENTRIES: Final = 50
_TO_DECIDE: Final[Mapping[Lane, str]] = {
    Lane.PATCH: "which change broke it, and whether that is mended or taken back",
    Lane.RERUN: "whether it was chance: a rerun that passes does not say so, and closes nothing",
    Lane.COOLDOWN: "whether the fault outside the code is over, so that the job can run again",
    Lane.ESCALATE: "what the cause is and who mends it; nothing is retried until then",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """An entry of the ledger that names the case."""

    event: str
    at: str
    """When it was recorded first, on whatever machine; UTC, ISO 8601."""
    actor: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCase:
    """A failed CI job that a person has to take over."""

    case: Case
    pack: Mapping[str, Any]
    history: History
    """Of its fingerprint, over all that is on record."""
    earlier_cases: int
    """How many other cases of the fingerprint had been recorded before this one."""
    happenings: tuple[Happening, ...]
    """Oldest first; the first, and the last of all others."""
    lines: tuple[bytes, ...]
    """The same as they stand in the ledger, in its order."""
    owner: str | None

    @property
    def bucket(self) -> str:
        """Return the bucket as it stands now: a person's word counts more than the rules'."""
        return self.case.corrected_bucket or self.case.bucket

    def open_items(self) -> Iterator[OpenItem]:
        """Yield what remains to be decided, and by whom."""
        case, who = self.case, self.owner or "whoever takes over"
        past = _command("history", case.fingerprint)
        if not case.is_open:
            yield OpenItem(who=who, what="whether the case stays closed", commands=(past,))
            return
        yield OpenItem(who=who, what=_TO_DECIDE[Lane(case.lane)], commands=(past,))
        if case.corrected_bucket is None:
            yield OpenItem(
                who=who,
                what=f"whether {case.bucket} is right; naming it again confirms it",
                commands=(_command("correct", case.case_id, "--bucket", "BUCKET", "--why", "WHY"),),
            )
        if self.bucket == Bucket.FLAKY_TEST:
            aside = ("quarantine", case.fingerprint, "--owner", "OWNER", "--until", "YYYY-MM-DD")
            yield OpenItem(
                who=who,
                what="whether the tests depend on their order, and who answers for it until when",
                commands=(_command("probe", case.case_id), _command(*aside)),
            )
        yield OpenItem(
            who=who,
            what="when the case is settled, and why",
            commands=(_command("close", case.case_id, "--why", "WHY"),),
        )


def gather_case(runs_dir: Path, name: str, owner: str | None) -> JobCase:
    """Return the facts of the case with the given id or unambiguous beginning.

    Raises:
        CaseNotFoundError, InvalidArgumentError: no case is called so, or several.
        JournalBrokenError: the ledger or the pack was changed, or the pack is missing.
    """
    case = find_case(runs_dir, name)
    pack = verified_pack(runs_dir, case.case_id, case.pack_sha256)
    seen = _Seen(case)
    follow_ledger(runs_dir, seen.visit)
    own = [*seen.own[:1], *seen.own[1:][1 - LEDGER_TAIL_ENTRIES :]]
    return JobCase(
        case=case,
        pack=pack if isinstance(pack, dict) else {},
        history=history(runs_dir, case.fingerprint, now=datetime.fromisoformat(case.at)),
        earlier_cases=len(seen.earlier),
        happenings=tuple(sorted((_happening(line) for line in own), key=lambda found: found.at)),
        lines=tuple(read_line(runs_dir, line.offset, line.size_bytes) for line in own),
        owner=owner,
    )


class _Seen:
    """What the ledger says of one case, and of those that failed alike before."""

    def __init__(self, case: Case) -> None:
        self.own: list[Line] = []
        self.earlier: set[str] = set()
        self._case = case

    def visit(self, line: Line) -> None:
        event, data = line.entry["event"], line.entry["data"]
        # A handover is not told: the bundle would be another for having been handed over.
        if event not in FORMS or event == CASE_ESCALATED:
            return
        if data.get("case") == self._case.case_id:
            self.own.append(line)
        elif event == CASE_FAILED and self._is_before(line):
            self.earlier.add(data["case"])

    def _is_before(self, line: Line) -> bool:
        is_alike = line.entry["data"]["fingerprint"] == self._case.fingerprint
        return is_alike and _happening(line).at < self._case.at


def _happening(line: Line) -> Happening:
    entry = line.entry
    origin = entry["data"].get(ORIGIN, entry)
    return Happening(
        event=entry["event"], at=origin["at"], actor=origin["actor"], data=entry["data"]
    )


def _command(*arguments: str) -> str:
    return f"{PROGRAM} triage {shlex.join(arguments)}"
