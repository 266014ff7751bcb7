"""The page of a bundle: what happened, what was tried, what is to be decided; read in a minute."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from curricle.errors import error_types
from curricle.fsio import read_file
from curricle.printable import counted, one_line, printable
from curricle.resources import template_path
from curricle.runs.telling import tell_entry
from curricle.stages.markdown import code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curricle.recovery.case import EscalationCase

_JOURNAL_LINES: Final = 12
_BACKTICKS: Final = re.compile("`{3,}")
_NOT_RECORDED: Final = "not recorded"


def render_report(case: EscalationCase, *, members: Sequence[str]) -> str:
    """Return the page; `members` are the names of all there is in the bundle.

    Texts stand in code as they are: what is masked afterwards must not be disguised by escapes.
    """
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 - no HTML
    environment.filters |= {"code": code, "block": _block}
    template = environment.from_string(read_file(template_path("escalation/report.md.j2")).decode())
    return template.render(_facts(case), members=members) + "\n"


def _facts(case: EscalationCase) -> dict[str, Any]:
    situation, diagnosis, pack = case.situation, case.diagnosis, case.pack
    record = situation.inspection.state.record if situation.inspection else None
    entry = case.failure_entry or next(iter(reversed(situation.chain.entries)), None)
    path = case.path
    return {
        "code": diagnosis.code if diagnosis else "no failure",
        "headline": path.meaning if path else "the run was handed over as it is",
        "summary": _summary(case),
        "run_id": situation.run_dir.name,
        "name": record.name if record else "",
        "stage": situation.inspection.stage.value if situation.inspection else "no known stage",
        "command": entry.command if entry else _NOT_RECORDED,
        "actor": entry.actor if entry else _NOT_RECORDED,
        "at": entry.at if entry else _NOT_RECORDED,
        "exit_status": _exit_statuses().get(diagnosis.code, 0) if diagnosis else 0,
        "bucket": pack.bucket.value,
        "lane": pack.decision.lane.value,
        "fingerprint": pack.fingerprint,
        "path": f"{path.path}{f' (path {path.letter})' if path.letter else ''}" if path else "none",
        "owner": case.owner or "nobody in particular",
        "error": diagnosis.message if diagnosis else "nothing failed",
        "details": _details(case),
        "attempts": case.attempts,
        "open": list(case.open_items()),
        "artifacts": case.artifacts,
        "environment": case.environment,
        "settings": [
            (k, v) for k, v in case.environment.get("settings", {}).items() if v is not None
        ],
        "journal": "\n".join(map(tell_entry, situation.chain.entries[-_JOURNAL_LINES:])) or "empty",
    }


def _summary(case: EscalationCase) -> str:
    if case.diagnosis is None:
        return "Nothing is wrong with the run; somebody wanted it looked at."
    tried = len(case.attempts)
    paths = counted(tried, "path of the runbook", "paths of the runbook")
    walks = f"The program went down {paths}" if tried else "The program tried nothing yet"
    last = case.attempts[-1].reason if tried else ""
    reason = f", and stopped: {one_line(last)}" if last else ""
    return f"{walks}{reason}. The steps that are left stand under What remains to be decided."


def _details(case: EscalationCase) -> str:
    if case.diagnosis is None or not case.diagnosis.details:
        return ""
    return json.dumps(case.diagnosis.details, indent=2, sort_keys=True, ensure_ascii=False)


def _exit_statuses() -> dict[str, int]:
    return {error.code: error.exit_status for error in error_types()}


def _block(text: str, language: str) -> str:
    """Return a fenced block that no text inside can end."""
    longest = max((len(found) for found in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{printable(text)}\n{fence}"
