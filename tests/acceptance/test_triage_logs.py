from __future__ import annotations

import gzip
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from ci_jobs import (
    KINDS,
    LABELS,
    SHA,
    Kind,
    broken_assertion,
    missing_image,
    missing_variable,
    slow_page,
    summary_of,
    triage,
    verify_pack,
)

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle

FACTS = {
    "--workflow": "Tests",
    "--job": "unit (3.12)",
    "--sha": SHA,
    "--run-id": "1234567890",
    "--shard": "3/5",
    "--attempt": "1",
    "--repo": "example/shop",
}
OPTIONS = [part for option in FACTS.items() for part in option]


def written(folder: Path, text: str, name: str = "job.log") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def pack_of(program: Curricle, text: str, *options: str) -> dict[str, Any]:
    log = written(program.cwd, text)
    pack: dict[str, Any] = program.good("triage", "--log", log, *options, "--json").json
    verify_pack(pack)
    return pack


@pytest.mark.capability("T2")
@pytest.mark.capability("T3")
@pytest.mark.capability("T4")
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_kind_of_failure_goes_into_its_bucket_and_lane(kind: Kind, forked: Curricle) -> None:
    pack = pack_of(forked, kind.log, *OPTIONS)
    decision = pack["decision"]
    assert (pack["bucket"], decision["action"], decision["lane"]) == (
        kind.bucket,
        kind.action,
        kind.lane,
    )
    assert pack["rerun_eligible"] is (kind.lane in {"rerun", "cooldown"})
    log = written(forked.cwd, kind.log)
    assert triage(forked, "--log", log, "--exit-code").status == kind.status
    assert triage(forked, "--log", log, "--exit-code", "--json").status == kind.status
    assert forked("triage", "--log", log).status == 0


@pytest.mark.capability("T1")
def test_only_what_a_rule_calls_worth_it_is_ever_run_again(forked: Curricle) -> None:
    told = {
        kind.lane: (
            forked.good("triage", "--log", written(forked.cwd, kind.log), "--json").json["decision"]
        )
        for kind in KINDS.values()
    }
    again = {lane: decision["max_retries"] for lane, decision in told.items()}
    assert again == {"patch": 0, "rerun": 1, "cooldown": 2, "escalate": 0}
    unknown = pack_of(forked, "building\nall went wrong somehow\n")
    assert unknown["bucket"] == "unknown"
    assert unknown["decision"]["action"] == "escalate"
    assert unknown["rerun_eligible"] is False


@pytest.mark.capability("T23")
@pytest.mark.capability("T25")
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_summary_says_in_a_few_lines_what_to_do(kind: Kind, forked: Curricle) -> None:
    log = written(forked.cwd, kind.log)
    done = forked.good("triage", "--log", log, *OPTIONS)
    rows = summary_of(done.stdout)
    assert done.stderr == ""
    assert tuple(label for label, _ in rows[:5]) == LABELS
    assert {label for label, _ in rows[5:]} <= {"test", "file", "notes"}
    assert "notes" in dict(rows)
    told = dict(rows)
    pack = pack_of(forked, kind.log, *OPTIONS)
    assert told["bucket"] == kind.bucket
    assert told["next-action"] == kind.action
    assert told["sha"] == SHA
    assert told["fingerprint"] == pack["fingerprint"]
    assert told["why"].startswith(pack["decision"]["reason"])
    assert f"line {pack['first_failure_line_number']}: " in told["why"]
    assert len(rows) <= 15
    assert max(len(line) for line in done.stdout.splitlines()) < 400


@pytest.mark.capability("T14")
def test_the_pack_holds_what_the_caller_knows_of_the_job(forked: Curricle) -> None:
    pack = pack_of(forked, broken_assertion(), *OPTIONS)
    assert pack["schema_version"] == "1.0"
    assert pack["run_id"] == "1234567890"
    assert pack["commit_sha"] == SHA
    assert pack["workflow"] == "Tests"
    assert pack["failed_job"] == "unit (3.12)"
    bare = pack_of(forked, broken_assertion())
    unknown = ("run_id", "commit_sha", "workflow", "failed_job")
    assert [bare[name] for name in unknown] == [None] * 4
    assert bare["links"] == {"run": None, "artifacts": None}
    assert bare["fingerprint"] == pack["fingerprint"]


