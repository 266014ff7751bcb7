"""Answers six questions about a run from its journal and the objects that it names, and no more.

Works as far as the record goes: a broken `run.json`, a journal that breaks off, missing objects
and entries of other versions leave gaps, which are named. Whether the record is genuine is
`verification.py`; what may lie on disk beside it does not count.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from curricle.audit.changed import Change, find_changes
from curricle.audit.checked import Checked, find_checks
from curricle.audit.context import Context, find_context
from curricle.audit.decided import Decisions, find_decisions
from curricle.audit.failed import Failed, find_failures
from curricle.audit.gaps import (
    Fact,
    Gap,
    JournalState,
    completeness,
    facts_of_changes,
    facts_of_checks,
    facts_of_context,
    facts_of_decisions,
    facts_of_failures,
    facts_of_record,
    facts_of_repairs,
    facts_of_start,
)
from curricle.audit.kept import Kept
from curricle.audit.repaired import Repaired, find_repairs
from curricle.audit.started import Started, find_started
from curricle.audit.told import Sorted, Unknown, sort_entries, text_of
from curricle.errors import IoError, PermissionDeniedError
from curricle.fsio import MAX_LOG_BYTES, find_file, path_within
from curricle.layout import JOURNAL
from curricle.printable import counted
from curricle.runs.journal import Chain, Head, read_chain
from curricle.runs.named import named_objects
from curricle.runs.objects import find_object
from curricle.runs.proof import find_known_head
from curricle.runs.record import EVENT_CALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What the record says, one question each."""

    started: Started | None
    changed: tuple[Change, ...]
    checked: Checked
    failed: tuple[Failed, ...]
    repaired: Repaired
    decided: Decisions


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconstruction:
    """The answers, and what is missing from them."""

    run_id: str
    answers: Answers
    context: Context
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    """What no record can prove, and what is worth knowing besides."""
    unknown: tuple[Unknown, ...]
    """Entries that this version cannot read."""
    completeness: float
    """`gaps.completeness` says how it is counted."""
    facts_asked: int
    facts_answered: int
    head: Head

    def to_json(self) -> dict[str, Any]:
        """Return it as `audit reconstruct --json` tells it."""
        context = asdict(self.context)
        return {
            "run_id": self.run_id,
            "answers": asdict(self.answers),
            "context": {"used": context["used"], "excluded": context["excluded"]},
            "gaps": [asdict(gap) for gap in self.gaps],
            "completeness": self.completeness,
            "facts": {"asked": self.facts_asked, "answered": self.facts_answered},
            "notes": list(self.notes),
            "unknown": [asdict(one) for one in self.unknown],
            "head": self.head.to_json(),
        }


def reconstruct_run(run_dir: Path) -> Reconstruction:
    """Return what the record of a run says.

    Raises:
        PermissionDeniedError, IoError: there is a journal, and it cannot be read.
    """
    data = find_file(path_within(run_dir, JOURNAL), limit_bytes=MAX_LOG_BYTES)
    known = find_known_head(run_dir)
    return reconstruct(run_dir.name, data, known, Kept(lambda digest: _find(run_dir, digest)))


def reconstruct(
    run_id: str, journal: bytes | None, known: Head | None, kept: Kept
) -> Reconstruction:
    """Return what a journal says; `known` is where it once ended, if anybody knows."""
    chain = read_chain(journal or b"")
    entries = sort_entries(chain.entries)
    started = find_started(entries)
    changes = find_changes(entries)
    checks = find_checks(entries, kept)
    answers = Answers(
        started=started,
        changed=changes,
        checked=Checked(checks=checks, job=started.job if started else None),
        failed=find_failures(entries),
        repaired=find_repairs(entries, kept),
        decided=find_decisions(entries, changes),
    )
    context = find_context(entries, kept)
    state = _state(journal, chain, known)
    facts = tuple(_facts(answers, context, entries, state, kept))
    return Reconstruction(
        run_id=run_id,
        answers=answers,
        context=context,
        gaps=tuple(gap for fact in facts for gap in fact.gaps),
        notes=tuple(_notes(answers, state)),
        unknown=entries.unknown,
        completeness=completeness(facts, state),
        facts_asked=len(facts),
        facts_answered=sum(not fact.gaps for fact in facts),
        head=chain.head,
    )


def _find(run_dir: Path, digest: str) -> bytes | None:
    """Return an object, or None where it cannot be had, for whatever reason."""
    try:
        return find_object(run_dir, digest)
    except (IoError, PermissionDeniedError):
        return None


def _state(journal: bytes | None, chain: Chain, known: Head | None) -> JournalState:
    data = journal or b""
    ends = True
    if known is not None and known.entries < len(chain.entries):
        ends = chain.entries[known.entries].previous == known.sha256
    elif known is not None and known.entries == len(chain.entries):
        ends = chain.head.sha256 == known.sha256
    return JournalState(
        is_there=journal is not None,
        entries=len(chain.entries),
        lines=data.count(b"\n") + (not data.endswith(b"\n") and bool(data)),
        broken_line=chain.broken_line,
        why=chain.why,
        torn_bytes=len(chain.torn),
        known_entries=known.entries if known else None,
        ends_as_known=ends,
    )


def _facts(
    answers: Answers, context: Context, entries: Sorted, state: JournalState, kept: Kept
) -> Iterator[Fact]:
    yield from facts_of_record(state, entries.unknown)
    yield from facts_of_start(answers.started)
    yield from facts_of_changes(answers.changed, _missing(entries, kept), _models(entries))
    yield from facts_of_checks(answers.changed, answers.checked.checks)
    yield from facts_of_failures(answers.failed)
    yield from facts_of_repairs(answers.repaired)
    yield from facts_of_decisions(answers.decided)
    is_made = any(change.made_by for change in answers.changed)
    yield from facts_of_context(context, is_made=is_made)


def _missing(entries: Sorted, kept: Kept) -> Mapping[str, int]:
    """Return the digests of objects that do not hold, each with the first entry that names it."""
    missing: dict[str, int] = {}
    for entry in entries.known:
        for digest in named_objects({"event": entry.event, "data": entry.data}):
            if digest not in missing and not kept.holds(digest):
                missing[digest] = entry.seq
    return missing


def _models(entries: Sorted) -> Mapping[str, str]:
    """Return provider to the model that its answers name."""
    answered = ((one.data["provider"], one.data) for one in entries.of(EVENT_CALL))
    return {name: model for name, data in answered if (model := text_of(data, "answered_by"))}


def _notes(answers: Answers, state: JournalState) -> Iterator[str]:
    if answers.decided.actors:
        yield "an actor is who the command said it was: claimed, not proven"
    if any(change.taken_over or _puts_aside(change) for change in answers.changed):
        yield (
            "a person's edit is told apart by its digest; who typed it is not recorded, only whose"
            " command took it over or replaced it"
        )
    if answers.started and answers.started.origin_recorded and answers.started.job is None:
        yield "no CI job is recorded: the run was begun outside CI"
    if state.known_entries is not None and state.known_entries < state.entries:
        ahead = counted(state.entries - state.known_entries, "entry", "entries")
        yield f"the journal is {ahead} ahead of run.json: a command died, or is at work"


def _puts_aside(change: Change) -> bool:
    return any(output.put_aside for output in change.outputs)
