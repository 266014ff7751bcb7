from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from casebook import BY, FAILURE, FINGERPRINT, JOB, NOW, PACK, at, entries, fail, passed
from curricle.canonical import document_bytes, sha256_hex
from curricle.cases.ledger import verify_ledger
from curricle.cases.lock import ledger_locked
from curricle.cases.lookup import Case, CaseState, Probe, find_case, latest_cases, load_pack
from curricle.cases.places import LEDGER_LOCK, pack_path
from curricle.cases.recording import (
    Recorded,
    record_closing,
    record_correction,
    record_failure,
    record_probe,
    record_quarantine,
)
from curricle.errors import (
    CaseNotFoundError,
    InvalidArgumentError,
    JournalBrokenError,
    RunLockedError,
)
from curricle.failures.bucket import Bucket

if TYPE_CHECKING:
    from pathlib import Path


def test_a_failed_case_is_one_chained_line_and_one_pack(tmp_path: Path) -> None:
    runs_dir = tmp_path / "runs"
    recorded = fail(runs_dir)
    (entry,) = entries(runs_dir)
    assert recorded.is_new
    assert entry == {
        "seq": 1,
        "at": "2026-03-01T12:00:00.000000Z",
        "actor": "ci",
        "command": "cases record",
        "event": "case_failed",
        "previous": "0" * 64,
        "data": {
            **JOB.to_json(),
            "case": recorded.case_id,
            "fingerprint": FINGERPRINT,
            "fingerprint_version": "1",
            "bucket": "flaky_test",
            "lane": "rerun",
            "action": "rerun_same_sha",
            "reason": "it passed before",
            "retries_used": 0,
            "max_retries": 2,
            "rules": ["junit:timeout", "log:retry"],
            "pack_sha256": sha256_hex(document_bytes(PACK)),
        },
    }
    digits = recorded.case_id.removeprefix("case-")
    assert (runs_dir / "cases" / digits[:2] / f"case-{digits}.json").read_bytes() == (
        document_bytes(PACK)
    )
    assert verify_ledger(runs_dir).entries == 1


def test_a_case_reads_back_as_it_was_recorded(tmp_path: Path) -> None:
    case_id = fail(tmp_path).case_id
    assert find_case(tmp_path, case_id) == Case(
        case_id=case_id,
        at="2026-03-01T12:00:00.000000Z",
        actor="ci",
        fingerprint=FINGERPRINT,
        fingerprint_version="1",
        bucket="flaky_test",
        corrected_bucket=None,
        corrections=0,
        lane="rerun",
        action="rerun_same_sha",
        reason="it passed before",
        retries_used=0,
        max_retries=2,
        rules=("junit:timeout", "log:retry"),
        pack_sha256=sha256_hex(document_bytes(PACK)),
        state=CaseState.OPEN,
        closed_by=None,
        closed_why=None,
        probes=(),
        **JOB.to_json(),
    )
    assert load_pack(tmp_path, case_id) == PACK


def test_the_same_case_is_recorded_once(tmp_path: Path) -> None:
    first = fail(tmp_path)
    again = fail(tmp_path, 5, pack={"other": "evidence"})
    assert again == Recorded(case_id=first.case_id, is_new=False)
    assert len(entries(tmp_path)) == 1
    assert load_pack(tmp_path, first.case_id) == PACK


@pytest.mark.parametrize("member", ["repo", "workflow", "job", "run_id", "shard", "commit_sha"])
def test_another_place_is_another_case(member: str, tmp_path: Path) -> None:
    other = {"shard": "3/5"}.get(member, "other")
    assert fail(tmp_path).case_id != fail(tmp_path, **{member: other}).case_id


def test_where_no_run_is_known_time_and_evidence_tell_cases_apart(tmp_path: Path) -> None:
    ids = {
        fail(tmp_path, run_id=None).case_id,
        fail(tmp_path, 1, run_id=None).case_id,
        fail(tmp_path, 1, run_id=None, pack={"other": 1}).case_id,
    }
    assert len(ids) == 3
    assert not fail(tmp_path, 1, run_id=None).is_new


