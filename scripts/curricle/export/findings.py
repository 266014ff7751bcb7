"""Findings for other programs: SARIF for code scanning, workflow commands for GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from curricle import __version__
from curricle.curriculum.rules import RULES
from curricle.findings import Severity
from curricle.layout import CURRICULUM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from curricle.findings import Finding

_COMMANDS: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


def findings_sarif(findings: Iterable[Finding], run_path: str) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log; `run_path` is the run's folder as the repository names it."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "curricle",
                        "version": __version__,
                        "rules": [
                            {
                                "id": rule.id,
                                "shortDescription": {"text": rule.summary},
                                "help": {"text": rule.hint},
                                "defaultConfiguration": {"level": rule.severity.value},
                                "properties": {"category": rule.category.value},
                            }
                            for rule in RULES
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, run_path) for finding in findings],
            }
        ],
    }


def findings_github(findings: Iterable[Finding], run_path: str) -> str:
    """Return one workflow command a finding, encoded so that no text can start another."""
    lines = []
    for finding in findings:
        properties = {
            "file": f"{run_path}/{CURRICULUM}",
            "line": str(finding.line or 1),
            "title": finding.rule,
        }
        written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        text = _message(f"{finding.message} ({finding.hint})")
        lines.append(f"::{_COMMANDS[finding.severity]} {written}::{text}")
    return "\n".join(lines)


def _result(finding: Finding, run_path: str) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "level": finding.severity.value,
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(f"{run_path}/{CURRICULUM}")},
                    "region": {"startLine": finding.line or 1},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.pointer or "/"}],
            }
        ],
    }


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
