"""Decides on a failure by what is known of it and on record, and puts the decision on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curricle.triage.packing import EVIDENCE, as_stored, pack_failure
from curricle.triage.past import look_back
from curricle.triage.run import pack_run

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from curricle.evidence.pack import ArtifactPack
    from curricle.failures.bucket import Lane
    from curricle.failures.rules import RuleBook
    from curricle.session import Session
    from curricle.triage.facts import JobFacts
    from curricle.triage.judge import Judged


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A pack as it is told, and the case that it became."""

    document: Mapping[str, Any]
    lane: Lane
    case_id: str | None
    """None where nothing was to be recorded."""
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Where failures are decided on, by one set of rules."""

    session: Session
    book: RuleBook
    credentials: Collection[str]
    is_recording: bool
    evidence_max: int = EVIDENCE

    def decide_on(self, judged: Judged, facts: JobFacts, notes: tuple[str, ...] = ()) -> Decided:
        """Return the decision on the failure of a job.

        Raises:
            JournalBrokenError: the ledger was changed.
        """
        fingerprint = judged.identity.fingerprint
        past = look_back(self.session.runs_dir, fingerprint, facts, self.session.clock())
        pack = pack_failure(
            judged, facts, self.book, past=past, evidence_max=self.evidence_max, notes=notes
        )
        return self._told(pack, facts)

    def decide_on_run(self, run_dir: Path) -> Decided:
        """Return the decision on the last failure of a run of our own.

        Raises:
            CaseNotFoundError: no failure is on record.
            JournalBrokenError: the journal or the ledger was changed.
        """
        now = self.session.clock()
        return self._told(*pack_run(run_dir, self.book, now=now, credentials=self.credentials))

    def _told(self, pack: ArtifactPack, facts: JobFacts) -> Decided:
        lane = pack.decision.lane
        if not self.is_recording:
            return Decided(document=pack.to_json(), lane=lane, case_id=None, is_new=False)
        # What writes is not loaded for looking.
        from curricle.triage.keeping import keep

        recorded, link = keep(
            self.session.runs_dir,
            pack,
            facts,
            now=self.session.clock(),
            actor=self.session.actor,
            command=self.session.command,
        )
        return Decided(
            document=as_stored(pack, link),
            lane=lane,
            case_id=recorded.case_id,
            is_new=recorded.is_new,
        )