def test_a_case_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    ids = [fail(tmp_path, run_id=str(n)).case_id for n in range(40)]
    for case_id in ids:
        assert find_case(tmp_path, case_id[:-1]).case_id == case_id
        assert find_case(tmp_path, case_id.removeprefix("case-")).case_id == case_id
    digits = [case_id[5] for case_id in ids]
    shared = max(digits, key=digits.count)
    with pytest.raises(InvalidArgumentError, match="could be any of"):
        find_case(tmp_path, f"case-{shared}")
    missing = next(f"{n:012x}" for n in range(99) if f"case-{n:012x}" not in ids)
    with pytest.raises(CaseNotFoundError):
        find_case(tmp_path, missing)
    for name in ("", "case-", "../x", "case-XYZ", "caf\udce9"):
        with pytest.raises(InvalidArgumentError):
            find_case(tmp_path, name)


def test_the_newest_cases_come_first(tmp_path: Path) -> None:
    ids = [fail(tmp_path, n, run_id=str(n)).case_id for n in range(4)]
    passed(tmp_path, 9)
    assert [case.case_id for case in latest_cases(tmp_path, 3)] == ids[:0:-1]


def test_a_pack_that_was_changed_or_lost_is_not_handed_out(tmp_path: Path) -> None:
    case_id = fail(tmp_path).case_id
    pack_path(tmp_path, case_id).write_bytes(b"{}")
    with pytest.raises(JournalBrokenError, match="is not the one on record"):
        load_pack(tmp_path, case_id)
    pack_path(tmp_path, case_id).unlink()
    with pytest.raises(JournalBrokenError, match="is missing"):
        load_pack(tmp_path, case_id)


def test_a_correction_is_counted_and_never_changes_the_recorded_bucket(tmp_path: Path) -> None:
    case_id = fail(tmp_path).case_id
    for bucket in (Bucket.INFRA_FAULT, Bucket.CODE_REGRESSION):
        record_correction(tmp_path, case_id[:12], bucket, "I looked", now=at(1), **BY)
    last = entries(tmp_path)[-1]["data"]
    assert last == {
        "case": case_id,
        "from": "infra_fault",
        "bucket": "code_regression",
        "why": "I looked",
    }
    case = find_case(tmp_path, case_id)
    assert (case.bucket, case.corrections) == ("flaky_test", 2)
    assert entries(tmp_path)[0]["data"]["bucket"] == "flaky_test"
    assert not fail(tmp_path, 5).is_new


