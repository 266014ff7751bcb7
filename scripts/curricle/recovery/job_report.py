"""The page of a case's bundle: what failed, what it is taken for, what is to be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.cases.events import CASE_CLOSED, CASE_CORRECTED, CASE_FAILED, CASE_PROBED
from curricle.cases.places import PACKS
from curricle.failures.bucket import Lane
from curricle.fsio import read_file
from curricle.printable import counted
from curricle.resources import template_path
from curricle.stages.markdown import code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from curricle.cases.history import History
    from curricle.recovery.job_case import Happening, JobCase

_SHOWN_MAX: Final = 20
_MEANING: Final[Mapping[Lane, str]] = {
    Lane.PATCH: "The failure is taken for a fault of the code: a focused patch is wanted",
    Lane.RERUN: "The failure is taken for chance: the same commit may run once more",
    Lane.COOLDOWN: "The failure is taken for a fault outside the code: a pause, then a rerun",
    Lane.ESCALATE: "The program does nothing more about this failure by itself",
}


def render_job_report(found: JobCase, *, members: Sequence[str]) -> str:
    """Return the page; `members` are the names of all there is in the bundle.

    A pack from elsewhere may hold anything: what is not of the expected form is left out. No text
    is cut, since half a secret is not known for one any more.
    """
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 - no HTML
    environment.filters |= {"code": code, "happening": _tell}
    template = environment.from_string(read_file(template_path("escalation/case.md.j2")).decode())
    return template.render(_facts(found), members=members) + "\n"


def _facts(found: JobCase) -> dict[str, Any]:
    case, pack = found.case, found.pack
    links = pack.get("links")
    digits = case.case_id.rpartition("-")[2]
    return {
        "case": case,
        "bucket": found.bucket,
        "meaning": _MEANING[Lane(case.lane)],
        "facts": list(_job_facts(found)),
        "pack_path": f"{PACKS}/{digits[:2]}/{case.case_id}.json",
        "link": _text(links.get("run")) if isinstance(links, dict) else "",
        "owner": found.owner or "nobody in particular",
        "first_line": _text(pack.get("first_failure_line")),
        "first_line_number": pack.get("first_failure_line_number"),
        "lists": [
            (title, texts[:_SHOWN_MAX], len(texts) - _SHOWN_MAX)
            for title, texts in _lists(pack)
            if texts
        ],
        "past": list(_past(found.history, found.earlier_cases)),
        "others": [c for c in found.history.latest if c.case_id != case.case_id],
        "quarantine": found.history.quarantine,
        "happenings": found.happenings,
        "open": list(found.open_items()),
    }


def _job_facts(found: JobCase) -> Iterator[tuple[str, str]]:
    """Yield where it failed, as label and text."""
    case = found.case
    yield "repository", case.repo or ""
    yield "workflow", case.workflow or ""
    yield "job", case.job or ""
    yield "shard", case.shard or ""
    yield "attempt", "" if case.attempt is None else str(case.attempt)
    yield "run", case.run_id or ""
    yield "commit", case.commit_sha or ""


def _lists(pack: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield "Failing tests", _texts(pack.get("failing_tests"))
    yield "Suspect files", _texts(pack.get("suspect_files"))
    evidence = pack.get("evidence")
    rows = [one for one in evidence if isinstance(one, dict)] if isinstance(evidence, list) else []
    rules = [f"{row.get('rule')}, line {row.get('line')}: {row.get('text')}" for row in rows]
    yield "What the bucket rests on", rules
    yield "Notes", _texts(pack.get("notes"))


def _past(history: History, earlier: int) -> Iterator[str]:
    """Yield what the ledger says of the fingerprint, a sentence each."""
    later = history.cases - earlier - 1
    yield (
        f"{counted(earlier, 'case')} before this one, {later} since; {history.open_cases} open in"
        " all"
    )
    if history.first is not None and earlier:
        commit = history.first.commit_sha
        yield f"first seen {history.first.at}" + (f", at commit {commit}" if commit else "")
    if history.passed_commits:
        streak = counted(history.passed_commits, "commit")
        yield f"the job had passed on {streak} in a row before the first"
    reruns = history.reruns
    if reruns.total:
        yield (
            f"{reruns.passed} of {counted(reruns.total, 'rerun')} passed"
            f" ({reruns.low:.0%} to {reruns.high:.0%})"
        )
    for share in history.shards:
        if share.is_skewed:
            yield f"shard {share.shard} has {counted(share.cases, 'case')}, more than its share"


def _tell(happening: Happening) -> str:
    return TELLERS[happening.event](happening.data)


def _failed(data: Mapping[str, Any]) -> str:
    return f"recorded as {data['bucket']}, {data['action']}: {data['reason']}"


def _corrected(data: Mapping[str, Any]) -> str:
    if data["bucket"] == data["from"]:
        return f"{data['bucket']} confirmed: {data['why']}"
    return f"{data['from']} corrected to {data['bucket']}: {data['why']}"


def _probed(data: Mapping[str, Any]) -> str:
    return f"probe {data['result']}: {data['order']}"


def _closed(data: Mapping[str, Any]) -> str:
    return f"closed by {data['by']}: {data['why']}"


TELLERS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    CASE_FAILED: _failed,
    CASE_CORRECTED: _corrected,
    CASE_PROBED: _probed,
    CASE_CLOSED: _closed,
}
"""Event that names a case to what says it in words."""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
