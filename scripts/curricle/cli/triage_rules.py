"""`triage rules test|explain|stats` and `triage fingerprint explain`: why a case is what it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curricle.cli.output import table, write_answer, write_json, write_message
from curricle.cli.rules_option import load_rulebook, rules_option
from curricle.cli.triage_output import write_object, write_text
from curricle.errors import EXIT_FINDINGS, EXIT_OK
from curricle.printable import counted

if TYPE_CHECKING:
    from curricle.cli.settings import Settings

_json_option = click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
_PERCENT = "{:.0%}"


@click.group("rules")
def rules_group() -> None:
    """Check the bucket rules, explain them, show how they fare."""


@rules_group.command("test")
@click.option("--data", metavar="FILE", help="Logs with their bucket: a JSON object on each line.")
@rules_option
@_json_option
def test_rules(data: str | None, rules: str | None, as_json: bool) -> int:
    """Hold every rule against its own example, and all of them against logs with known buckets.

    A line of --data is {"id", "log", "bucket", "acceptable"?}. Exits with 1 when a rule misses its
    example, or a failure that is none of the code's is sent to the patch lane.
    """
    from curricle.triage.backtest import backtest, broken_examples
    from curricle.triage.judge import Judge

    book = load_rulebook(rules)
    broken = broken_examples(book)
    tested = backtest(Judge(book), Path(data)) if data else None
    if as_json:
        write_json(
            {
                "rules": len(book.rules),
                "broken": [{"rule": rule, "why": why} for rule, why in broken],
                "data": tested.to_json() if tested else None,
            }
        )
    else:
        lines = [f"{counted(len(book.rules), 'rule')}, {len(broken)} miss their own example"]
        lines += [f"{rule}: {why}" for rule, why in broken]
        lines += tested.lines() if tested else []
        write_answer("\n".join(lines))
    return EXIT_FINDINGS if broken or (tested and tested.sent_to_patch) else EXIT_OK


@rules_group.command("explain")
@click.option("--log", metavar="FILE|-", required=True, help="The log of the failed job.")
@rules_option
@_json_option
def explain(log: str, rules: str | None, as_json: bool) -> None:
    """Show every rule that holds for a log, where, and which one decides."""
    from curricle.evidence.environment import credentials_in
    from curricle.triage.explaining import explain_bucket
    from curricle.triage.judge import Judge
    from curricle.triage.log import judge_log

    judge = Judge(load_rulebook(rules), credentials_in(os.environ))
    judged, _ = judge_log(judge, log)
    told = explain_bucket(judged)
    if as_json:
        write_object(told.to_json())
    else:
        write_text("\n".join(told.lines()))


@rules_group.command("stats")
@rules_option
@_json_option
@click.pass_obj
def show_stats(settings: Settings, rules: str | None, as_json: bool) -> None:
    """Show how often each rule decided, how often a person said otherwise, what is due."""
    from curricle.triage.drift import find_drift

    session = settings.session(write_message)
    drift = find_drift(settings.runs_dir, load_rulebook(rules), session.clock().date())
    if as_json:
        write_json(drift.to_json())
        return
    rows = [["HITS", "OVERRIDDEN", "PRECISION", "REVIEW", "RULE"]]
    rows += [
        [
            str(row.hits),
            str(row.overridden),
            "-" if row.precision is None else _PERCENT.format(row.precision),
            f"overdue since {row.review_by}" if row.is_overdue else row.review_by or "-",
            row.rule,
        ]
        for row in drift.rows
    ]
    if drift.rows:
        write_answer("\n".join(table(rows)))
    else:
        write_answer("no case is on record that a rule decided")
    for count in drift.lanes:
        cases = counted(count.cases, "case")
        write_answer(f"{count.bucket} → {count.lane}: {cases}, {count.corrected} corrected")
    if drift.lanes:
        write_answer(f"{counted(drift.kept_from_patch, 'failure')} kept from a patch")
    for prompt in drift.prompts:
        write_answer(prompt)


@rules_group.command("reviewed")
@click.option("--why", metavar="TEXT", required=True, help="What was found.")
@rules_option
@_json_option
@click.pass_obj
def reviewed(settings: Settings, why: str, rules: str | None, as_json: bool) -> None:
    """Record that somebody looked at how the rules fare."""
    from curricle.cases.recording import record_review

    session = settings.session(write_message)
    digest = load_rulebook(rules).sha256
    record_review(
        settings.runs_dir,
        digest,
        why,
        now=session.clock(),
        actor=session.actor,
        command=session.command,
    )
    if as_json:
        write_json({"rules_sha256": digest, "why": why, "actor": session.actor})
    else:
        write_answer(f"recorded: {session.actor} looked at the rules")


@click.group("fingerprint")
def fingerprint_group() -> None:
    """Explain fingerprints."""


@fingerprint_group.command("explain")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@rules_option
@_json_option
@click.pass_obj
def explain_fingerprints(
    settings: Settings, first: str, second: str, rules: str | None, as_json: bool
) -> None:
    """Say why two failures are the same or not. A and B are logs, or cases on record."""
    from curricle.evidence.environment import credentials_in
    from curricle.triage.comparing import compare, side_of
    from curricle.triage.judge import Judge

    judge = Judge(load_rulebook(rules), credentials_in(os.environ))
    sides = [side_of(settings.runs_dir, judge, name) for name in (first, second)]
    told = compare(*sides)
    if as_json:
        write_object(told.to_json())
    else:
        write_text("\n".join(told.lines()))
