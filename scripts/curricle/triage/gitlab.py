"""What GitLab CI is told of a decision: variables for later jobs, a page, a code quality report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.printable import one_line
from curricle.triage.github import render_step_summary

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES_FILE: Final = "curricle-triage.env"
PAGE_FILE: Final = "curricle-triage.md"
QUALITY_FILE: Final = "gl-code-quality-report.json"
_LENGTH_MAX: Final = 400


def render_files(pack: Mapping[str, Any], case_id: str | None) -> Mapping[str, bytes]:
    """Return the files for the job's artifacts, by name."""
    return {
        VARIABLES_FILE: _variables(pack, case_id).encode(errors="backslashreplace"),
        PAGE_FILE: render_step_summary(pack, case_id).encode(errors="backslashreplace"),
        QUALITY_FILE: document_bytes(_quality(pack)),
    }


def _variables(pack: Mapping[str, Any], case_id: str | None) -> str:
    decision = pack["decision"]
    values = {
        "TRIAGE_BUCKET": pack["bucket"],
        "TRIAGE_FINGERPRINT": pack["fingerprint"],
        "TRIAGE_ACTION": decision["action"],
        "TRIAGE_LANE": decision["lane"],
        "TRIAGE_REASON": decision["reason"],
        "TRIAGE_RERUN_ELIGIBLE": "true" if pack["rerun_eligible"] else "false",
        "TRIAGE_CASE": case_id or "",
    }
    # GitLab expands `$` in such files when a later job uses them.
    return "".join(
        f"{name}={one_line(value, _LENGTH_MAX).replace('$', '')}\n"
        for name, value in values.items()
    )


def _quality(pack: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = one_line(pack["first_failure_line"] or pack["fingerprint"], _LENGTH_MAX)
    return [
        {
            "description": text,
            "check_name": f"{pack['bucket']}: {pack['decision']['action']}",
            "fingerprint": sha256_hex(f"{pack['fingerprint']}\0{file}".encode()),
            "severity": "minor" if pack["rerun_eligible"] else "major",
            "location": {"path": file, "lines": {"begin": 1}},
        }
        for file in pack["suspect_files"]
    ]
