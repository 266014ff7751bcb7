"""What the record of a run cannot answer, and how much of what it is asked it does.

A fact is asked for only where it can be: that feedback is kept, only where some was given. What
nobody could know, such as who somebody really is, is a note and no gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.layout import CURRICULUM
from curricle.printable import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curricle.audit.changed import Change
    from curricle.audit.checked import Check
    from curricle.audit.context import Context
    from curricle.audit.decided import Decisions
    from curricle.audit.failed import Failed
    from curricle.audit.repaired import Repaired
    from curricle.audit.started import Started
    from curricle.audit.told import Unknown

_SHOWN_MAX: Final = 5
_DIGITS: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Something that the record cannot answer."""

    question: str
    """One of the six answers, `context`, or `record` for the journal itself."""
    what: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something that the record is asked; what is missing makes one gap or several."""

    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalState:
    """How a journal was found."""

    is_there: bool
    entries: int
    """How many chain."""
    lines: int
    """How many there are, an unfinished one included."""
    broken_line: int | None = None
    why: str = ""
    torn_bytes: int = 0
    known_entries: int | None = None
    """How many `run.json` knows of; None where it does not say."""
    ends_as_known: bool = True
    """Whether the line at which `run.json` saw it end is still that line."""

    @property
    def share(self) -> float:
        """Return which part of the entries that were ever known can be read."""
        return self.entries / max(self.lines, self.known_entries or 0, 1)


def completeness(facts: Sequence[Fact], journal: JournalState) -> float:
    """Return how complete the answers are, from 0 to 1, cut to two decimals.

    That is the part of the facts asked for that are answered, times the part of the entries that
    can be read: lines after a break in the chain prove nothing, and `run.json` knows how many
    entries there were when some were cut off.
    """
    answered = sum(not fact.gaps for fact in facts)
    return math.floor(100 * journal.share * answered / max(len(facts), 1)) / 100


def facts_of_record(journal: JournalState, unknown: Sequence[Unknown]) -> Iterator[Fact]:
    """Yield whether the journal can be read and relied on."""
    if not journal.is_there:
        yield _gap("record", "the journal is missing", "nothing can be told without it")
        return
    if not journal.entries:
        yield _gap("record", "the journal has no entry that can be read", journal.why or "empty")
        return
    if journal.broken_line:
        last = journal.entries
        left = counted(journal.lines - last, "line")
        yield _gap(
            "record",
            f"what happened after entry {last}: the journal breaks at line {journal.broken_line}"
            f" and {left} cannot be relied on",
            f"line {journal.broken_line}: {journal.why}; entry {last} itself may be what was"
            " changed",
        )
    else:
        yield Fact()
    if not journal.broken_line or (journal.known_entries or 0) <= journal.entries:
        yield _fact_of_end(journal)
    if journal.torn_bytes:
        yield _gap(
            "record",
            f"what the last command did: its entry of {counted(journal.torn_bytes, 'byte')} was"
            " never finished",
            "it died before its commit; what it names does not count as done",
        )
    if unknown:
        named = [f"{one.seq} ({one.event})" for one in unknown[:_SHOWN_MAX]]
        yield _gap(
            "record",
            f"what entry {listed(named, len(unknown))} says",
            f"another version wrote it: {unknown[0].why}",
        )


def _fact_of_end(journal: JournalState) -> Fact:
    known = journal.known_entries
    if known is None:
        return _gap(
            "record",
            "whether entries were cut off the end of the journal",
            "run.json is missing or does not say where the journal ended",
        )
    if journal.broken_line is None and journal.entries < known:
        return _gap(
            "record",
            f"what happened after entry {journal.entries}: entries were cut off",
            f"run.json knows {known} entries",
        )
    if not journal.ends_as_known:
        return _gap(
            "record",
            f"whether entry {known} is what was recorded",
            "it is not the entry that run.json knows: one of the two was changed",
        )
    return Fact()


def facts_of_start(started: Started | None) -> Iterator[Fact]:
    """Yield what is known of the beginning."""
    if started is None:
        yield _gap("started", "who started the run, when and with what", "its first entry is gone")
        return
    yield Fact()
    yield _fact(
        started.source is not None,
        "started",
        "the source ticket that authorised the run is not recorded",
        "`init` was typed without --source"
        if started.origin_recorded
        else "whoever began the run did not record where it comes from",
    )
    yield _fact(
        bool(started.commit and (started.repository or started.branch)),
        "started",
        "the repository, branch or commit that the run was begun from is not recorded",
        "it was begun outside a git checkout and outside CI"
        if started.origin_recorded
        else "whoever began the run did not record where it comes from",
    )
    yield _fact(
        started.origin_recorded,
        "started",
        "whether a CI job began the run is not recorded",
        "whoever began the run did not record where it comes from",
    )


def facts_of_changes(
    changes: Sequence[Change], missing: Mapping[str, int], models: Mapping[str, str]
) -> Iterator[Fact]:
    """Yield whether every version is kept, and who made it.

    `missing` maps digests of objects that are not there to the entries that name them, `models`
    providers to the model that answered.
    """
    yield Fact(
        gaps=tuple(
            Gap(
                question="changed",
                what=f"objects/{digest} named by entry {seq} is missing or damaged",
                why="the version of a document that it held can no longer be shown",
            )
            for digest, seq in missing.items()
        )
    )
    for change in changes:
        if change.provider and change.provider != "internal" and change.made_by:
            yield _fact(
                bool(change.model or models.get(change.provider)),
                "changed",
                f"which model made the curriculum of entry {change.seq} is not recorded",
                f"{change.provider} was left to its default and no answer names it",
            )


def facts_of_checks(changes: Sequence[Change], checks: Sequence[Check]) -> Iterator[Fact]:
    """Yield whether the last curriculum was checked, and what that found."""
    made = [o.after for change in changes for o in change.outputs if o.path == CURRICULUM]
    if not made and not checks:
        yield _gap("checked", "nothing was checked", "the record knows no curriculum")
        return
    last = made[-1] if made else None
    yield _fact(
        any(check.curriculum == last for check in checks) if last else bool(checks),
        "checked",
        f"the last curriculum ({(last or '')[:_DIGITS]}) was never checked",
        f"the last check is of {checks[-1].curriculum or '?':.12}"
        if checks
        else "no check is recorded",
    )
    unread = [check for check in checks if not check.report_kept]
    if checks:
        yield Fact(
            gaps=tuple(
                Gap(
                    question="checked",
                    what=f"what the check of entry {check.seq} found and skipped",
                    why=f"its report, objects/{check.report}, is missing or damaged",
                )
                for check in unread
            )
        )


def facts_of_failures(failures: Sequence[Failed]) -> Iterator[Fact]:
    """Yield whether failures can be recognised when they come again."""
    bare = [str(failure.seq) for failure in failures if failure.fingerprint is None]
    if failures:
        yield _fact(
            not bare,
            "failed",
            f"failures without a fingerprint: entry {listed(bare[:_SHOWN_MAX], len(bare))}",
            "the version that recorded them did not make one",
        )


def facts_of_repairs(repaired: Repaired) -> Iterator[Fact]:
    """Yield whether what was asked for is kept, and whether recoveries came to an end."""
    asked = [mend for mend in repaired.curricula if mend.feedback]
    if asked:
        lost = [str(mend.seq) for mend in asked if mend.feedback_text is None]
        yield _fact(
            not lost,
            "repaired",
            f"what was asked for in words: entry {listed(lost[:_SHOWN_MAX], len(lost))}",
            "the feedback is no longer among the objects",
        )
    if repaired.recoveries:
        gone = [str(one.attempt) for one in repaired.recoveries if one.outcome is None]
        yield _fact(
            not gone,
            "repaired",
            f"how a recovery ended: attempt {listed(gone[:_SHOWN_MAX], len(gone))}",
            "its command died, or its end is in a part of the journal that cannot be read",
        )


def facts_of_decisions(decided: Decisions) -> Iterator[Fact]:
    """Yield whether a person decided, and on what there is now."""
    last = decided.decisions[-1] if decided.decisions else None
    yield _fact(
        last is not None,
        "decided",
        "no reviewer's decision is recorded",
        "it was escalated and nobody decided yet"
        if decided.escalations
        else "`audit decide` records one",
    )
    if last is not None:
        yield _fact(
            last.current,
            "decided",
            f"nobody decided on the outputs as they are now: entry {last.seq} is about earlier"
            " ones",
            "an output changed after the decision",
        )


def facts_of_context(context: Context, *, is_made: bool) -> Iterator[Fact]:
    """Yield whether sources are known, the used and the excluded."""
    yield _fact(
        bool(context.used),
        "context",
        "which sources the run was made from is not recorded",
        "no stage has read any yet",
    )
    if is_made:
        yield Fact(
            gaps=tuple(
                Gap(
                    question="context",
                    what=f"what {path} excluded",
                    why=f"objects/{digest} is missing or damaged",
                )
                for path, digest in context.unread.items()
            )
        )


def _gap(question: str, what: str, why: str) -> Fact:
    return Fact(gaps=(Gap(question=question, what=what, why=why),))


def _fact(is_answered: bool, question: str, what: str, why: str) -> Fact:  # noqa: FBT001 - the fact
    return Fact() if is_answered else _gap(question, what, why)