def test_a_pass_on_rerun_keeps_the_case_open_until_somebody_closes_it(tmp_path: Path) -> None:
    case_id = fail(tmp_path).case_id
    passed(tmp_path, 1, attempt=2)
    case = find_case(tmp_path, case_id)
    assert (case.state, case.is_open) == (CaseState.PASSED_ON_RERUN, True)
    record_probe(tmp_path, case_id, "run it 50 times", has_passed=True, now=at(2), **BY)
    assert find_case(tmp_path, case_id).is_open
    closed = record_closing(tmp_path, case_id, by="probe", why="50 passed", now=at(3), **BY)
    assert closed == Recorded(case_id=case_id, is_new=True)
    case = find_case(tmp_path, case_id)
    assert (case.state, case.is_open) == (CaseState.CLOSED, False)
    assert (case.closed_by, case.closed_why) == ("probe", "50 passed")
    assert case.probes == (Probe(order="run it 50 times", has_passed=True),)
    again = record_closing(tmp_path, case_id, by="person", why="me too", now=at(4), **BY)
    assert not again.is_new
    assert len(entries(tmp_path)) == 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fingerprint": ""}, "fingerprint is not a text"),
        ({"fingerprint": "x" * 1001}, "fingerprint is not a text"),
        ({"reason": "\udce9"}, "reason is not a text"),
        ({"retries_used": -1}, "retries_used is not a count"),
        ({"retries_used": True}, "retries_used is not a count"),
        ({"rules": ("",)}, "rules is not a list"),
        ({"job": replace(JOB, shard="0/5")}, "shard is not N/M"),
        ({"job": replace(JOB, shard="6/5")}, "shard is not N/M"),
        ({"job": replace(JOB, attempt=0)}, "attempt is not a number"),
        ({"job": replace(JOB, repo="")}, "repo is not a text"),
    ],
    ids=str,
)
def test_a_fact_that_cannot_be_is_refused_and_leaves_nothing(
    change: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidArgumentError, match=told):
        record_failure(tmp_path, PACK, replace(FAILURE, **change), now=NOW, **BY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "pack", [{"a": {1, 2}}, {"a": "\udce9"}, {"a": "x" * 16_000_001}], ids=["set", "half", "large"]
)
def test_a_pack_that_is_no_json_or_too_large_is_refused(
    pack: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(InvalidArgumentError, match="the pack"):
        fail(tmp_path, pack=pack)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("actor", ["", "\udce9", "x" * 1001], ids=["none", "half", "long"])
def test_an_author_that_no_entry_can_carry_is_refused(actor: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="who did it"):
        record_failure(tmp_path, PACK, FAILURE, now=NOW, actor=actor, command="x")
    assert list(tmp_path.iterdir()) == []


def test_what_is_said_of_a_case_must_be_right_and_of_one_on_record(tmp_path: Path) -> None:
    case_id = fail(tmp_path).case_id
    before = entries(tmp_path)
    with pytest.raises(InvalidArgumentError, match="by is not probe or person"):
        record_closing(tmp_path, case_id, by="rerun", why="it passed", now=NOW, **BY)
    with pytest.raises(InvalidArgumentError, match="why is not"):
        record_correction(tmp_path, case_id, Bucket.UNKNOWN, "", now=NOW, **BY)
    with pytest.raises(InvalidArgumentError, match="order is not"):
        record_probe(tmp_path, case_id, "", has_passed=True, now=NOW, **BY)
    with pytest.raises(InvalidArgumentError, match="owner is not"):
        record_quarantine(tmp_path, FINGERPRINT, owner="", until=date(2026, 4, 1), now=NOW, **BY)
    with pytest.raises(CaseNotFoundError):
        record_correction(
            tmp_path, f"{int(case_id[5:], 16) ^ 1:012x}", Bucket.UNKNOWN, "why", now=NOW, **BY
        )
    assert entries(tmp_path) == before


def write_many(runs_dir: Path, name: str) -> None:
    for number in range(25):
        fail(runs_dir, number, run_id=f"{name}-{number}")
        passed(runs_dir, number, run_id=f"{name}-{number}", attempt=2)


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(tmp_path, name)) for name in "abc"]
    for writer in writers:
        writer.start()
    seen = 0
    while any(writer.is_alive() for writer in writers):
        found = len(latest_cases(tmp_path, 1000))
        assert found >= seen
        seen = found
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert verify_ledger(tmp_path).entries == 150
    cases = latest_cases(tmp_path, 1000)
    assert len(cases) == 75
    assert all(load_pack(tmp_path, case.case_id) == PACK for case in cases[:5])


def test_a_lock_that_is_not_given_back_is_told(tmp_path: Path) -> None:
    with (
        ledger_locked(tmp_path),
        pytest.raises(RunLockedError, match=r"ledger\.jsonl is in use by process \d+"),
        ledger_locked(tmp_path, wait_seconds=0),
    ):
        pass
    with ledger_locked(tmp_path):
        (tmp_path / LEDGER_LOCK).write_bytes(b"??")
        with (
            pytest.raises(RunLockedError, match="another command"),
            ledger_locked(tmp_path, wait_seconds=0),
        ):
            pass
