"""Cases, histories and quarantines as commands tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curricle.cli.output import table
from curricle.printable import counted

if TYPE_CHECKING:
    from curricle.cases.history import History, Reruns
    from curricle.cases.lookup import Case
    from curricle.cases.quarantines import Quarantine


def case_json(case: Case) -> dict[str, Any]:
    """Return a case as it stands in answers."""
    return {
        "case": case.case_id,
        "at": case.at,
        "state": case.state.value,
        "fingerprint": case.fingerprint,
        "bucket": case.bucket,
        "corrected_bucket": case.corrected_bucket,
        "corrections": case.corrections,
        "action": case.action,
        "lane": case.lane,
        "reason": case.reason,
        "repo": case.repo,
        "workflow": case.workflow,
        "job": case.job,
        "shard": case.shard,
        "attempt": case.attempt,
        "run_id": case.run_id,
        "commit_sha": case.commit_sha,
        "probes": [
            {"order": probe.order, "result": "passed" if probe.has_passed else "failed"}
            for probe in case.probes
        ],
        "closed_by": case.closed_by,
        "closed_why": case.closed_why,
    }


def history_json(found: History) -> dict[str, Any]:
    """Return what is on record of a fingerprint as it stands in answers."""
    return {
        "fingerprint": found.fingerprint,
        "cases": found.cases,
        "open_cases": found.open_cases,
        "first": case_json(found.first) if found.first else None,
        "last": case_json(found.last) if found.last else None,
        "latest": [case_json(case) for case in found.latest],
        "reruns": reruns_json(found.reruns),
        "shards": [
            {"shard": s.shard, "cases": s.cases, "fraction": s.fraction, "skewed": s.is_skewed}
            for s in found.shards
        ],
        "corrections": found.corrections,
        "quarantine": quarantine_json(found.quarantine),
        "passed_commits": found.passed_commits,
    }


def history_lines(found: History) -> list[str]:
    """Return what is on record of a fingerprint as lines."""
    rows = [["fingerprint", found.fingerprint]]
    rows.append(["cases", f"{found.cases}, {found.open_cases} open"])
    for label, case in (("first", found.first), ("last", found.last)):
        if case:
            rows.append([label, f"{case.at} at {case.commit_sha or 'an unknown commit'}"])
    if found.reruns.total:
        rows.append(["reruns", f"passed {rate_text(found.reruns)}"])
    rows += [
        ["shard", f"{s.shard}: {counted(s.cases, 'case')}{', more than its share' * s.is_skewed}"]
        for s in found.shards
    ]
    if found.passed_commits:
        rows.append(["before", f"passed on {counted(found.passed_commits, 'commit')} in a row"])
    rows.append(["quarantine", quarantine_text(found.quarantine)])
    rows += [["case", f"{case.case_id}  {case.at}  {case.state.value}"] for case in found.latest]
    return table(rows)


def rate_text(reruns: Reruns) -> str:
    """Return how many reruns passed, and the bounds of the rate."""
    return f"{reruns.passed}/{reruns.total} ({reruns.low:.0%} to {reruns.high:.0%})"


def reruns_json(reruns: Reruns) -> dict[str, Any]:
    """Return how reruns ended as it stands in answers."""
    return {
        "passed": reruns.passed,
        "total": reruns.total,
        "rate": reruns.rate,
        "low": reruns.low,
        "high": reruns.high,
    }


def quarantine_json(found: Quarantine | None) -> dict[str, Any] | None:
    """Return a quarantine as it stands in answers."""
    if found is None:
        return None
    return {
        "owner": found.owner,
        "until": str(found.until),
        "why": found.why,
        "expired": found.is_expired,
    }


def quarantine_text(found: Quarantine | None) -> str:
    """Return a quarantine in words."""
    if found is None:
        return "none"
    return f"{'expired' if found.is_expired else 'until'} {found.until}, {found.owner}"
