from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import BY, FAILURE, FINGERPRINT, JOB, NOW, at, fail, passed
from curricle.cases.flakes import flaky
from curricle.cases.history import Reruns, history
from curricle.cases.intervals import wilson_interval
from curricle.cases.lookup import CaseState, find_case
from curricle.cases.quarantines import Quarantine
from curricle.cases.recording import record_closing, record_correction, record_quarantine
from curricle.cases.recurrence import (
    recent_failures,
    retries_used,
    same_fingerprint_count,
)
from curricle.cases.reruns import Outcome, rerun_results
from curricle.cases.rule_stats import RuleStats, stats
from curricle.cases.skew import binomial_tail, shard_shares
from curricle.cases.streaks import passed_streak
from curricle.errors import CaseNotFoundError, InvalidArgumentError
from curricle.failures.bucket import Bucket, Lane

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "test_failure:tests/test_cake.py@ba9876543210"


def other(**changes: object) -> dict[str, object]:
    return {"failure": replace(FAILURE, fingerprint=OTHER, **changes)}


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate_and_lies_in_0_to_1(case: tuple[int, int]) -> None:
    passed_count, total = case
    low, high = wilson_interval(passed_count, total)
    assert 0 <= low <= passed_count / total <= high <= 1
    assert low < high
    mirrored = wilson_interval(total - passed_count, total)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(st.integers(0, 200), st.integers(1, 200))
def test_more_tries_of_the_same_rate_make_the_interval_narrower(few: int, times: int) -> None:
    total = few + 3
    low, high = wilson_interval(few, total)
    lower, higher = wilson_interval(few * (times + 1), total * (times + 1))
    assert higher - lower < high - low


def test_the_interval_has_the_values_of_the_literature() -> None:
    # Newcombe, Stat. Med. 17 (1998) 857-872, table I, method 3.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("share", [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_has_no_interval(share: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson_interval(*share)


@given(st.integers(1, 120), st.integers(0, 121), st.integers(2, 20))
def test_the_tail_is_the_exact_sum(tries: int, least: int, shards: int) -> None:
    chance = Fraction(1, shards)
    exact = sum(
        comb(tries, k) * chance**k * (1 - chance) ** (tries - k)
        for k in range(min(least, tries + 1), tries + 1)
    )
    if least <= tries:
        assert binomial_tail(least, tries, 1 / shards) == pytest.approx(float(exact), rel=1e-9)


def test_a_shard_with_more_than_chance_explains_is_skewed_and_others_are_not() -> None:
    shares = shard_shares({"1/5": 1, "2/5": 8, "1/2": 3, "1/1": 9})
    assert [(s.shard, s.is_skewed) for s in shares] == [
        ("1/1", False),
        ("2/5", True),
        ("1/2", False),
        ("1/5", False),
    ]
    assert shares[1].fraction == pytest.approx(8 / 9)


def outcome(
    number: int, run: str = "7", attempt: int | None = None, fingerprint: object = "f"
) -> Outcome:
    return Outcome(
        number=number,
        at=abs(number),
        tie=0,
        run=run,
        attempt=attempt,
        fingerprint=fingerprint,
        is_pass=number < 0,
    )


RERUNS = {
    "a failure alone was not rerun": ([outcome(1)], {}),
    "a pass after it is a rerun": ([outcome(1), outcome(-2, fingerprint=None)], {1: True}),
    "in another run too": ([outcome(1), outcome(-2, "8", fingerprint=None)], {1: True}),
    "a pass before it is none": ([outcome(-1, fingerprint=None), outcome(2)], {}),
    "the same again is a rerun that failed": ([outcome(1, "7", 1), outcome(2, "7", 2)], {1: False}),
    "two failures of one attempt": (
        [outcome(1, "7", 1), outcome(2, "7", 1), outcome(-3, "7", 2, None)],
        {1: True, 2: True},
    ),
    "attempts recorded late": (
        [outcome(9, "7", 1), outcome(-2, "7", 2, None)],
        {9: True},
    ),
    "a pass that names one of two": (
        [outcome(1, "7", 1), outcome(2, "7", 1, "g"), outcome(-3, "7", 2, "g")],
        {2: True},
    ),
    "a pass that names an earlier one": (
        [outcome(1, "7", 1), outcome(2, "7", 2, "g"), outcome(-3, "7", 3, "f")],
        {1: True},
    ),
    "a pass that names what is not on record": ([outcome(-3, fingerprint="f")], {-3: True}),
    "nothing known": (
        [outcome(1, ""), outcome(2, ""), outcome(-3, "", None, None)],
        {1: False, 2: True},
    ),
}


