"""The answers of a reconstruction as lines for people, to be read in a minute.

Digests and long lists are cut short; `--json` has all of it. What reaches a terminal is made
printable here, line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.printable import counted, listed, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curricle.audit.changed import Change, OutputChange
    from curricle.audit.checked import Check, Checked
    from curricle.audit.context import Context
    from curricle.audit.decided import CommandDone, Decided, Decisions, Escalated
    from curricle.audit.failed import Failed
    from curricle.audit.reconstruction import Reconstruction
    from curricle.audit.repaired import Mend, Recovery, Repaired
    from curricle.audit.started import Started
    from curricle.audit.told import Told

_DIGITS: Final = 12
_FIRST: Final = 4
_LAST: Final = 8
_NAMES_MAX: Final = 6
_TEXT_MAX: Final = 160
_COMMAND_MAX: Final = 80
_SECONDS: Final = len("2026-01-31T09:30:00")


def render_page(found: Reconstruction) -> list[str]:
    """Return a reconstruction as lines, each safe to show."""
    answers = found.answers
    parts = (
        f"completeness {found.completeness:.0%}",
        f"{found.facts_answered} of {counted(found.facts_asked, 'fact')} on record",
        counted(len(found.gaps), "gap"),
        f"head {found.head.entries}:{found.head.sha256[:_DIGITS]}",
    )
    name = f"  {answers.started.name}" if answers.started else ""
    lines = [
        f"{found.run_id}{name}",
        "; ".join(parts),
        *_section("What started it", _started(answers.started)),
        *_section("What changed", _shortened([*_changed(answers.changed)])),
        *_section(
            "What was checked, and what was skipped", _shortened([*_checked(answers.checked)])
        ),
        *_section("What failed", _shortened([*map(_failed, answers.failed)])),
        *_section("What was repaired", _shortened([*_repaired(answers.repaired)])),
        *_section("Who decided", [*_decided(answers.decided)]),
        *_section("Sources", [*_context(found.context)]),
        *_section("Gaps", [*_gaps(found)]),
    ]
    if found.notes:
        lines += _section("Notes", found.notes)
    return [_indent(line) + one_line(line) for line in lines]


def _gaps(found: Reconstruction) -> Iterator[str]:
    yield from _shortened([f"{gap.question}: {gap.what} ({gap.why})" for gap in found.gaps])
    if not found.gaps:
        yield "none: every fact asked for is on record"


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip(" ")))


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines or ["nothing is on record"])]


def _shortened(lines: list[str]) -> list[str]:
    left = len(lines) - _FIRST - _LAST
    if left <= 1:
        return lines
    return [*lines[:_FIRST], f"… {left} more, see --json", *lines[-_LAST:]]


def _when(told: Told) -> str:
    return f"#{told.seq} {told.at[:_SECONDS]}Z {one_line(told.actor, 60)}:"


def _short(digest: str | None) -> str:
    return digest[:_DIGITS] if digest else "none"


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _started(started: Started | None) -> list[str]:
    if started is None:
        return []
    origin = {
        "source": started.source,
        "repository": started.repository,
        "branch": started.branch,
        "commit": started.commit and started.commit[:_DIGITS],
        "CI job": started.job,
        "request": started.request,
    }
    known = [f"{name} {text}" for name, text in origin.items() if text]
    given = [f"{one.path} {_short(one.digest)}" for one in started.given]
    lines = [
        f"{_when(started)} {one_line(started.command, _TEXT_MAX)}",
        ", ".join(known) or "nothing is recorded of ticket, repository, commit and CI job",
        f"given: {listed(given[:_NAMES_MAX], len(given))}",
    ]
    if before := started.recovered_from:
        lines.append(
            f"in place of the broken run {before.run_id}, archive {_short(before.archive_sha256)}"
        )
    return lines


def _changed(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        by = f" by {change.provider}{f' ({change.model})' if change.model else ''}"
        outputs = [_output(one) for one in change.outputs if one.is_changed]
        same = "no output is new" if change.outputs else "what it needs is there"
        what = listed(outputs[:_NAMES_MAX], len(outputs)) or same
        if change.taken_over and any(one.before for one in change.outputs):
            what += "; a person's edit was taken over"
        elif change.taken_over:
            what += "; a person's own curriculum"
        yield f"{_when(change)} {change.stage}{by if change.provider else ''}: {what}"


def _output(output: OutputChange) -> str:
    name = _file(output.path)
    aside = f", edit {_short(output.put_aside)} put aside" if output.put_aside else ""
    if output.before is None:
        return f"{name} {_short(output.after)}{aside}"
    return f"{name} {_short(output.before)} → {_short(output.after)}{aside}"


def _checked(checked: Checked) -> Iterator[str]:
    for check in checked.checks:
        command = one_line(check.command, _COMMAND_MAX)
        yield f"{_when(check)} curriculum {_short(check.curriculum)} {_verdict(check)}  [{command}]"
        if check.skipped:
            skipped = [f"{one.rule} ({one.reason})" for one in check.skipped]
            yield f"  skipped: {listed(skipped[:_NAMES_MAX], len(skipped), between='; ')}"
    if checked.job:
        yield f"the run was begun in the CI job {checked.job}"


def _verdict(check: Check) -> str:
    words = {True: "is valid", False: "HAS ERRORS", None: "has no recorded verdict"}
    if not check.report_kept:
        return f"{words[check.valid]}; the report is gone"
    rules = [
        f"{one.severity} {one.rule}" + (f" x{one.count}" if one.count > 1 else "")
        for one in check.findings
    ]
    shown = f": {listed(rules[:_NAMES_MAX], len(rules))}" if rules else ""
    return f"{words[check.valid]}{shown}" + ("" if check.skipped else "; no rule was skipped")


def _failed(failure: Failed) -> str:
    end = f"settled by #{failure.settled_by}" if failure.settled_by else "not settled since"
    mark = one_line(failure.fingerprint or failure.code, _COMMAND_MAX)
    return (
        f"{_when(failure)} {mark}: {one_line(failure.message, _TEXT_MAX)};"
        f" {end}  [{one_line(failure.command, _COMMAND_MAX)}]"
    )


def _repaired(repaired: Repaired) -> Iterator[str]:
    for mend in repaired.curricula:
        yield _mend(mend)
    for stop in repaired.stopped:
        yield f"{_when(stop)} stopped by {stop.code}: {one_line(stop.message, _TEXT_MAX)}"
    for one in repaired.journal:
        yield f"{_when(one)} an unfinished last line ({counted(one.size_bytes, 'byte')}) set aside"
    for recovery in repaired.recoveries:
        yield from _recovery(recovery)


def _mend(mend: Mend) -> str:
    what = "findings" if mend.repair else ""
    if mend.feedback:
        text = f": {one_line(mend.feedback_text, _TEXT_MAX)}" if mend.feedback_text else ""
        what += f"{' and ' if what else ''}feedback {_short(mend.feedback)}{text}"
    rounds = "?" if mend.rounds is None else counted(mend.rounds, "round")
    return f"{_when(mend)} {mend.provider} mended the curriculum in {rounds} ({what})"


def _recovery(recovery: Recovery) -> Iterator[str]:
    outcome = recovery.outcome or "no end on record"
    reason = f" ({one_line(recovery.reason, _TEXT_MAX)})" if recovery.reason else ""
    fresh = f", fresh run {recovery.fresh_run}" if recovery.fresh_run else ""
    yield (
        f"{_when(recovery)} recovery {recovery.attempt} from {recovery.code or '?'} by"
        f" {recovery.path or '?'}: {outcome}{reason}{fresh}"
    )
    if recovery.steps:
        steps = [f"{one.step} {one.outcome}" for one in recovery.steps]
        yield f"  steps: {listed(steps[:_NAMES_MAX], len(steps))}"


def _decided(decisions: Decisions) -> Iterator[str]:
    if decisions.actors:
        actors = decisions.actors
        yield f"commands by {listed(actors[:_NAMES_MAX], len(actors))} changed the run:"
    yield from _shortened([f"  {_command(done)}" for done in decisions.commands])
    for decision in decisions.decisions:
        yield _decision(decision)
    for escalation in decisions.escalations:
        yield _escalation(escalation)
    if decisions.actors and not decisions.decisions:
        yield "nobody accepted or rejected it yet"


def _command(done: CommandDone) -> str:
    forced = " (forced)" if done.forced else ""
    until = f"-{done.last_seq}" if done.last_seq != done.seq else ""
    command = one_line(done.command, _TEXT_MAX)
    return f"#{done.seq}{until} {one_line(done.actor, 60)}: {command}{forced}"


def _decision(decision: Decided) -> str:
    about = counted(len(decision.outputs), "output")
    since = "" if decision.current else "; outputs changed since"
    what = decision.decision.replace("_", " ").upper()
    return f"{_when(decision)} {what} on {about}: {one_line(decision.why, _TEXT_MAX)}{since}"


def _escalation(escalation: Escalated) -> str:
    code = f" for {escalation.code}" if escalation.code else ""
    return f"{_when(escalation)} escalated to {escalation.to or 'nobody by name'}{code}"


def _context(context: Context) -> Iterator[str]:
    used = [
        f"used {one.path} {_short(one.digest)}"
        + (f", {one.part}," if one.part else "")
        + f" by {', '.join(one.stages)}"
        for one in context.used
    ]
    yield from _shortened(used)
    excluded = [
        f"excluded {one.kind}: {one_line(one.what, 80)} ({one.why})" for one in context.excluded
    ]
    yield from _shortened(excluded)
    if used and not excluded:
        yield "nothing was excluded"
