"""The validation report as a Markdown page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curricle.findings import Severity
from curricle.layout import CURRICULUM
from curricle.printable import amount, counted
from curricle.stages.markdown import code, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.curriculum.validator import Verdict
    from curricle.findings import Finding

_HEADINGS = {
    Severity.ERROR: "Errors",
    Severity.WARNING: "Warnings",
    Severity.NOTE: "Notes",
}


def render_validation_page(verdict: Verdict, notes: Mapping[str, Any] | None) -> str:
    """Return `validation_report.md`."""
    return "\n".join([*_summary(verdict), *_findings(verdict), *_skipped(verdict), *_notes(notes)])


def _summary(verdict: Verdict) -> Iterator[str]:
    counts = verdict.counts
    yield "# Validation report"
    yield ""
    yield f"**{'Valid' if verdict.is_valid else 'Not valid'}**: " + ", ".join(
        counted(counts[severity.value], severity.value) for severity in Severity
    )
    if shape := verdict.shape:
        yield ""
        yield (
            f"{counted(shape.nodes, 'node')}, {counted(shape.edges, 'edge')} on"
            f" {counted(shape.levels, 'level')}, {amount(shape.minutes / 60)} hours;"
            f" the critical path has {counted(shape.critical_path_nodes, 'node')} and takes"
            f" {amount(shape.critical_path_minutes / 60)} hours."
        )
    yield ""


def _findings(verdict: Verdict) -> Iterator[str]:
    for severity in Severity:
        found = [finding for finding in verdict.findings if finding.severity is severity]
        if found:
            yield f"## {_HEADINGS[severity]}"
            yield ""
            for finding in found:
                yield from _finding(finding)
            yield ""


def _finding(finding: Finding) -> Iterator[str]:
    where = f"`{CURRICULUM.rpartition('/')[2]}` line {finding.line}, {code(finding.pointer or '/')}"
    yield f"- **{finding.rule}** ({where}): {plain(finding.message)}"
    yield f"  - {plain(finding.hint)}"


def _skipped(verdict: Verdict) -> Iterator[str]:
    if verdict.skipped:
        yield "## Rules not applied"
        yield ""
        for rule, reason in verdict.skipped:
            yield f"- {rule}: {plain(reason)}"
        yield ""


def _notes(notes: Mapping[str, Any] | None) -> Iterator[str]:
    if not notes:
        return
    yield "## How the curriculum was made"
    yield ""
    lines = [
        *(
            f"- merged: {plain(m['title'])}{_line(m)} into {plain(m['into'])}: {plain(m['reason'])}"
            for m in notes["merged"]
        ),
        *(_dropped("left out", part) for part in notes["left_out"]),
        *(_dropped("left for later", part) for part in notes["optional"]),
        *(
            f"- cycle broken: {' → '.join(map(plain, c['cycle']))}: without"
            f" {plain(c['removed']['before'])} → {plain(c['removed']['after'])}:"
            f" {plain(c['reason'])}"
            for c in notes["cycles_broken"]
        ),
        *(f"- assumed: {plain(text)}" for text in notes["assumptions"]),
    ]
    yield from lines or ["- nothing was merged, left out or assumed"]
    yield ""


def _dropped(how: str, part: Mapping[str, Any]) -> str:
    return f"- {how}: {plain(part['title'])}{_line(part)}: {plain(part['reason'])}"


def _line(part: Mapping[str, Any]) -> str:
    return f" (line {part['line']})" if part["line"] else ""