@pytest.mark.parametrize("kind", RERUNS)
def test_the_attempt_after_a_failed_one_is_its_rerun(kind: str) -> None:
    outcomes, results = RERUNS[kind]
    assert rerun_results(outcomes) == results
    assert rerun_results(reversed(outcomes)) == results


def test_a_streak_ends_at_a_commit_that_did_not_pass_in_every_shard() -> None:
    assert passed_streak([]) == 0
    assert passed_streak([(1, "", True), (1, "", False), (2, "", True), (3, "", False)]) == 2
    assert passed_streak([(1, "1/2", True), (2, "", True), (1, "2/2", False)]) == 0


def test_a_history_tells_how_often_since_when_and_where(tmp_path: Path) -> None:
    ids = [
        fail(tmp_path, n, run_id=str(n), commit_sha=f"{n}" * 40, shard=f"{1 + (n == 0)}/9").case_id
        for n in range(5)
    ]
    fail(tmp_path, 9, run_id="other", **other())
    found = history(tmp_path, FINGERPRINT[:30], now=NOW, latest=2)
    assert (found.fingerprint, found.cases, found.open_cases) == (FINGERPRINT, 5, 5)
    assert found.first == find_case(tmp_path, ids[0])
    assert found.last == find_case(tmp_path, ids[4])
    assert [case.case_id for case in found.latest] == [ids[4], ids[3]]
    assert found.first is not None
    assert found.first.commit_sha == "0" * 40
    assert [(s.shard, s.cases, s.is_skewed) for s in found.shards] == [
        ("1/9", 4, True),
        ("2/9", 1, False),
    ]
    assert found.reruns == Reruns(passed=0, total=0, low=0.0, high=1.0)
    assert (found.reruns.rate, found.quarantine, found.passed_commits) == (None, None, 0)


def test_a_history_counts_reruns_corrections_and_what_is_closed(tmp_path: Path) -> None:
    ids = [fail(tmp_path, n, run_id=str(n), commit_sha=f"{n}" * 40).case_id for n in range(4)]
    for n in (0, 1):
        passed(tmp_path, 10 + n, run_id=str(n), commit_sha=f"{n}" * 40, attempt=2)
    fail(tmp_path, 12, run_id="2", commit_sha="2" * 40, attempt=2)
    record_correction(tmp_path, ids[0], Bucket.UNKNOWN, "why", now=at(20), **BY)
    record_closing(tmp_path, ids[0], by="person", why="mended", now=at(21), **BY)
    found = history(tmp_path, FINGERPRINT, now=NOW)
    assert (found.cases, found.open_cases, found.corrections) == (5, 4, 1)
    assert (found.reruns.passed, found.reruns.total) == (2, 3)
    assert (found.reruns.low, found.reruns.high) == wilson_interval(2, 3)
    states = {case.case_id: case.state for case in found.latest}
    assert [states[case_id] for case_id in ids] == [
        CaseState.CLOSED,
        CaseState.PASSED_ON_RERUN,
        CaseState.OPEN,
        CaseState.OPEN,
    ]


def test_another_shard_commit_or_job_is_no_rerun(tmp_path: Path) -> None:
    fail(tmp_path)
    for place in ({"shard": "1/5"}, {"commit_sha": "b" * 40}, {"job": "lint"}, {"repo": None}):
        passed(tmp_path, 1, attempt=2, **place)
    assert history(tmp_path, FINGERPRINT, now=NOW).reruns.total == 0


@pytest.mark.parametrize("unknown", ["commit_sha", "job"])
def test_where_commit_or_job_is_not_known_only_a_pass_that_names_it_is_a_rerun(
    unknown: str, tmp_path: Path
) -> None:
    fail(tmp_path, **{unknown: None})
    passed(tmp_path, 1, attempt=2, **{unknown: None})
    assert history(tmp_path, FINGERPRINT, now=NOW).reruns.total == 0
    passed(tmp_path, 2, FINGERPRINT, attempt=3, **{unknown: None})
    found = history(tmp_path, FINGERPRINT, now=NOW).reruns
    assert (found.passed, found.total) == (1, 1)


