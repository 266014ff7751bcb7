from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from curricle.cases.events import CASE_ESCALATED, FORMS
from curricle.cases.recording import Failure, Job, record_failure
from curricle.failures.bucket import ACTION_OF, LANE_OF, Bucket
from curricle.recovery.job_case import gather_case
from curricle.recovery.job_report import TELLERS, render_job_report

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)


def recorded(
    runs_dir: Path, *, minutes: int = 0, bucket: Bucket = Bucket.UNKNOWN, fingerprint: str = "x"
) -> str:
    lane = LANE_OF[bucket]
    failure = Failure(
        job=Job(run_id=str(minutes)),
        fingerprint=fingerprint,
        fingerprint_version="1",
        bucket=bucket,
        lane=lane,
        action=ACTION_OF[lane],
        reason="why",
        retries_used=0,
        max_retries=0,
    )
    now = NOW + timedelta(minutes=minutes)
    return record_failure(runs_dir, {}, failure, now=now, actor="ci", command="x").case_id


@pytest.mark.parametrize("bucket", Bucket)
def test_every_bucket_and_lane_leaves_a_person_something_to_decide(
    bucket: Bucket, tmp_path: Path
) -> None:
    case = recorded(tmp_path, bucket=bucket)
    found = gather_case(tmp_path, case, "ada")
    items = list(found.open_items())
    assert {item.who for item in items} == {"ada"}
    verbs = [shlex.split(line)[3] for item in items for line in item.commands]
    flaky = ["probe", "quarantine"] if bucket is Bucket.FLAKY_TEST else []
    assert verbs == ["history", "correct", *flaky, "close"]
    assert f"# {bucket.value}, lane {LANE_OF[bucket].value}: {case}\n" in render_job_report(
        found, members=()
    )


def test_every_event_that_names_a_case_is_told_but_the_handover() -> None:
    of_a_case = {event for event, form in FORMS.items() if "case" in form}
    assert TELLERS.keys() == of_a_case - {CASE_ESCALATED}


def test_a_case_counts_those_that_failed_alike_before_it_and_no_others(tmp_path: Path) -> None:
    cases = [recorded(tmp_path, minutes=minutes) for minutes in (3, 1, 2)]
    recorded(tmp_path, fingerprint="y")
    counts = [gather_case(tmp_path, case, None).earlier_cases for case in cases]
    assert counts == [2, 0, 1], "by when they failed, whatever came into the ledger first"


def test_a_fingerprint_that_a_shell_would_read_is_quoted(tmp_path: Path) -> None:
    case = recorded(tmp_path, fingerprint="$(rm -rf ~); `x`")
    (first, *_) = gather_case(tmp_path, case, None).open_items()
    assert shlex.split(first.commands[0])[-1] == "$(rm -rf ~); `x`"
