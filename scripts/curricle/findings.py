"""What one check found: a rule, a place and a sentence that names the facts.

Who checks: `curriculum/rules`. Who shows findings: `stages/validation_page.py` and
`export/findings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs; the words are SARIF's levels."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Category(StrEnum):
    """Which kind of rule a finding comes from."""

    SCHEMA = "schema"
    DAG = "dag"
    EVIDENCE = "evidence"
    QUALITY = "quality"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing a check found."""

    rule: str
    """Stable id such as `dag.cycle`."""
    category: Category
    severity: Severity
    pointer: str
    """JSON pointer into the document; empty for the whole document."""
    message: str
    hint: str
    line: int | None = None
    """1-based line of the document where the pointer leads, once it was looked up."""

    def to_json(self) -> dict[str, object]:
        """Return the finding as it stands in reports."""
        return {
            "rule": self.rule,
            "category": self.category.value,
            "severity": self.severity.value,
            "pointer": self.pointer,
            "line": self.line,
            "message": self.message,
            "hint": self.hint,
        }
