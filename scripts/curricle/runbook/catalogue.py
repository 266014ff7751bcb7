"""Which entry belongs to which code: one for every error that the program can raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.runbook.documents import DOCUMENTS
from curricle.runbook.entry import Action, Cause, Condition, Entry, Probe, Safe
from curricle.runbook.providers import PROVIDERS
from curricle.runbook.records import RECORDS
from curricle.runbook.requests import REQUESTS

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_TRIAGE: Final = Entry(
    code="first_triage",
    path="first-triage",
    meaning="Nothing failed, and the run is not finished: status, validate, plan, iterate.",
    causes=(
        Cause(
            name="not-finished",
            text="stages are left to do",
            probe=Probe.CANNOT_TELL,
            steps=(
                Safe(
                    action=Action.BRING_UP_TO_DATE,
                    text="bring the run up to date: validate, plan, iterate",
                    undo="every version before is in objects/",
                ),
            ),
        ),
    ),
    condition=Condition.NOTHING_STALE,
    undo="every version before is in objects/",
)
"""What is done with a run in which nothing failed; its code is none of an error."""

CATALOGUE: Final[Mapping[str, Entry]] = {
    entry.code: entry for entry in (FIRST_TRIAGE, *DOCUMENTS, *PROVIDERS, *RECORDS, *REQUESTS)
}
"""Code to entry; the first is for runs in which nothing failed."""