@pytest.mark.capability("T7")
@pytest.mark.capability("T29")
def test_the_pack_of_a_broken_assertion_names_test_file_and_lines_not_the_log(
    forked: Curricle,
) -> None:
    noise = "".join(f"downloading part {number} of the dependencies\n" for number in range(20_000))
    log = noise + broken_assertion()
    pack = pack_of(forked, log, *OPTIONS)
    lines = log.splitlines()
    assert "test_total" in pack["failing_tests"][0]
    assert pack["suspect_files"] == ["tests/test_cart.py"]
    first, last = pack["failure_lines"][0]
    assert "E       assert 5 == 6" in lines[first - 1 : last]
    assert pack["evidence"]
    for hit in pack["evidence"]:
        assert " ".join(lines[hit["line"] - 1].split()) == hit["text"]
    assert "downloading" not in json.dumps(pack)
    assert len(json.dumps(pack)) < 4000 < len(log)


@pytest.mark.capability("T31")
def test_a_pull_that_failed_names_the_registry(forked: Curricle) -> None:
    pack = pack_of(forked, missing_image())
    assert pack["bucket"] == "infra_fault"
    assert "failed to pull image" in pack["first_failure_line"]
    assert "registry.example.org" in pack["first_failure_line"]


@pytest.mark.capability("T32")
@pytest.mark.capability("T42")
@pytest.mark.parametrize(
    "line",
    [
        "Error: 401 Unauthorized",
        "Error: Missing required environment variable: DEPLOY_URL",
        "Error: Resource not accessible by integration",
        "remote: Permission to example/shop.git denied to github-actions[bot].",
    ],
)
def test_what_only_a_person_can_give_stops_the_automation(line: str, forked: Curricle) -> None:
    pack = pack_of(forked, f"> deploy\n{line}\n##[error]Process completed with exit code 1.\n")
    assert pack["bucket"] == "secret_or_config"
    assert (pack["decision"]["lane"], pack["decision"]["max_retries"]) == ("escalate", 0)
    assert pack["rerun_eligible"] is False
    assert pack["evidence"][0]["text"] == line


@pytest.mark.capability("T5")
def test_a_rerun_of_one_lane_costs_the_other_nothing(forked: Curricle) -> None:
    second = ("--attempt", "2")
    flaky = pack_of(forked, slow_page(), *second)["decision"]
    infra = pack_of(forked, missing_image(), *second)["decision"]
    assert (flaky["lane"], flaky["retries_used"], flaky["max_retries"]) == ("escalate", 1, 1)
    assert (infra["lane"], infra["retries_used"], infra["max_retries"]) == ("cooldown", 1, 2)


@pytest.mark.parametrize("attempt", [1, 2, 3, 4])
def test_retries_used_are_the_attempts_before_this_one(attempt: int, forked: Curricle) -> None:
    decision = pack_of(forked, missing_image(), "--attempt", str(attempt))["decision"]
    assert decision["retries_used"] == attempt - 1
    assert decision["lane"] == ("cooldown" if attempt <= 2 else "escalate")


def as_gzip(text: bytes) -> bytes:
    return gzip.compress(text)


def as_zstd(text: bytes) -> bytes:
    return zstandard.compress(text)


def as_members_of_gzip(text: bytes) -> bytes:
    half = len(text) // 2
    return gzip.compress(text[:half]) + gzip.compress(text[half:])


