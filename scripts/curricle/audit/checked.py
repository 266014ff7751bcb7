"""What was checked in a run and what was skipped, from the reports among its objects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curricle.audit.told import Told, text_of, told
from curricle.layout import CURRICULUM, VALIDATION_REPORT, Stage
from curricle.runs.freshness import VALID
from curricle.runs.record import EVENT_STAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.audit.kept import Kept
    from curricle.audit.told import Sorted


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCount:
    """How often a rule was broken."""

    rule: str
    severity: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A rule that was not applied."""

    rule: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Check(Told):
    """One validation of the curriculum."""

    curriculum: str | None
    """Digest of what was checked."""
    valid: bool | None
    report: str | None
    """Digest of the report."""
    report_kept: bool
    """Whether the report can be read; where not, findings and skipped rules are not known."""
    findings: tuple[RuleCount, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """All validations of a run."""

    checks: tuple[Check, ...]
    job: str | None
    """The CI job that the run was begun in."""


def find_checks(entries: Sorted, kept: Kept) -> tuple[Check, ...]:
    """Return the validations of a journal, in their order."""
    checks = []
    for entry in entries.of(EVENT_STAGE):
        data = entry.data
        if data["stage"] != Stage.VALIDATED:
            continue
        digest = text_of(data["outputs"], VALIDATION_REPORT)
        report = kept.document(digest)
        valid = data["parameters"].get(VALID)
        checks.append(
            Check(
                **told(entry),
                curriculum=text_of(data["inputs"], CURRICULUM),
                valid=valid if isinstance(valid, bool) else None,
                report=digest,
                report_kept=report is not None,
                findings=_findings(report or {}),
                skipped=_skipped(report or {}),
            )
        )
    return tuple(checks)


def _findings(report: Mapping[str, Any]) -> tuple[RuleCount, ...]:
    counts = Counter(
        (str(found["rule"]), str(found["severity"]))
        for found in _objects(report, "findings")
        if "rule" in found and "severity" in found
    )
    return tuple(
        RuleCount(rule=rule, severity=severity, count=count)
        for (rule, severity), count in sorted(counts.items())
    )


def _skipped(report: Mapping[str, Any]) -> tuple[Skipped, ...]:
    return tuple(
        Skipped(rule=str(one.get("rule")), reason=str(one.get("reason")))
        for one in _objects(report, "skipped")
    )


def _objects(report: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = report.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
