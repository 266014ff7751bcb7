"""When a person has to take over: the runbook's rules, judged by what is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.jsontext import parse_json
from curricle.layout import CURRICULUM, TOPIC_SPEC, Stage
from curricle.printable import counted
from curricle.recovery.conditions import is_readable
from curricle.recovery.ledger import read_attempts
from curricle.recovery.outcome import Outcome
from curricle.runbook.entry import EscalationRule
from curricle.runs.freshness import VALID
from curricle.runs.record import (
    EVENT_ESCALATED,
    EVENT_FAILURE,
    EVENT_RECOVERY_BEGUN,
    EVENT_RECOVERY_ENDED,
    EVENT_STAGE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.ledger import Attempt
    from curricle.recovery.situation import Situation
    from curricle.runbook.entry import Entry
    from curricle.runs.journal import Entry as JournalEntry

UNFIT_ANSWERS_MAX: Final = 2
"""So often may no answer be fit before the model, or the request, is somebody's to judge."""
SAME_FINDINGS_MAX: Final = 2
"""So often may the same findings follow a change of something good."""
TRIES_MAX: Final = 2
"""A path that was gone so often without success is not gone by the program alone again."""


def why_escalate(entry: Entry, situation: Situation, diagnosis: Diagnosis) -> str:
    """Return why a person has to take over; empty while the runbook has something left to try."""
    reasons = (RULES[rule](situation, diagnosis) for rule in entry.rules)
    return next((reason for reason in reasons if reason), "")


def _tried_twice(situation: Situation, diagnosis: Diagnosis) -> str:
    """Judge how often a path was gone for the same failure since the run was last finished.

    A walk in which no step was taken, and after which nobody did anything, was no try.
    """
    entries = _since(situation, Stage.ITERATED)
    tried = 1  # this time
    for attempt in read_attempts(entries):
        if attempt.code == diagnosis.code and attempt.fingerprint == diagnosis.fingerprint:
            if attempt.outcome is Outcome.RESOLVED:
                tried = 1
            elif attempt.outcome and (attempt.steps or _was_acted_on(entries, attempt)):
                tried += 1
    return f"this path was gone {tried} times without success" if tried >= TRIES_MAX else ""


def _was_acted_on(entries: Sequence[JournalEntry], attempt: Attempt) -> bool:
    """Tell whether anything but recoveries came between a walk and the next."""
    after = False
    for entry in entries:
        if entry.event == EVENT_RECOVERY_BEGUN:
            after = False
        elif entry.event == EVENT_RECOVERY_ENDED:
            after = entry.data.get("attempt") == attempt.number
        elif after and entry.event != EVENT_ESCALATED:
            return True
    return False


def _answers_stay_unfit(situation: Situation, diagnosis: Diagnosis) -> str:
    failures = [
        entry
        for entry in _since(situation, Stage.GENERATED)
        if entry.event == EVENT_FAILURE and entry.data.get("code") == diagnosis.code
    ]
    providers = sorted({str(_details(entry).get("provider")) for entry in failures})
    if len(failures) <= UNFIT_ANSWERS_MAX:
        return ""
    return f"{len(failures)} times no answer could be used ({', '.join(providers)})"


def _since(situation: Situation, stage: Stage) -> Sequence[JournalEntry]:
    """Return the entries after the last commit of a stage, all where there is none."""
    entries = situation.chain.entries
    made = [
        at
        for at, entry in enumerate(entries)
        if entry.event == EVENT_STAGE and entry.data.get("stage") == stage.value
    ]
    return entries[made[-1] + 1 if made else 0 :]


def _details(entry: JournalEntry) -> Mapping[str, object]:
    details = entry.data.get("details")
    return details if isinstance(details, dict) else {}


def _findings_come_back(situation: Situation, diagnosis: Diagnosis) -> str:
    """Judge findings that a change of something known to be good brings, again and again."""
    was_good = False
    same = 0
    for entry in situation.chain.entries:
        if entry.event == EVENT_STAGE and entry.data.get("stage") == Stage.VALIDATED.value:
            parameters = entry.data.get("parameters")
            is_valid = isinstance(parameters, dict) and parameters.get(VALID) is True
            was_good, same = was_good or is_valid, 0 if is_valid else same
        elif entry.event == EVENT_FAILURE and entry.data.get("code") == diagnosis.code:
            same += entry.data.get("fingerprint") == diagnosis.fingerprint
    if not was_good or same < SAME_FINDINGS_MAX:
        return ""
    return (
        f"the curriculum was valid before, and since a change the same findings came {same} times"
    )


def _core_file_unreadable(situation: Situation, diagnosis: Diagnosis) -> str:
    path = CURRICULUM if diagnosis.code == "curriculum_invalid" else TOPIC_SPEC
    if diagnosis.details.get("belongs_to"):
        return ""  # it can be read, and is another run's
    if situation.inspection is None:
        return "run.json cannot be read, and no fresh run could take its place"
    if is_readable(situation, path, parse_json):
        return ""
    return f"{path} cannot be parsed: a person has to say which version counts"


def _record_was_changed(situation: Situation, diagnosis: Diagnosis) -> str:
    if situation.lost:
        lost = counted(len(situation.lost), "version")
        return f"{lost} that the journal names cannot be shown any more"
    return f"the record of what happened was changed afterwards ({diagnosis.message})"


RULES: Final[Mapping[EscalationRule, Callable[[Situation, Diagnosis], str]]] = {
    EscalationRule.TRIED_TWICE: _tried_twice,
    EscalationRule.ANSWERS_STAY_UNFIT: _answers_stay_unfit,
    EscalationRule.FINDINGS_COME_BACK: _findings_come_back,
    EscalationRule.CORE_FILE_UNREADABLE: _core_file_unreadable,
    EscalationRule.RECORD_WAS_CHANGED: _record_was_changed,
}