def test_a_history_tells_on_how_many_commits_the_job_passed_before(tmp_path: Path) -> None:
    fail(tmp_path, 0, run_id="0", commit_sha="0" * 40, **other())
    for n in range(1, 4):
        passed(tmp_path, n, run_id=str(n), commit_sha=f"{n}" * 40)
    fail(tmp_path, 4, run_id="4", commit_sha="4" * 40, **other())
    passed(tmp_path, 5, run_id="4", commit_sha="4" * 40, attempt=2)
    passed(tmp_path, 6, commit_sha="c" * 40, job="lint")
    passed(tmp_path, 7, run_id="9", commit_sha="9" * 40, shard="1/5")
    fail(tmp_path, 8, run_id="9", commit_sha="9" * 40)
    passed(tmp_path, 9, commit_sha="d" * 40)
    assert history(tmp_path, FINGERPRINT, now=NOW).passed_commits == 4


def quarantine(runs_dir: Path, minutes: int, fingerprint: str, owner: str, until: date) -> None:
    record_quarantine(runs_dir, fingerprint, owner=owner, until=until, now=at(minutes), **BY)


def test_the_last_quarantine_holds_until_the_end_of_its_last_day(tmp_path: Path) -> None:
    quarantine(tmp_path, 0, FINGERPRINT, "ann", date(2026, 3, 9))
    quarantine(tmp_path, 1, FINGERPRINT, "bob", date(2026, 3, 5))
    last_moment = datetime(2026, 3, 5, 23, 59, 59, tzinfo=UTC)
    found = history(tmp_path, FINGERPRINT, now=last_moment)
    assert (found.cases, found.first, found.last, found.latest) == (0, None, None, ())
    assert found.quarantine == Quarantine(
        owner="bob", until=date(2026, 3, 5), why=None, is_expired=False
    )
    after = history(tmp_path, FINGERPRINT, now=last_moment + timedelta(seconds=1))
    assert after.quarantine is not None
    assert after.quarantine.is_expired


def test_a_fingerprint_must_be_named_so_that_it_is_one(tmp_path: Path) -> None:
    fail(tmp_path)
    fail(tmp_path, **other())
    with pytest.raises(InvalidArgumentError, match="could be any of several fingerprints"):
        history(tmp_path, "test_failure:", now=NOW)
    with pytest.raises(CaseNotFoundError) as caught:
        history(tmp_path, "build_failure:", now=NOW)
    assert (caught.value.code, caught.value.exit_status) == ("case_not_found", 3)
    for name in ("", "\udce9"):
        with pytest.raises(InvalidArgumentError):
            history(tmp_path, name, now=NOW)


def test_chronic_flakes_have_three_cases_and_a_pass_on_rerun(tmp_path: Path) -> None:
    for n in range(3):
        fail(tmp_path, n, run_id=str(n), commit_sha=f"{n}" * 40)
        fail(tmp_path, n, run_id=str(n), commit_sha=f"{n}" * 40, job="b", **other())
    assert flaky(tmp_path, now=NOW) == ()
    passed(tmp_path, 9, run_id="1", commit_sha="1" * 40, attempt=2)
    quarantine(tmp_path, 9, FINGERPRINT, "ann", date(2026, 4, 1))
    (flake,) = flaky(tmp_path, now=NOW)
    assert (flake.fingerprint, flake.cases) == (FINGERPRINT, 3)
    assert (flake.reruns.passed, flake.reruns.total, flake.reruns.rate) == (1, 1, 1.0)
    assert (flake.reruns.low, flake.reruns.high) == wilson_interval(1, 1)
    assert flake.quarantine is not None
    for n in range(3):
        passed(tmp_path, 10, run_id=str(n), commit_sha=f"{n}" * 40, job="b", attempt=2)
    fail(tmp_path, 11, run_id="11", job="b", **other())
    assert [flake.fingerprint for flake in flaky(tmp_path, now=NOW)] == [OTHER, FINGERPRINT]


