"""The validation report as a Markdown page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curricle.findings import Severity
from curricle.layout import CURRICULUM
from curricle.stages.markdown import plain

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
        f"{counts[severity.value]} {_HEADINGS[severity].lower()}" for severity in Severity
    )
    if shape := verdict.shape:
        yield ""
        yield (
            f"{shape.nodes} nodes, {shape.edges} edges on {shape.levels} levels,"
            f" {shape.minutes / 60:g} hours; the longest chain has {shape.critical_path_nodes}"
            f" nodes and takes {shape.critical_path_minutes / 60:g} hours."
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
    where = f"`{CURRICULUM.rpartition('/')[2]}` line {finding.line}, `{finding.pointer or '/'}`"
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
            f"- merged: {plain(m['title'])}{_line(m)} into {plain(m['into'])}, because it"
            f" {plain(m['reason'])}"
            for m in notes["merged"]
        ),
        *(f"- left out: {plain(p['title'])}{_line(p)} {p['reason']}" for p in notes["left_out"]),
        *(
            f"- left for later: {plain(p['title'])}{_line(p)}, because {plain(p['reason'])}"
            for p in notes["optional"]
        ),
        *(
            f"- circle broken: {' → '.join(map(plain, c['cycle']))}: left out"
            f" {plain(c['removed']['before'])} → {plain(c['removed']['after'])}, because"
            f" {plain(c['reason'])}"
            for c in notes["cycles_broken"]
        ),
        *(f"- assumed: {plain(text)}" for text in notes["assumptions"]),
    ]
    yield from lines or ["- nothing was merged, left out or assumed"]
    yield ""


def _line(part: Mapping[str, Any]) -> str:
    return f" (line {part['line']})" if part["line"] else ""
