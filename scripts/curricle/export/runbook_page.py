"""The incident runbook as a page with flow charts, from the catalogue that `recover` goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.export.mermaid import label
from curricle.runbook.catalogue import CATALOGUE, FIRST_TRIAGE
from curricle.runbook.entry import PLACES, PROGRAM, Condition, EscalationRule, Probe, Safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.runbook.entry import Cause, Entry, Step

_HEAD: Final = f"""\
# Incident runbook

What to do when a run fails. `recover` follows this page by itself: it looks at the run as it is,
finds the path, takes the steps that are safe and names the others.

```text
{PROGRAM} status RUN             # how the run stands
{PROGRAM} recover RUN            # what is wrong, and what helps
{PROGRAM} recover RUN --apply    # take the safe steps; 0: resolved, 8: a person goes on
{PROGRAM} escalate RUN           # a bundle of evidence for whoever takes over
```

A step is **safe** when it replaces nothing that is not kept first: `recover --apply` takes it
under the run's lock and records it in the journal. The others **need you**; the commands stand
below them. After each step the run is looked at again. `runbook show CODE` prints one entry,
`runbook stats` how often each path helped.
"""
_AFTERWARDS: Final = """\
## When to escalate

`recover` ends in `escalate`, and `escalate RUN` writes the bundle, when one of these holds:

{rules}

The bundle holds what was run, the run's id, provider and settings, the exact error, the artifacts
with digests and times, what was tried, the end of the journal, and what is to be decided by whom.
Every secret in it is masked. `--to OWNER` records who takes over.

## After the incident

1. Was it a defect of the program? Write a test that fails without the fix. Was it not? Record the
   operational cause: `audit decide RUN accept --why TEXT` keeps it with the run.
