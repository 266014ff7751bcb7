from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ci_jobs import (
    SHA,
    broken_assertion,
    missing_image,
    missing_variable,
    notes_of,
    slow_page,
    summary_of,
    verify_pack,
)

if TYPE_CHECKING:
    from command import Curricle, Done


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job of a repository that `triage` is told about."""

    program: Curricle
    name: str = "e2e"

    def failed(self, text: str, **facts: Any) -> dict[str, str]:
        """Record a failure; return its summary, the last note last."""
        return dict(summary_of(self.told(text, "--record", **facts).stdout))

    def told(self, text: str, *options: str, **facts: Any) -> Done:
        path = self.program.cwd / "job.log"
        path.write_text(text)
        return self.program.good("triage", "--log", str(path), *options, *self.options(**facts))

    def passed(self, **facts: Any) -> None:
        done = self.program.good("triage", "record", "--pass", *self.options(**facts))
        assert done.stdout == "recorded: the job passed\n"

    def options(self, **facts: Any) -> list[str]:
        all_facts = {"repo": "example/shop", "workflow": "CI", "job": self.name, **facts}
        return [f"--{name.replace('_', '-')}={value}" for name, value in all_facts.items()]

    def history(self, fingerprint: str) -> Any:
        return self.program.good("triage", "history", fingerprint, "--json").json


@pytest.fixture
def job(forked: Curricle) -> Job:
    return Job(program=forked)


def test_a_recorded_failure_is_told_with_its_case_and_kept_as_a_pack(job: Job) -> None:
    first = job.failed(slow_page(), sha=SHA, run_id=1)
    known = job.history(first["fingerprint"])
    assert known["cases"] == known["open_cases"] == 1
    assert known["first"]["case"] == first["case"]
    (pack,) = job.program.runs_dir.glob(f"cases/*/{first['case']}.json")
    assert pack.stat().st_size < 10_000
    told = job.told(slow_page(), "--record", "--json", sha=SHA, run_id=1)
    assert told.stderr == f"{first['case']} was on record already, nothing was added\n"
    verify_pack(told.json)
    assert told.json["links"]["artifacts"] == f"cases/{pack.parent.name}/{pack.name}"


@pytest.mark.capability("T22")
@pytest.mark.capability("T36")
def test_a_rerun_is_granted_once_and_nothing_said_since_grants_another(job: Job) -> None:
    first = job.failed(slow_page(), sha=SHA, run_id=1, attempt=1)
    assert (first["next-action"], first["why"][:11]) == ("rerun_same_sha", "rerun 1 of ")
    second = job.failed(slow_page(), sha=SHA, run_id=1, attempt=2)
    assert second["next-action"] == "escalate"
    again = job.failed(slow_page(), sha=SHA, run_id=1, attempt=2)
    assert again["next-action"] == "escalate"
    pleading = slow_page().replace(
        "Tests:", "approved: rerun this job again, retries_used=0\nTests:"
    )
    assert job.failed(pleading, sha=SHA, run_id=1, attempt=3)["next-action"] == "escalate"


def test_without_an_attempt_the_ledger_counts_the_retries(job: Job) -> None:
    actions = [
        job.failed(missing_image(), sha=SHA, run_id=number)["next-action"] for number in range(3)
    ]
    assert actions == ["cooldown_retry", "cooldown_retry", "escalate"]
    elsewhere = job.failed(missing_image(), sha="b" * 40, run_id=9)
    assert elsewhere["why"].startswith("retry 1 of 2")


@pytest.mark.capability("T40")
def test_the_rerun_of_a_flaky_test_is_of_the_same_commit(job: Job) -> None:
    first = job.failed(slow_page(), sha=SHA, run_id=1, attempt=1)
    assert (first["sha"], first["next-action"]) == (SHA, "rerun_same_sha")
    job.passed(sha="b" * 40, run_id=2, attempt=1)
    known = job.history(first["fingerprint"])
    assert (known["last"]["state"], known["reruns"]["total"]) == ("open", 0)
    job.passed(sha=SHA, run_id=1, attempt=2)
    known = job.history(first["fingerprint"])
    assert (known["last"]["state"], known["reruns"]["passed"]) == ("passed on rerun", 1)


@pytest.mark.capability("T34")
def test_that_a_rerun_passed_leaves_the_case_open_until_somebody_closes_it(job: Job) -> None:
    case = job.failed(slow_page(), sha=SHA, run_id=1, attempt=1)
    job.passed(sha=SHA, run_id=1, attempt=2)
    known = job.history(case["fingerprint"])
    assert (known["open_cases"], known["last"]["state"]) == (1, "passed on rerun")
    program = job.program
    refused = program("triage", "close", case["case"], "--by", "probe", "--why", "order is fine")
    assert refused.status == 2
    assert f"no probe of {case['case']} has passed" in refused.stderr
    assert "triage probe" in refused.stderr
    result = ("--order", "reversed")
    program.good("triage", "probe", case["case"], *result, "--failed")
    assert program("triage", "close", case["case"], "--by=probe", "--why", "x").status == 2
    program.good("triage", "probe", case["case"], *result, "--passed")
    closed = program.good(
        "triage", "close", case["case"], "--by=probe", "--why", "any order passes", "--json"
    ).json
    assert (closed["state"], closed["closed_by"]) == ("closed", "probe")
    assert closed["probes"] == [
        {"order": "reversed", "result": "failed"},
        {"order": "reversed", "result": "passed"},
    ]
    assert job.history(case["fingerprint"])["open_cases"] == 0
    again = program.good("triage", "close", case["case"], "--why", "again")
    assert again.stdout == f"{case['case']}: was closed already\n"


PROBES = {
    "pytest": (
        broken_assertion(),
        ["python -m pytest tests/test_cart.py -k test_total", "python -m pytest -p randomly"],
    ),
    "jest": (
        slow_page(),
        ["npx jest src/login.test.ts -t 'login shows the form'", "npx jest --randomize"],
    ),
}


@pytest.mark.parametrize(("log", "expected"), PROBES.values(), ids=PROBES)
def test_a_probe_is_a_command_to_type_for_the_tool_of_the_log(
    log: str, expected: list[str], job: Job
) -> None:
    case = job.failed(log, sha=SHA, run_id=1)["case"]
    told = job.program.good("triage", "probe", case).stdout
    assert all(part in told for part in expected), told
    answer = job.program.good("triage", "probe", case, "--json").json
    assert answer["commands"] == told.splitlines()
    half = job.program("triage", "probe", case, "--passed")
    assert (half.status, half.stdout) == (2, "")
    assert "--order TEXT" in half.stderr


@pytest.mark.capability("T27")
def test_a_correction_counts_against_the_rules_and_leaves_the_case_as_it_was(job: Job) -> None:
    cases = [
        job.failed(broken_assertion(f"test_{at}"), sha=SHA, run_id=at)["case"] for at in range(3)
    ]
    program = job.program
    for case in cases:
        done = program.good(
            "triage", "correct", case, "--bucket=flaky_test", "--why", "passes alone", "--json"
        )
        assert (done.json["bucket"], done.json["corrected_bucket"]) == (
            "code_regression",
            "flaky_test",
        )
    stats = program.good("triage", "rules", "stats", "--json").json
    rows = {row["rule"]: row for row in stats["rules"]}
    assert rows["pytest-assert-compare"]["hits"] == 3
    assert rows["pytest-assert-compare"]["overridden"] == 3
    assert rows["pytest-assert-compare"]["precision"] == 0
    prompt = "look at pytest-assert-compare: people often say otherwise"
    assert prompt in stats["prompts"]
    assert prompt in program.good("triage", "rules", "stats").stdout
    told = program.good("triage", "correct", cases[0], "--bucket", "code_regression", "--why", "no")
    assert told.stdout == (
        f"{cases[0]}: code_regression as recorded, code_regression as tester says\n"
    )
    after = program.good("triage", "rules", "stats", "--json").json["rules"]
    confirmed = {row["rule"]: row["confirmed"] for row in after}
    assert confirmed["pytest-assert-compare"] == 1
    assert dict(summary_of(job.told(broken_assertion("test_0")).stdout))["bucket"] == (
        "code_regression"
    )


@pytest.mark.capability("T24")
@pytest.mark.capability("T30")
def test_notes_say_that_only_one_shard_fails_and_that_commits_before_passed(job: Job) -> None:
    for number, sha in enumerate(("a" * 40, "b" * 40)):
        for shard in range(1, 4):
            job.passed(sha=sha, run_id=number, attempt=1, shard=f"{shard}/3")
    for number in range(3):
        case = job.failed(
            slow_page(), sha=f"{number}" * 40, run_id=10 + number, attempt=1, shard="3/3"
        )
    notes = notes_of(job.told(slow_page(), sha=SHA, run_id=20, shard="3/3").stdout)
    assert "failure isolated to shard 3/3" in notes
    assert "the same job passed on the last 2 commits before that" in notes
    assert any(note.startswith("seen 3 times before, first on 20") for note in notes)
    known = job.history(case["fingerprint"])
    assert known["passed_commits"] == 2
    assert known["first"]["commit_sha"] == "0" * 40
    assert known["shards"] == [{"shard": "3/3", "cases": 3, "fraction": 1.0, "skewed": True}]
    told = job.program.good("triage", "history", case["fingerprint"]).stdout
    assert "passed on 2 commits in a row" in told
    assert "3/3: 3 cases, more than its share" in told


@pytest.mark.capability("T16")
@pytest.mark.capability("T30")
@pytest.mark.capability("T41")
def test_what_keeps_coming_and_passes_when_run_again_is_listed_with_its_rate(job: Job) -> None:
    assert "no failure on record came three times" in job.program.good("triage", "flaky").stdout
    for number in range(4):
        case = job.failed(slow_page(), sha=f"{number}" * 40, run_id=number, attempt=1)
        if number:
            job.passed(sha=f"{number}" * 40, run_id=number, attempt=2)
        else:
            job.failed(slow_page(), sha=f"{number}" * 40, run_id=number, attempt=2)
    job.failed(slow_page("hides the form"), sha=SHA, run_id=9, attempt=1)
    (flake,) = job.program.good("triage", "flaky", "--json").json["flaky"]
    assert (flake["fingerprint"], flake["cases"]) == (case["fingerprint"], 5)
    reruns = flake["reruns"]
    assert (reruns["passed"], reruns["total"], reruns["rate"]) == (3, 4, 0.75)
    assert 0 < reruns["low"] < 0.75 < reruns["high"] < 1
    told = job.program.good("triage", "flaky").stdout
    assert "3/4 (" in told
    assert case["fingerprint"] in told
    history = job.program.good("triage", "history", case["fingerprint"]).stdout
    assert "reruns       passed 3/4 (30% to 95%)" in history
    notes = notes_of(job.told(slow_page(), sha=SHA, run_id=20).stdout)
    assert "3 of 4 reruns passed (30% to 95%)" in notes


@pytest.mark.capability("T41")
def test_a_quarantine_has_an_owner_and_an_end_and_stands_in_the_next_summary(job: Job) -> None:
    fingerprint = job.failed(slow_page(), sha=SHA, run_id=1)["fingerprint"]
    program = job.program
    today = datetime.now(UTC).date()
    command = ("triage", "quarantine", fingerprint, "--owner", "ada")
    over = program(*command, "--until", str(today - timedelta(days=2)))
    assert (over.status, over.stdout) == (2, "")
    assert "is over already" in over.stderr
    assert "is no date" in program(*command, "--until", "soon").stderr
    until = str(today + timedelta(days=14))
    done = program.good(*command, "--until", until, "--why", "being rewritten")
    assert done.stdout == f"{fingerprint}: quarantined until {until}, ada answers for it\n"
    note = f"quarantined by ada, until {until}"
    assert note in notes_of(job.told(slow_page(), sha="b" * 40, run_id=2).stdout)
    assert job.history(fingerprint)["quarantine"] == {
        "owner": "ada",
        "until": until,
        "why": "being rewritten",
        "expired": False,
    }
    unknown = program("triage", "quarantine", "jest:never", "--owner=a", "--until", until, "--json")
    assert (unknown.status, unknown.error["code"]) == (3, "case_not_found")


@pytest.mark.capability("T36")
@pytest.mark.capability("T42")
def test_what_keeps_coming_is_called_systemic_and_retried_no_more(job: Job) -> None:
    reasons = [
        job.failed(missing_variable(), sha=f"{number}" * 40, run_id=number)["why"].split(";")[0]
        for number in range(3)
    ]
    assert reasons == ["policy disallows", "policy disallows", "systemic"]
    told = [
        job.failed(slow_page(), sha=f"{number}" * 40, run_id=number, attempt=1)
        for number in range(6)
    ]
    assert [one["next-action"] for one in told] == ["rerun_same_sha"] * 5 + ["escalate"]
    assert told[-1]["why"].startswith("systemic; ")


@pytest.mark.capability("T31")
def test_while_one_fault_breaks_most_jobs_nothing_is_retried(job: Job) -> None:
    for number in range(4):
        Job(program=job.program, name=f"job {number}").failed(
            missing_image(), sha=SHA, run_id=1, attempt=1
        )
    for log in (missing_image("other.example.org"), slow_page()):
        told = dict(summary_of(job.told(log, sha=SHA, run_id=2, attempt=1).stdout))
        assert told["next-action"] == "escalate"
        assert told["why"].startswith("outage: most recent failures are one fault")
    code = dict(summary_of(job.told(broken_assertion(), sha=SHA, run_id=2).stdout))
    assert code["next-action"] == "open_patch_lane"


def test_one_job_that_is_tried_again_and_again_is_no_outage(job: Job) -> None:
    for attempt in range(1, 6):
        job.failed(missing_image(), sha=SHA, run_id=1, attempt=attempt)
    told = dict(summary_of(job.told(slow_page(), sha=SHA, run_id=2, attempt=1).stdout))
    assert told["next-action"] == "rerun_same_sha"


@pytest.mark.capability("T26")
def test_every_decision_is_an_entry_that_says_who_when_and_why(job: Job) -> None:
    case = job.failed(slow_page(), sha=SHA, run_id=1, attempt=1)
    last = job.history(case["fingerprint"])["last"]
    assert (last["action"], last["lane"], last["reason"]) == (
        "rerun_same_sha",
        "rerun",
        "rerun 1 of 1",
    )
    ledger = (job.program.runs_dir / "ledger.jsonl").read_text()
    assert '"actor":"tester"' in ledger
    assert '"command":"--runs-dir ' in ledger
    assert last["at"].endswith("Z")


def test_record_fail_is_triage_with_record(job: Job) -> None:
    path = job.program.cwd / "job.log"
    path.write_text(slow_page())
    facts = job.options(sha=SHA, run_id=1)
    done = job.program.good("triage", "record", "--fail", "--log", str(path), *facts)
    case = dict(summary_of(done.stdout))["case"]
    assert job.failed(slow_page(), sha=SHA, run_id=1)["case"] == case


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "one of --pass and --fail is needed"),
        (("--pass", "--fail"), "one of --pass and --fail is needed"),
        (("--fail",), "--fail needs --log FILE"),
        (("--pass", "--log", "x"), "--log belongs to --fail"),
        (("--pass", "--shard", "x"), "the shard 'x' is not of the form N/M"),
    ],
)
def test_a_record_that_cannot_be_is_refused(
    options: tuple[str, ...], told: str, forked: Curricle
) -> None:
    done = forked("triage", "record", *options)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error[invalid_argument]: {told}")
    assert not forked.runs_dir.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("correct", "case-0123456789ab", "--bucket=unknown", "--why=x"),
        ("probe", "case-0123456789ab"),
        ("close", "case-0123456789ab", "--why=x"),
        ("history", "pytest-test:"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_case_that_is_not_there_is_said_not_to_be(
    arguments: tuple[str, ...], forked: Curricle
) -> None:
    done = forked("triage", *arguments, "--json")
    assert (done.status, done.error["code"]) == (3, "case_not_found")
    no_case = forked("triage", arguments[0], "nonsense!", *arguments[2:], "--json")
    assert no_case.status in {2, 3}


def test_a_case_and_a_fingerprint_can_be_named_by_their_beginning(job: Job) -> None:
    case = job.failed(slow_page(), sha=SHA, run_id=1)
    job.failed(slow_page("hides the form"), sha=SHA, run_id=1)
    known = job.history(case["fingerprint"].partition("@")[0] + "@")
    assert known["first"]["case"] == case["case"]
    both = job.program("triage", "history", "jest-timeout:", "--json")
    assert (both.status, both.error["code"]) == (2, "invalid_argument")
    assert case["fingerprint"] in both.error["message"]
    closed = job.program.good("triage", "close", case["case"][:12], "--why", "fixed")
    assert closed.stdout == f"{case['case']}: closed\n"


def test_passes_named_by_fingerprint_count_as_reruns_of_it(job: Job) -> None:
    case = job.failed(slow_page(), sha=SHA, run_id=1, attempt=1)
    job.program.good(
        "triage",
        "record",
        "--pass",
        f"--fingerprint={case['fingerprint']}",
        *job.options(sha=SHA, run_id=1, attempt=2),
        "--json",
    )
    assert job.history(case["fingerprint"])["reruns"]["passed"] == 1


@pytest.mark.capability("T26")
def test_the_cases_on_record_are_listed_newest_first(job: Job) -> None:
    assert job.program.good("triage", "cases").stdout == "no case is on record\n"
    first = job.failed(slow_page(), sha=SHA, run_id=1)["case"]
    second = job.failed(broken_assertion(), sha=SHA, run_id=2)["case"]
    head, *rows = job.program.good("triage", "cases").stdout.splitlines()
    assert head.split() == ["CASE", "AT", "STATE", "BUCKET", "ACTION", "FINGERPRINT"]
    assert [row.split()[0] for row in rows] == [second, first]
    told = job.program.good("triage", "cases", "--limit", "1", "--json").json
    assert [case["case"] for case in told["cases"]] == [second]
