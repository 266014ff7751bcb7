from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from casebook import BY, NOW, at, entries, fail
from curricle.cases.exporting import export_cases
from curricle.cases.lanes import LaneCount, lane_counts
from curricle.cases.merging import merge_cases
from curricle.cases.recording import record_correction, record_review
from curricle.cases.reviews import since_review
from curricle.errors import InvalidArgumentError
from curricle.failures.bucket import Bucket
from curricle.failures.rule_file import load_rules
from curricle.triage.drift import REVIEW_CASES, REVIEW_DAYS, find_drift

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "c" * 64


def review(runs_dir: Path, minutes: float) -> None:
    record_review(runs_dir, DIGEST, "all is well", now=at(minutes), **BY)


def test_cases_are_counted_since_somebody_last_looked(tmp_path: Path) -> None:
    fail(tmp_path, 0, run_id="1")
    assert (since_review(tmp_path).last, since_review(tmp_path).cases) == (None, 1)
    review(tmp_path, 1)
    fail(tmp_path, 2, run_id="2")
    since = since_review(tmp_path)
    assert since.last is not None
    assert (since.last.at, since.last.actor, since.last.why) == (at(1), "ci", "all is well")
    assert (since.last.rules_sha256, since.cases) == (DIGEST, 1)


def test_a_review_needs_a_digest_and_a_reason(tmp_path: Path) -> None:
    for digest, why in (("abc", "all is well"), (DIGEST, "")):
        with pytest.raises(InvalidArgumentError):
            record_review(tmp_path, digest, why, now=NOW, **BY)
    assert not (tmp_path / "ledger.jsonl").exists()


def test_a_review_goes_to_another_machine_with_the_cases(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    fail(one)
    review(one, 1)
    export_cases(one, tmp_path / "cases.jsonl")
    merge_cases(other, tmp_path / "cases.jsonl", now=at(60), actor="me", command="merge")
    last = since_review(other).last
    assert last is not None
    assert (last.at, last.actor) == (at(1), "ci")
    assert [entry["event"] for entry in entries(other)] == ["case_failed", "rules_reviewed"]


def test_lanes_are_counted_and_what_people_said_last_of_their_cases(tmp_path: Path) -> None:
    first = fail(tmp_path, 0, run_id="1").case_id
    second = fail(tmp_path, 1, run_id="2").case_id
    fail(tmp_path, 2, run_id="3")
    for minutes, case, bucket in (
        (3, first, Bucket.CODE_REGRESSION),
        (4, first, Bucket.FLAKY_TEST),
        (5, second, Bucket.INFRA_FAULT),
    ):
        record_correction(tmp_path, case, bucket, "looked", now=at(minutes), **BY)
    counted = LaneCount(bucket="flaky_test", lane="rerun", cases=3, corrected=1)
    assert lane_counts(tmp_path) == (counted,)


@pytest.mark.capability("T27")
def test_a_look_at_the_rules_is_asked_for_when_it_is_long_ago(tmp_path: Path) -> None:
    book = load_rules()
    review(tmp_path, 0)
    fail(tmp_path, 1)
    soon = find_drift(tmp_path, book, NOW.date() + timedelta(days=REVIEW_DAYS))
    late = find_drift(tmp_path, book, NOW.date() + timedelta(days=REVIEW_DAYS + 1))
    assert soon.prompts == ()
    (prompt,) = late.prompts
    assert prompt == (
        "1 case since 2026-03-01: look at how the rules fare, then record it with"
        " `triage rules reviewed --why TEXT`"
    )
    assert (late.kept_from_patch, late.cases_since_review) == (1, 1)


def test_a_look_at_the_rules_is_asked_for_after_many_cases(tmp_path: Path) -> None:
    for number in range(REVIEW_CASES):
        fail(tmp_path, number, run_id=str(number))
    drift = find_drift(tmp_path, load_rules(), NOW.date())
    assert len(drift.prompts) == 1
    assert drift.prompts[0].startswith(f"{REVIEW_CASES} cases and nobody ever looked: ")


def test_what_people_often_contradict_is_named(tmp_path: Path) -> None:
    for number in range(4):
        case = fail(tmp_path, number, run_id=str(number)).case_id
        bucket = Bucket.CODE_REGRESSION if number else Bucket.FLAKY_TEST
        record_correction(tmp_path, case, bucket, "looked", now=at(10 + number), **BY)
    drift = find_drift(tmp_path, load_rules(), NOW.date())
    assert drift.prompts == (
        "look at junit:timeout: people often say otherwise",
        "look at log:retry: people often say otherwise",
    )
    assert [(row.rule, row.hits, row.overridden, row.precision) for row in drift.rows] == [
        ("junit:timeout", 4, 3, 0.25),
        ("log:retry", 4, 3, 0.25),
    ]


def test_a_rule_whose_day_is_over_is_due(tmp_path: Path) -> None:
    book = load_rules()
    shipped = [rule for rule in book.rules if rule.review_by == "2027-05-21"]
    drift = find_drift(tmp_path, book, NOW.date().replace(year=2028))
    assert len(drift.overdue) == len(shipped)
    assert drift.prompts == (f"{len(shipped)} rules are due for review",)