def with_returns(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def as_utf_16(text: bytes) -> bytes:
    return text.decode().encode("utf-16")


FORMS = (as_gzip, as_zstd, as_members_of_gzip, with_returns, as_utf_16)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_log_is_read_as_ci_services_store_it(form: Any, forked: Curricle) -> None:
    path = forked.cwd / "stored"
    path.write_bytes(form(broken_assertion().encode()))
    pack = forked.good("triage", "--log", str(path), "--json").json
    assert pack == pack_of(forked, broken_assertion())


@pytest.mark.parametrize("form", [bytes, as_gzip, as_zstd], ids=["plain", "gzip", "zstd"])
def test_a_log_comes_from_a_pipe(form: Any, curricle: Curricle) -> None:
    text = form(broken_assertion().encode())
    done = triage(curricle, "--log", "-", "--json", "--exit-code", stdin=text)
    assert (done.status, done.stderr) == (10, "")
    assert done.json == pack_of(curricle, broken_assertion())


def test_a_log_comes_from_another_command_of_a_shell(curricle: Curricle) -> None:
    written(curricle.cwd, missing_image())
    line = 'cat job.log | "$@" | head -n 1'
    done = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", line, "bash", *curricle.command("triage", "--log=-")],
        cwd=curricle.cwd,
        env=curricle.full_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "bucket:      infra_fault\n"


def test_what_a_green_run_says_too_is_no_failure(forked: Curricle) -> None:
    nag = "".join(
        f"Error: could not connect to the metrics server metrics-{at}.example.org\n"
        for at in range(3)
    )
    green = written(forked.cwd, f"build\n{nag}done\n", "green.log")
    red = f"build\n{nag}src/app.c:10:5: error: expected expression before ')' token\n"
    pack = pack_of(forked, red, "--pass-log", green, "--pass-log", green)
    assert pack["first_failure_line"].startswith("src/app.c:10:5: error")
    assert pack["bucket"] == "code_regression"
    assert "metrics" not in json.dumps(pack)


REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="shop" tests="2" failures="1">
<testcase classname="tests.test_cart" name="test_empty" time="0.1"/>
<testcase classname="tests.test_cart" name="test_total" file="tests/test_cart.py" time="0.2">
<failure type="AssertionError" message="assert 5 == 6">tests/test_cart.py:8: in test</failure>
</testcase></testsuite></testsuites>
"""


def test_a_junit_report_stands_for_the_log(curricle: Curricle) -> None:
    path = written(curricle.cwd, REPORT, "report.xml")
    done = triage(curricle, "--junit", path, "--json", "--exit-code", *OPTIONS)
    pack = done.json
    verify_pack(pack)
    assert done.status == 10
    assert pack["bucket"] == "code_regression"
    assert pack["failing_tests"] == ["tests.test_cart › test_total"]
    assert pack["suspect_files"] == ["tests/test_cart.py"]
    assert pack["commit_sha"] == SHA
    piped = curricle("triage", "--junit", "-", "--json", *OPTIONS, stdin=REPORT.encode())
    assert piped.json == pack


def test_a_green_junit_report_is_no_failure(forked: Curricle) -> None:
    green = '<testsuite><testcase name="a"/></testsuite>'
    done = forked("triage", "--junit", written(forked.cwd, green, "report.xml"), "--json")
    assert (done.status, done.error["code"]) == (4, "log_invalid")
    assert "no test case in it failed" in done.error["message"]


@pytest.mark.capability("T28")
def test_packs_are_as_thin_or_thick_as_they_are_asked_to_be(forked: Curricle) -> None:
    sizes = [
        len(pack_of(forked, broken_assertion(), f"--evidence={number}")["evidence"])
        for number in (0, 1, 2, 50)
    ]
    assert sizes[:3] == [0, 1, 2]
    assert sizes[3] > 2
    usual = pack_of(forked, broken_assertion())
    assert 1 < len(usual["evidence"]) <= 5
    assert not [note for note in usual["notes"] if "pack" in note]


@pytest.mark.capability("T28")
def test_a_pack_that_says_too_little_or_too_much_says_so(forked: Curricle) -> None:
    thin = pack_of(forked, broken_assertion(), "--evidence", "0")
    assert [note for note in thin["notes"] if note.startswith("thin pack: ")]
    empty = pack_of(forked, "building\nall went wrong somehow\n")
    assert [note for note in empty["notes"] if note.startswith("thin pack: ")]
    diff = "".join(f"E         - item {number}\n" for number in range(900))
    long = broken_assertion().replace("E        +  where", f"{diff}E        +  where")
    fat = pack_of(forked, long)
    assert [note for note in fat["notes"] if note.startswith("fat pack: ")]


def test_the_same_log_gives_the_same_answer(forked: Curricle) -> None:
    for kind in KINDS.values():
        log = written(forked.cwd, kind.log)
        first, second = (forked.good("triage", "--log", log, "--json").stdout for _ in range(2))
        assert first == second
    assert not forked.runs_dir.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "no failure is named"),
        (("--log", "a", "--junit", "b"), "more than one failure is named"),
        (("somerun", "--log", "a"), "more than one failure is named"),
        (("--junit", "a", "--pass-log", "b"), "--pass-log belongs to --log"),
        (("--list", "a"), "--list and --json-lines belong together"),
        (("--log", "a", "--json-lines"), "--list and --json-lines belong together"),
        (("--list", "a", "--json-lines", "--exit-code"), "--list only answers with one pack"),
        (("--log", "a", "--shard", "5/3"), "the shard '5/3' is not of the form N/M"),
        (("--log", "a", "--attempt", "0"), "the attempt 0 is no number from 1 on"),
        (("--log", "a", "--job", "one\ntwo"), "the job is not one line"),
        (("--log", "a", "--sha", " "), "the sha is not one line"),
        (("--log", "a", "--evidence", "51"), "invalid value for '--evidence'"),
    ],
)
def test_what_cannot_be_meant_is_told(
    options: tuple[str, ...], told: str, forked: Curricle
) -> None:
    written(forked.cwd, missing_variable(), "a")
    done = forked("triage", *options)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error[invalid_argument]: {told}")
    assert not forked.runs_dir.exists()


def test_the_help_names_the_ways_to_call_it(forked: Curricle) -> None:
    told = forked.good("triage", "--help").stdout
    for name in ("record", "correct", "history", "flaky", "quarantine", "rules", "fingerprint"):
        assert f"\n  {name} " in told
    assert "--log FILE" in told
