from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from casebook import BY, FAILURE, FINGERPRINT, JOB, NOW, at, fail
from curricle.cases.places import LEDGER
from curricle.cases.recording import record_pass
from curricle.cases.recurrence import same_fingerprint_count
from curricle.extraction.scanning import find_candidates
from curricle.failures.bucket import Bucket, Lane
from curricle.failures.rule_file import load_rules
from curricle.logs.held import hold_log
from curricle.triage.facts import JobFacts, with_environment
from curricle.triage.judge import Judge
from curricle.triage.junit import failure_of_report
from curricle.triage.past import OUTAGE_WINDOW, look_back

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "ghp_" + "a1B2c3D4e5" * 4
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "org/bread",
    "CI_PIPELINE_ID": "77",
    "CI_JOB_ID": "9001",
    "CI_JOB_NAME": "test",
    "CI_COMMIT_SHA": "a" * 40,
}


def test_jobs_and_shards_of_one_attempt_count_once_and_the_judged_one_not_at_all(
    tmp_path: Path,
) -> None:
    for number in range(3):
        fail(tmp_path, number, job=f"job {number}", attempt=1)
    fail(tmp_path, 3, attempt=2)
    counts = [
        same_fingerprint_count(tmp_path, FINGERPRINT, since=NOW, run_id=run, attempt=attempt)
        for run, attempt in ((None, None), ("77", 1), ("77", 3), ("78", 1))
    ]
    assert counts == [2, 1, 2, 2]


@pytest.mark.parametrize(("minutes", "is_outage"), [(0, True), (1, False)])
def test_what_failed_long_ago_is_no_outage(minutes: int, is_outage: bool, tmp_path: Path) -> None:
    fault = replace(FAILURE, bucket=Bucket.INFRA_FAULT, lane=Lane.COOLDOWN)
    for number in range(4):
        fail(tmp_path, 0, failure=fault, run_id=str(number))
    now = NOW + OUTAGE_WINDOW + (at(minutes) - NOW)
    assert look_back(tmp_path, "another:-:-@v1-0", JobFacts(), now).is_outage is is_outage


def test_each_job_of_gitlab_is_a_run_of_its_own_unless_its_attempt_is_known() -> None:
    assert with_environment(JobFacts(), GITLAB).run_id == "9001"
    assert with_environment(JobFacts(attempt=2), GITLAB).run_id == "77"
    assert with_environment(JobFacts(run_id="5"), GITLAB).run_id == "5"


@pytest.mark.parametrize(
    "broken",
    [{"CI_COMMIT_SHA": ""}, {"CI_NODE_INDEX": "5", "CI_NODE_TOTAL": "2"}, {"CI_JOB_NAME": "\n"}],
    ids=["empty", "no shard", "blank"],
)
def test_what_a_service_says_and_cannot_be_is_not_known(broken: dict[str, str]) -> None:
    facts = with_environment(JobFacts(), GITLAB | broken)
    assert facts.repo == "org/bread"
    assert facts.shard is None
    assert facts.sha in {None, "a" * 40}


def test_in_a_report_what_never_passed_comes_before_what_passed_later(tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(
        '<testsuite><testcase classname="a" name="shaky"><flakyFailure message="late"/></testcase>'
        '<testcase classname="a" name="sum"><failure message="expected 3 but was 4"/></testcase>'
        "</testsuite>"
    )
    failure = failure_of_report(str(report))
    assert failure.tests == ("a › sum", "a › shaky")
    assert "sum" in failure.blocks[0].key.text


def test_a_report_of_nothing_but_flaky_tests_is_flaky(tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(
        '<testsuite><testcase name="shaky"><flakyFailure message="assert 1 == 2"/></testcase>'
        "</testsuite>"
    )
    verdict = Judge(load_rules()).of_failure(failure_of_report(str(report))).verdict
    assert verdict.bucket is Bucket.FLAKY_TEST


def test_the_shape_of_lines_alone_is_no_evidence_against_a_matter_of_credentials() -> None:
    log = "!!  3 - run/sum.scala  [output differs]\n\nok  4 - run/x\nthe deploy token has expired\n"
    held = hold_log([log.encode()], find_candidates)
    verdict = Judge(load_rules()).of_log(held).verdict
    assert [hit.rule.is_textual for hit in verdict.hits] == [True, False]
    assert verdict.bucket is Bucket.SECRET_OR_CONFIG


def test_the_command_that_is_recorded_holds_no_secret(tmp_path: Path) -> None:
    by = BY | {"command": f"triage record --pass --repo https://bot:{TOKEN}@git.example.org/o/r"}
    record_pass(tmp_path, JOB, now=NOW, **by)
    ledger = (tmp_path / LEDGER).read_text()
    assert "triage record --pass" in ledger
    assert TOKEN not in ledger
