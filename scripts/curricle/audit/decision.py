"""A person's decision on a run, as it stands in the journal."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from curricle.errors import InvalidArgumentError, StageConflictError
from curricle.layout import CURRICULUM
from curricle.printable import has_control_characters, is_utf_8
from curricle.runs.commit import writing
from curricle.runs.record import EVENT_DECIDED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from curricle.session import Session

WHY_LENGTH_MAX: Final = 2000


class Verdict(StrEnum):
    """What can be decided."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CHANGES_REQUESTED = "changes_requested"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was decided on which artifacts, and why; the entry says by whom and when."""

    decision: Verdict
    why: str
    outputs: Mapping[str, str]
    """Path inside the run to digest."""

    def to_json(self) -> dict[str, Any]:
        """Return the `data` of the entry that records it."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A decision with the number of its entry."""

    decision: Decision
    seq: int


def decide(session: Session, run_dir: Path, verdict: Verdict, why: str) -> Recorded:
    """Record a decision on the outputs that a run has now; each is kept among the objects.

    Raises:
        InvalidArgumentError: `why` says nothing, or too much.
        StageConflictError: there is no curriculum to accept.
    """
    verify_reason(why)
    with writing(
        run_dir, clock=session.clock, actor=session.actor, command=session.command
    ) as writer:
        paths = sorted(path for path in writer.digests if path.startswith("outputs/"))
        if verdict is Verdict.ACCEPTED and CURRICULUM not in paths:
            raise StageConflictError(
                f"{run_dir.name} has no {CURRICULUM}, so there is nothing to accept",
                hint="generate it first, or reject the run",
                next_step=("run", run_dir.name),
                details={"run_id": run_dir.name, "artifact": CURRICULUM},
            )
        for path in paths:
            writer.keep_file(path)
        outputs = {path: writer.digests[path] for path in paths}
        decision = Decision(decision=verdict, why=why, outputs=outputs)
        writer.record_event(EVENT_DECIDED, decision.to_json())
        return Recorded(decision=decision, seq=writer.record.head.entries)


def verify_reason(why: str) -> None:
    """Make sure that a reason says something and can be recorded.

    Raises:
        InvalidArgumentError: it is blank, too long or no UTF-8.
    """
    hint = 'say it in a sentence, for example --why "covers what the ticket asks for"'
    if not why.strip():
        raise InvalidArgumentError("--why is blank", hint=hint)
    if len(why) > WHY_LENGTH_MAX:
        raise InvalidArgumentError(
            f"--why has {len(why)} characters, at most {WHY_LENGTH_MAX} are allowed", hint=hint
        )
    if not is_utf_8(why) or has_control_characters(why):
        raise InvalidArgumentError("--why holds control characters or no UTF-8", hint=hint)
