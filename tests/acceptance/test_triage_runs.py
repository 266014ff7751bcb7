from __future__ import annotations

import pytest

from ci_jobs import LABELS, summary_of, triage, verify_pack
from command import SCOPES, Curricle, tree

BREAD = SCOPES / "bread-baking.md"
KEY = "sk-" + "a1B2" * 8


def test_a_run_whose_request_is_not_ready_is_for_a_person(forked: Curricle) -> None:
    run = forked.init("Bread")
    failed = forked("run", run.name)
    assert "error[stage_conflict]" in failed.stderr
    pack = forked.good("triage", run.name, "--json").json
    verify_pack(pack)
    assert pack["run_id"] == run.name
    assert pack["bucket"] == "unknown"
    assert pack["decision"]["action"] == "escalate"
    assert pack["first_failure_line"].startswith("error[stage_conflict]: topic spec not ready")
    assert pack["evidence"][0]["rule"] == "code:stage_conflict"
    assert pack["links"]["run"] == run.name
    assert "bucket: the program typed it as stage_conflict" in pack["notes"]


@pytest.mark.capability("T32")
def test_the_code_of_a_run_s_failure_decides_not_its_words(forked: Curricle) -> None:
    program = forked.with_environment(AGENT_PROVIDER="remote_llm")
    run = program.init("AssertionError: Timeout 30000ms exceeded", scope_file=BREAD)
    failed = program("run", run.name)
    assert "error[provider_key_missing]" in failed.stderr
    done = triage(forked, run.name[:20], "--exit-code")
    rows = summary_of(done.stdout)
    assert done.status == 8
    assert tuple(label for label, _ in rows[:5]) == LABELS
    told = dict(rows)
    assert (told["bucket"], told["next-action"]) == ("secret_or_config", "escalate")
    assert "OPENAI_API_KEY is required" in told["why"]


def test_of_several_failures_of_a_run_the_last_one_counts(forked: Curricle) -> None:
    run = forked.init("Bread")
    assert forked("run", run.name).status == 4
    program = forked.with_environment(AGENT_PROVIDER="remote_llm")
    assert "provider_key_missing" in program("run", run.name, f"--scope-file={BREAD}").stderr
    assert forked.good("triage", run.name, "--json").json["bucket"] == "secret_or_config"


def test_looking_at_a_run_writes_nothing(forked: Curricle) -> None:
    run = forked.init("Bread")
    forked("run", run.name)
    before = tree(forked.runs_dir)
    forked.good("triage", run.name)
    forked.good("triage", run.name, "--json")
    assert tree(forked.runs_dir) == before


@pytest.mark.capability("T26")
def test_the_failure_of_a_run_is_put_on_record_like_any_other(forked: Curricle) -> None:
    run = forked.init("Bread")
    forked("run", run.name)
    told = dict(summary_of(forked.good("triage", run.name, "--record").stdout))
    again = forked.good("triage", run.name, "--record")
    assert f"{told['case']} was on record already" in again.stderr
    known = forked.good("triage", "history", told["fingerprint"], "--json").json
    assert (known["cases"], known["last"]["run_id"]) == (1, run.name)
    assert forked.good("journal", "verify", run.name).stdout


def test_a_run_that_never_failed_has_no_case(forked: Curricle) -> None:
    run = forked.init("Bread", scope_file=BREAD)
    done = forked("triage", run.name, "--json")
    assert (done.status, done.error["code"]) == (3, "case_not_found")
    assert run.name in done.error["message"]
    assert forked("triage", run.name).stdout == ""


@pytest.mark.parametrize("name", ["20991231-000000-nothing-0000", "corect"])
def test_a_run_that_is_not_there_is_said_not_to_be(name: str, forked: Curricle) -> None:
    forked.init("Bread")
    done = forked("triage", name, "--json")
    assert (done.status, done.error["code"]) == (3, "run_not_found")


def test_the_key_of_a_provider_is_in_no_pack(forked: Curricle) -> None:
    program = forked.with_environment(
        AGENT_PROVIDER="remote_llm", OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"ftp://u:{KEY}@localhost"
    )
    run = program.init("Bread", scope_file=BREAD)
    assert program("run", run.name).status == 4
    done = program.good("triage", run.name, "--record", "--json")
    assert done.json["bucket"] == "secret_or_config"
    assert KEY not in done.stdout + done.stderr
    assert not [path for path, data in tree(program.runs_dir).items() if KEY.encode() in data]


@pytest.mark.capability("T20", "T39")
def test_a_run_that_fails_again_and_again_is_retried_so_often_and_no_more(
    forked: Curricle,
) -> None:
    program = forked.with_environment(
        AGENT_PROVIDER="remote_llm",
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        AGENT_RETRY_BUDGET="0",
    )
    run = program.init("Bread", scope_file=BREAD)
    decided = []
    for _ in range(3):
        assert "error[provider_unavailable]" in program("run", run.name).stderr
        told = forked.good("triage", run.name, "--record", "--json").json["decision"]
        decided.append((told["action"], told["retries_used"]))
    assert decided == [("cooldown_retry", 0), ("cooldown_retry", 1), ("escalate", 2)]
