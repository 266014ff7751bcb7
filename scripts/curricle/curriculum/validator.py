"""Checks a curriculum by every rule and says which rules could not be applied.

Pure: documents in, verdict out. Reading files is `stages/reading.py`, showing the verdict is
`stages/validation_page.py`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from curricle.curriculum.graph import critical_path
from curricle.curriculum.rules import RULES
from curricle.curriculum.rules.rule import Hit, Subject
from curricle.curriculum.rules.shape import rule_of_violation
from curricle.curriculum.values import Curriculum
from curricle.findings import Finding, Severity
from curricle.jsontext import decode_text, find_lines
from curricle.printable import one_line
from curricle.schema import DocumentKind, check_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.curriculum.rules.rule import Rule
    from curricle.curriculum.topic_spec import TopicSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """The size of a curriculum whose prerequisites form a DAG."""

    nodes: int
    edges: int
    levels: int
    minutes: float
    critical_path_nodes: int
    critical_path_minutes: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the rules say of a curriculum."""

    findings: tuple[Finding, ...]
    """Errors first, then by line."""
    skipped: tuple[tuple[str, str], ...]
    """Rule ids that were not applied, with the reason."""
    curriculum: Curriculum | None
    """None when the document breaks its schema."""
    shape: Shape | None
    """None when the document breaks its schema or has a cycle."""

    @property
    def is_valid(self) -> bool:
        """Tell whether no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of findings of each severity."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity.value: counts[severity] for severity in Severity}


def validate_curriculum(
    document: Any, raw: bytes, *, spec: TopicSpec | None, line_counts: Mapping[str, int]
) -> Verdict:
    """Return the verdict on a parsed `curriculum.json` whose bytes are `raw`."""
    violations = check_document(DocumentKind.CURRICULUM, document)
    if violations:
        findings = [
            _finding(rule_of_violation(violation), Hit(violation.pointer, violation.message))
            for violation in violations
        ]
        why = "the document breaks its schema; mend that first"
        return Verdict(
            findings=_placed(findings, raw),
            skipped=tuple((rule.id, why) for rule in RULES if rule.check is not None),
            curriculum=None,
            shape=None,
        )
    curriculum = Curriculum.from_json(document)
    subject = Subject(curriculum=curriculum, raw=raw, spec=spec, line_counts=line_counts)
    findings = [
        _finding(rule, hit)
        for rule in RULES
        if rule.check is not None and (spec is not None or not rule.needs_spec)
        for hit in rule.check(subject)
    ]
    skipped = [
        (rule.id, "there is no ready inputs/topic_spec.json")
        for rule in RULES
        if spec is None and rule.needs_spec
    ]
    return Verdict(
        findings=_placed(findings, raw),
        skipped=tuple(skipped),
        curriculum=curriculum,
        shape=None if subject.cycles else _shape(subject),
    )


def _finding(rule: Rule, hit: Hit) -> Finding:
    return Finding(
        rule=rule.id,
        category=rule.category,
        severity=hit.severity or rule.severity,
        pointer=hit.pointer,
        message=one_line(hit.message),
        hint=rule.hint,
    )


def _placed(findings: Sequence[Finding], raw: bytes) -> tuple[Finding, ...]:
    if not findings:
        return ()
    lines = find_lines(decode_text(raw), [finding.pointer for finding in findings])
    placed = [replace(finding, line=lines[finding.pointer]) for finding in findings]
    weight = {severity: at for at, severity in enumerate(Severity)}
    return tuple(sorted(placed, key=lambda f: (weight[f.severity], f.line or 0, f.rule, f.pointer)))


def _shape(subject: Subject) -> Shape:
    minutes = [node.estimate_minutes for node in subject.curriculum.nodes]
    path, path_minutes = critical_path(subject.graph, subject.order, minutes)
    return Shape(
        nodes=len(minutes),
        edges=subject.graph.edge_count,
        levels=max(subject.levels) + 1,
        minutes=round(sum(minutes), 6),
        critical_path_nodes=len(path),
        critical_path_minutes=round(path_minutes, 6),
    )