2. Did behaviour or procedure change? Change the pages in `docs/`, and the runbook's entry.
3. Run `make gate`.
4. Publish cause and prevention in the notes of the change; `audit reconstruct RUN` has the facts.
"""
_RULES: Final[Mapping[EscalationRule, str]] = {
    EscalationRule.TRIED_TWICE: "a path was gone twice without success",
    EscalationRule.ANSWERS_STAY_UNFIT: "no answer could be used, across retries, settings and"
    " providers",
    EscalationRule.FINDINGS_COME_BACK: "a curriculum was valid, and since a change the same"
    " findings come back each time",
    EscalationRule.CORE_FILE_UNREADABLE: "a core file cannot be parsed: the topic spec, the"
    " curriculum, or a run.json that no fresh run could replace",
    EscalationRule.RECORD_WAS_CHANGED: "the record of what happened was changed afterwards",
}
_CONDITIONS: Final[Mapping[Condition, str]] = {
    Condition.NO_CONFLICT: "the topic spec is ready, and no two versions contradict",
    Condition.NOTHING_STALE: "the run has come to `iterated`, and nothing is stale",
    Condition.SPEC_READABLE: "the topic spec can be read",
    Condition.SCOPE_READABLE: "the scope document can be read",
    Condition.CURRICULUM_READABLE: "the curriculum can be read",
    Condition.CURRICULUM_VALID: "the curriculum has no errors",
    Condition.RECORD_READABLE: "`run.json` can be read, or a fresh run took the run's place",
    Condition.JOURNAL_WHOLE: "the journal chains",
    Condition.ARCHIVES_WHOLE: "every archive of the run can be restored",
    Condition.LOCK_FREE: "nobody holds the lock",
    Condition.ROOM_ON_DISK: "there is room on the disk",
    Condition.FILES_USABLE: "the files of the run can be used",
    Condition.FAILURE_SETTLED: "what failed was done",
    Condition.COMMAND_WORKS: "the command works as it is typed now",
}
_NOBODY_TELLS: Final = Probe.CANNOT_TELL


def render_page() -> str:
    """Return the whole page, as it stands in `docs/incident-runbook.md`."""
    parts = [_HEAD, _overview(), *map(_section, CATALOGUE.values())]
    rules = "\n".join(f"- {text};" for text in _RULES.values())
    return "\n".join([*parts, _AFTERWARDS.format(rules=rules)])


def _overview() -> str:
    rows = [
        f"| [`{e.code}`](#{_anchor(e)}) | {e.letter} | {e.path} | {e.meaning} |"
        for e in CATALOGUE.values()
    ]
    return "\n".join(
        [
            "## First triage",
            "",
            "`recover RUN --apply` does all of this, as far as it gets alone.",
            "",
            "```mermaid",
            *_first_triage(),
            "```",
            "",
            "## Codes",
            "",
            "| code | path | name | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _first_triage() -> Iterator[str]:
    yield "flowchart TD"
    yield f"  status[{label('status RUN')}] --> validate[{label('validate RUN')}]"
    yield f"  validate -->|passes| plan[{label('plan RUN')}]"
    yield f"  plan --> iterate[{label('iterate RUN')}] --> resolved([{label('resolved')}])"
    yield f"  validate -->|fails| report[{label('read validation_report.md')}]"
    yield f"  report --> fix[{label('mend the spec or the curriculum')}] --> validate"
    yield f"  status -->|a failure is on record| code{{{label('which code?')}}}"
    for entry in CATALOGUE.values():
        if entry.letter:
            title = label(f"{entry.letter}: {entry.path}")
            yield f"  code -->|{entry.code}| {entry.code}[{title}]"


def _section(entry: Entry) -> str:
    lines = [f"## {_heading(entry)}", "", f"`{entry.code}`: {entry.meaning}", ""]
    if entry.letter or entry is FIRST_TRIAGE:
        lines += ["```mermaid", *_chart(entry), "```", ""]
    for number, cause in enumerate(entry.causes, 1):
        lines += _cause(number, cause)
    lines += [f"At its end: {_CONDITIONS[entry.condition]}. Undo: {_filled(entry.undo)}.", ""]
    if entry.rules:
        lines += [f"Escalate when {', or '.join(_RULES[rule] for rule in entry.rules)}.", ""]
    return "\n".join(lines)


def _heading(entry: Entry) -> str:
    return f"{entry.letter}: {entry.path}" if entry.letter else entry.path


def _anchor(entry: Entry) -> str:
    return _heading(entry).lower().replace(":", "").replace(" ", "-")


def _chart(entry: Entry) -> Iterator[str]:
    yield "flowchart TD"
    yield f"  failed([{label(entry.code)}]) --> cause1"
    last = len(entry.causes)
    for number, cause in enumerate(entry.causes, 1):
        yield f"  cause{number}{{{label(_filled(cause.text))}}}"
        steps = "; ".join(_filled(step.text) for step in cause.steps)
        yield f"  cause{number} -->|yes, or unknown| steps{number}[{label(steps)}]"
        yield f"  steps{number} --> ends{number}{{{label('right now?')}}}"
        yield f"  ends{number} -->|yes| resolved([{label('resolved')}])"
        after = f"cause{number + 1}" if number < last else "stop"
        yield f"  cause{number} -->|no| {after}"
        yield f"  ends{number} -->|no| {after}"
    yield f"  stop([{label('needs you, or escalate')}])"


def _cause(number: int, cause: Cause) -> Iterator[str]:
    told = "cannot be found out from here" if cause.probe is _NOBODY_TELLS else cause.probe.value
    yield f"{number}. {_filled(cause.text)} ({told.replace('_', ' ')})"
    for step in cause.steps:
        yield from _step(step)
    yield ""


def _step(step: Step) -> Iterator[str]:
    if isinstance(step, Safe):
        yield f"   - **safe**: {_filled(step.text)}. Undo: {_filled(step.undo)}."
        return
    yield f"   - **needs you**: {_filled(step.text)}"
    if step.commands:
        yield ""
        yield "     ```text"
        yield from (f"     {command.filled(PLACES).line}" for command in step.commands)
        yield "     ```"
        yield ""


def _filled(text: str) -> str:
    return text.format_map(PLACES)