def test_the_same_fingerprint_is_counted_from_a_moment_on(tmp_path: Path) -> None:
    for n in range(3):
        fail(tmp_path, n, run_id=str(n))
    fail(tmp_path, 3, **other())
    counts = [same_fingerprint_count(tmp_path, FINGERPRINT, since=at(m)) for m in (0, 1, 2.5)]
    assert counts == [3, 2, 0]
    assert same_fingerprint_count(tmp_path, "unheard of", since=at(0)) == 0


def used(runs_dir: Path, **changes: object) -> int:
    place = {**JOB.to_json(), **changes}
    del place["shard"]
    if "run_id" not in changes:
        del place["run_id"], place["attempt"]
    return retries_used(runs_dir, FINGERPRINT, **place)


def test_retries_are_counted_by_attempts_whose_decision_was_to_rerun(tmp_path: Path) -> None:
    assert used(tmp_path) == 0
    fail(tmp_path, 0)
    fail(tmp_path, 0, shard="3/5")
    assert used(tmp_path) == 1
    assert used(tmp_path, run_id="77", attempt=1) == 0
    cooldown = replace(FAILURE, lane=Lane.COOLDOWN)
    fail(tmp_path, 1, attempt=2, failure=cooldown)
    assert used(tmp_path) == 2
    assert used(tmp_path, run_id="77", attempt=3) == 2
    fail(tmp_path, 2, attempt=3, failure=replace(FAILURE, lane=Lane.ESCALATE))
    fail(tmp_path, 2, attempt=3, **other())
    assert used(tmp_path) == 2
    for change in ({"commit_sha": "b" * 40}, {"job": "x"}, {"repo": "x"}, {"workflow": None}):
        assert used(tmp_path, **change) == 0


def test_retries_on_unknown_commits_count_together(tmp_path: Path) -> None:
    for n in range(2):
        fail(tmp_path, n, run_id=None, attempt=None, commit_sha=None)
    fail(tmp_path, 2)
    assert used(tmp_path, commit_sha=None) == 2


def test_recent_failures_come_newest_first(tmp_path: Path) -> None:
    fail(tmp_path, 0)
    fail(tmp_path, 1, repo=None, **other(bucket=Bucket.INFRA_FAULT))
    passed(tmp_path, 2)
    newest, oldest = recent_failures(tmp_path, 9)
    assert recent_failures(tmp_path, 1) == (newest,)
    assert (newest.fingerprint, newest.bucket, newest.repo, newest.at) == (
        OTHER,
        "infra_fault",
        None,
        at(1),
    )
    assert (oldest.fingerprint, oldest.bucket, oldest.repo, oldest.at) == (
        FINGERPRINT,
        "flaky_test",
        "org/bread",
        NOW,
    )


def test_attempts_and_shards_of_one_run_are_one_recent_failure_told_often(tmp_path: Path) -> None:
    for number in range(3):
        fail(tmp_path, number, attempt=number + 1, shard=f"{number + 1}/5")
    fail(tmp_path, 3, run_id="78")
    assert [case.run.rpartition("#")[2] for case in recent_failures(tmp_path, 9)] == [
        "78",
        *["77"] * 3,
    ]


def test_a_rule_is_measured_by_what_people_said_of_its_cases(tmp_path: Path) -> None:
    ids = [fail(tmp_path, n, run_id=str(n)).case_id for n in range(4)]
    fail(tmp_path, 9, **other(rules=("log:oom",)))
    said = [
        (ids[0], Bucket.FLAKY_TEST),
        (ids[1], Bucket.INFRA_FAULT),
        (ids[2], Bucket.INFRA_FAULT),
        (ids[2], Bucket.FLAKY_TEST),
    ]
    for minutes, (case_id, bucket) in enumerate(said):
        record_correction(tmp_path, case_id, bucket, "looked", now=at(20 + minutes), **BY)
    timeout, retry, memory = sorted(stats(tmp_path), key=lambda s: ("oom" in s.rule, s.rule))
    assert timeout == RuleStats(rule="junit:timeout", hits=4, confirmed=2, overridden=1)
    assert replace(retry, rule="junit:timeout") == timeout
    assert timeout.precision == pytest.approx(2 / 3)
    assert (memory.hits, memory.precision) == (1, None)
