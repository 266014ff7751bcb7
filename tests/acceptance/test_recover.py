from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from answering import operations
from bundles import recovered
from command import EXAMPLES, ROOT, SCOPES, Curricle, tree
from curricle.runs.journal import load_journal
from curricle.runs.proof import verify_journal
from drill import KEY, steps_of
from faults import in_child, stop_at
from hands import CURRICULUM, SCOPE, SPEC, edit, is_kept, stage_of, status_of
from histories import journal_of
from model_faults import FAULTS
from model_server import model_server

if TYPE_CHECKING:
    from pathlib import Path

JOURNAL = "logs/journal.jsonl"
BREAD = SCOPES / "bread-baking.md"


def events_of(run: Path) -> list[str]:
    return [entry.event for entry in load_journal(run).entries]


def without_lock(files: dict[str, bytes]) -> dict[str, bytes]:
    return {**files, ".lock": b""}


def broken_by_a_cycle(run: Path) -> None:
    nodes = json.loads((run / CURRICULUM).read_bytes())["nodes"]
    edit(run / CURRICULUM, {"/nodes/0/prerequisites": [nodes[1]["id"]]})
    edit(run / CURRICULUM, {"/nodes/1/prerequisites": [nodes[0]["id"]]})


def test_a_healthy_run_is_said_to_be_one_and_left_alone(forked: Curricle, finished: Path) -> None:
    before = tree(finished)
    for options in ((), ("--dry-run",), ("--apply",), ("--apply", "--yes")):
        done = forked.good("recover", finished.name, *options)
        assert done.stdout == "healthy: nothing is left to do\n"
    assert without_lock(tree(finished)) == without_lock(before)


@pytest.mark.capability("R1")
def test_one_command_does_the_first_triage_of_a_fresh_run(forked: Curricle) -> None:
    run = forked.init("Bread", scope_file=BREAD)
    foreseen = forked.good("recover", run.name)
    assert "ready: `recover --apply` takes the steps that are ready" in foreseen.stdout
    assert stage_of(run) == "initialized"
    done = forked.good("recover", run.name, "--apply")
    assert "resolved: nothing is left to do" in done.stdout
    assert stage_of(run) == "iterated"
    assert events_of(run)[-1] == "recovery_ended"


@pytest.mark.capability("R1")
@pytest.mark.capability("R6")
def test_first_triage_goes_on_to_what_it_meets(forked: Curricle) -> None:
    run = forked.init("Bread", scope_file=BREAD)
    forked.good("run", run.name)
    broken_by_a_cycle(run)
    answer = recovered(forked, run, "--apply")
    codes = [path["code"] for path in answer["paths"]]
    assert (answer["outcome"], codes) == ("resolved", ["artifact_stale", "validation_failed"])
    assert stage_of(run) == "iterated"


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--dry-run", "--apply")], ids=" ".join)
def test_without_apply_nothing_is_written(
    options: tuple[str, ...], forked: Curricle, finished: Path
) -> None:
    broken_by_a_cycle(finished)
    assert forked("validate", finished.name).status == 1
    before = tree(forked.runs_dir)
    answer = recovered(forked, finished, *options)
    assert (answer["outcome"], answer["paths"][0]["path"]) == ("ready", "validation-failed")
    assert [step["state"] for step in answer["paths"][0]["causes"][0]["steps"]] == ["ready"]
    assert tree(forked.runs_dir) == before


@pytest.mark.parametrize("size", [0, 2, 200, 10_000])
def test_run_json_is_made_anew_from_the_journal_whatever_is_left_of_it(
    size: int, forked: Curricle, finished: Path
) -> None:
    whole = json.loads((finished / "run.json").read_bytes())
    damaged = (finished / "run.json").read_bytes()[:size].replace(b"schema_version", b"schema")
    (finished / "run.json").write_bytes(damaged)
    answer = recovered(forked, finished, "--apply")
    assert answer["outcome"] == "resolved"
    made = json.loads((finished / "run.json").read_bytes())
    assert (made["stages"], made["name"]) == (whole["stages"], whole["name"])
    assert is_kept(finished, damaged)
    (step,) = [e.data for e in load_journal(finished).entries if e.event == "recovery_step"]
    assert (step["step"], step["outcome"]) == ("rebuild_record", "done")
    verify_journal(finished, None)


@pytest.mark.capability("R12")
def test_path_f_archives_starts_afresh_and_links_and_does_so_once(
    forked: Curricle, given: Path
) -> None:
    forked.good("run", given.name)
    (given / "run.json").write_bytes(b"{")
    (given / JOURNAL).write_bytes(b"no entry\n")
    before = tree(given)
    answer = recovered(forked, given, "--apply")
    assert (answer["outcome"], answer["paths"][0]["letter"]) == ("resolved", "F")
    fresh = forked.runs_dir / answer["fresh_run"]
    assert without_lock(tree(given)) == without_lock(before)
    assert stage_of(fresh) == "iterated"
    assert (fresh / SPEC).read_bytes() == before[SPEC]
    assert (fresh / SCOPE).read_bytes() == before[SCOPE]
    first = load_journal(fresh).entries[0]
    (archive,) = (forked.runs_dir / "archives").iterdir()
    assert first.data["recovered_from"]["run_id"] == given.name
    assert forked.good("archive", given.name, "--json").json == {
        "schema_version": "1.0",
        "run_id": given.name,
        "archive": str(archive),
        "sha256": first.data["recovered_from"]["archive_sha256"],
        "files": len(before) - (".lock" in before),
        "left_out": [],
    }
    assert {"recovery_begun", "recovery_step", "recovery_ended"} <= set(events_of(fresh))
    again = recovered(forked, given, "--apply")
    assert (again["outcome"], again["fresh_run"]) == ("healthy", fresh.name)
    assert len(forked.good("list", "--json").json["runs"]) == 2


def test_a_person_s_curriculum_without_a_request_goes_into_the_fresh_run(forked: Curricle) -> None:
    run = forked.init("Given", curriculum=EXAMPLES / "curriculum.json")
    (run / "run.json").write_bytes(b"")
    (run / JOURNAL).unlink()
    answer = recovered(forked, run, "--apply")
    fresh = forked.runs_dir / answer["fresh_run"]
    assert (fresh / CURRICULUM).read_bytes() == (EXAMPLES / "curriculum.json").read_bytes()
    assert answer["outcome"] == "needs you"
    assert answer["paths"][-1]["code"] == "stage_conflict"


def test_a_run_of_a_newer_version_is_not_made_older(forked: Curricle, finished: Path) -> None:
    lines = (finished / JOURNAL).read_bytes().splitlines(keepends=True)
    entries = [{**json.loads(lines[0])["data"]}]
    (finished / JOURNAL).write_bytes(journal_of(entries).replace(b'"note"', b'"epoch"'))
    edit(finished / "run.json", {"/schema_version": "9.0"})
    before = tree(finished)
    answer = recovered(forked, finished, "--apply")
    assert (answer["outcome"], answer["paths"][0]["path"]) == (
        "needs you",
        "run-of-a-newer-version",
    )
    assert any("git pull" in step["commands"] for step in steps_of(answer))
    assert without_lock(tree(finished)) == without_lock(before)


@pytest.mark.parametrize("kind", ["file", "empty folder"])
def test_what_is_no_run_is_typed_and_left_alone(kind: str, forked: Curricle) -> None:
    path = forked.runs_dir / "20260101-000000-thing-0000"
    path.parent.mkdir()
    path.touch() if kind == "file" else path.mkdir()
    done = forked("recover", path.name, "--apply", "--json")
    assert done.status in {4, 6, 8}
    assert (done.json.get("outcome") or done.error["code"]) in {"escalate", "needs you", "io_error"}
    assert list(path.iterdir() if path.is_dir() else []) in ([], [path / ".lock"])


@pytest.mark.parametrize("folder", ["logs", "inputs", "outputs", "objects"])
def test_a_half_deleted_run_is_recovered_or_typed(
    folder: str, forked: Curricle, finished: Path
) -> None:
    shutil.rmtree(finished / folder)
    answer = recovered(forked, finished, "--apply")
    assert answer["outcome"] in {"resolved", "healthy", "needs you", "escalate"}
    if answer["outcome"] in {"resolved", "healthy"}:
        assert stage_of(forked.runs_dir / (answer["fresh_run"] or finished.name)) == "iterated"
    assert forked("escalate", finished.name, "--json").status == 0


def test_a_crash_at_any_point_of_a_recovery_is_taken_up(
    forked: Curricle, finished: Path, tmp_path: Path
) -> None:
    broken_by_a_cycle(finished)
    assert forked("validate", finished.name).status == 1
    untouched = tmp_path / "untouched"
    shutil.copytree(finished, untouched)
    number, ended = 0, 0
    while True:
        arguments = ("--runs-dir", str(forked.runs_dir), "recover", finished.name, "--apply")
        done = in_child(*arguments, before=stop_at(number, torn=number % 2 == 1))
        if done.status == 0:
            break
        assert recovered(forked, finished, "--apply")["outcome"] in {"resolved", "healthy"}
        assert stage_of(finished) == "iterated"
        verify_journal(finished, None)
        steps = [e.data["attempt"] for e in load_journal(finished).entries if "attempt" in e.data]
        ended += len(set(steps)) == 1
        shutil.rmtree(finished)
        shutil.copytree(untouched, finished)
        number += 7
    assert number > 40
    assert ended > 2, "a walk whose command died is never taken up"


def test_a_crash_while_a_fresh_run_is_made_leaves_one_fresh_run(
    forked: Curricle, finished: Path, tmp_path: Path
) -> None:
    (finished / "run.json").write_bytes(b"")
    (finished / JOURNAL).unlink()
    untouched = tmp_path / "untouched"
    shutil.copytree(forked.runs_dir, untouched)
    number = 0
    while True:
        arguments = ("--runs-dir", str(forked.runs_dir), "recover", finished.name, "--apply")
        if in_child(*arguments, before=stop_at(number)).status == 0:
            break
        answer = recovered(forked, finished, "--apply")
        assert answer["outcome"] in {"resolved", "healthy"}
        assert len(forked.good("list", "--json").json["runs"]) == 2
        assert stage_of(forked.runs_dir / answer["fresh_run"]) == "iterated"
        shutil.rmtree(forked.runs_dir)
        shutil.copytree(untouched, forked.runs_dir)
        number += 13
    assert number > 60


def test_two_recoveries_at_once_end_well(curricle: Curricle) -> None:
    run = curricle.init("Bread", scope_file=BREAD)
    both = [curricle.start("recover", run.name, "--apply", "--json") for _ in range(2)]
    told = [process.communicate(timeout=60)[0] for process in both]
    assert {process.returncode for process in both} <= {0, 8}
    assert "resolved" in {json.loads(text)["outcome"] for text in told}
    assert stage_of(run) == "iterated"
    verify_journal(run, None)


def test_what_is_filled_into_a_command_is_quoted(tmp_path: Path) -> None:
    folder = tmp_path / "runs; touch pwned $(touch pwned) '"
    program = Curricle(runs_dir=folder, cwd=tmp_path)
    run = program.init("Given", curriculum=EXAMPLES / "curriculum.json")
    edit(run / CURRICULUM, {"/nodes/0/title": "replace_with_title"})
    assert program("validate", run.name).status == 1
    answer = recovered(program, run, "--apply")
    lines = [line for step in steps_of(answer) for line in step["commands"] if "cat" in line]
    done = subprocess.run(
        ["bash", "-c", lines[0]], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "quality.placeholder" in done.stdout
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(("typed", "stage"), [(b"y\n", "iterated"), (b"n\n", "initialized")])
def test_on_a_terminal_it_asks_before(typed: bytes, stage: str, curricle: Curricle) -> None:
    run = curricle.init("Bread", scope_file=BREAD)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        curricle.command("recover", run.name, "--apply"),
        cwd=curricle.cwd,
        env=curricle.full_environment,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, typed)
        assert process.stdout
        process.stdout.read()
    os.close(ours)
    assert b"take the steps that are ready?" in shown
    assert stage_of(run) == stage


@pytest.mark.capability("R14")
def test_answers_that_stay_unfit_are_escalated_with_what_was_tried(curricle: Curricle) -> None:
    run = curricle.init("Bread", scope_file=BREAD)
    with model_server([FAULTS["wrong_schema"]]) as server:
        program = curricle.with_environment(
            AGENT_PROVIDER="remote_llm",
            AGENT_MODEL="gpt-5.5",
            AGENT_RETRY_BUDGET="1",
            OPENAI_API_KEY=KEY,
            OPENAI_BASE_URL=server.url,
        )
        assert program("run", run.name).status == 5
        answer = recovered(program, run, "--apply")
    assert answer["outcome"] == "escalate"
    assert "times no answer could be used (remote_llm)" in answer["reason"]
    steps = [e.data["step"] for e in load_journal(run).entries if e.event == "recovery_step"]
    assert steps == ["ask_without_model", "ask_with_more_time", "check_provider", "ask_again"]
    assert len(server.requests) == 2 * 4


@pytest.mark.capability("R15")
def test_findings_that_come_back_after_a_known_good_curriculum_are_escalated(
    forked: Curricle, finished: Path
) -> None:
    edit(finished / CURRICULUM, {"/nodes/0/title": "replace_with_title"})
    assert forked("validate", finished.name).status == 1
    assert recovered(forked, finished, "--apply")["outcome"] == "needs you"
    assert forked("validate", finished.name).status == 1
    answer = recovered(forked, finished, "--apply")
    assert answer["outcome"] == "escalate"
    assert "valid before, and since a change the same findings came 2 times" in answer["reason"]


@pytest.mark.capability("R16")
@pytest.mark.parametrize(("path", "command"), [(SPEC, "run"), (CURRICULUM, "validate")])
def test_a_core_file_that_cannot_be_parsed_is_escalated_with_the_ways_back(
    path: str, command: str, forked: Curricle, finished: Path
) -> None:
    (finished / path).write_bytes(b'{"goal": ')
    assert forked(command, finished.name).status == 4
    answer = recovered(forked, finished, "--apply")
    assert answer["outcome"] == "escalate"
    assert f"{path} cannot be parsed" in answer["reason"]
    (line,) = [c for s in steps_of(answer) for c in s["commands"] if c.startswith("cp ")]
    subprocess.run(["bash", "-c", line], check=True)
    assert recovered(forked, finished, "--apply")["outcome"] in {"resolved", "healthy"}
    assert stage_of(finished) == "iterated"


def test_a_path_gone_twice_in_vain_is_escalated(forked: Curricle) -> None:
    run = forked.init("Nothing")
    outcomes = [recovered(forked, run, "--apply")["outcome"] for _ in range(3)]
    assert outcomes == ["needs you"] * 3, "nobody did anything in between"
    assert forked("run", run.name).status == 4
    answer = recovered(forked, run, "--apply")
    assert answer["outcome"] == "escalate"
    assert answer["reason"] == "this path was gone 2 times without success"


def test_what_was_mended_by_hand_meanwhile_does_not_count_against_a_path(forked: Curricle) -> None:
    run = forked.init("Bread")
    assert forked("run", run.name).status == 4
    assert recovered(forked, run, "--apply")["outcome"] == "needs you"
    forked.good("run", run.name, "--scope-file", str(BREAD))
    (run / SCOPE).unlink()
    shutil.copy(ROOT / "templates" / "topic_spec.json", run / SPEC)
    assert forked("run", run.name).status == 4
    assert recovered(forked, run, "--apply")["outcome"] == "needs you"


def test_feedback_that_failed_is_asked_for_again(curricle: Curricle) -> None:
    run = curricle.init("Bread", scope_file=BREAD)
    curricle.good("run", run.name)
    with model_server([FAULTS["http_503"], json.dumps(operations())]) as server:
        program = curricle.with_environment(
            AGENT_RETRY_BUDGET="0", OPENAI_API_KEY=KEY, OPENAI_BASE_URL=server.url
        )
        arguments = ("--feedback", "more about rye", "--provider", "remote_llm")
        assert program("iterate", run.name, *arguments).status == 5
        before = len(server.requests)
        recovered(program, run, "--apply")
        again = server.requests[before:]
        assert again
        assert all("more about rye" in request.prompt for request in again)


def test_stats_count_what_was_tried_in_all_runs(forked: Curricle) -> None:
    assert forked.good("runbook", "stats").stdout == ""
    for _ in range(2):
        good = forked.init("Bread", scope_file=BREAD)
        recovered(forked, good, "--apply")
    bad = forked.init("Nothing")
    for _ in range(2):
        assert forked("run", bad.name).status == 4
        recovered(forked, bad, "--apply")
    journal = forked.runs_dir / good.name / JOURNAL
    journal.write_bytes(journal.read_bytes() + b'{"event":"recovery_begun",')
    rows = forked.good("runbook", "stats", "--json").json["paths"]
    told = {
        r["code"]: (r["tried"], r["resolved"], r["needs_you"], r["escalated"], r["died"])
        for r in rows
    }
    assert told == {"first_triage": (2, 2, 0, 0, 0), "stage_conflict": (2, 0, 1, 1, 0)}
    assert all(row["median_seconds"] >= 0 for row in rows)
    assert "first_triage" in forked.good("runbook", "stats").stdout


def test_status_and_errors_lead_to_the_runbook(forked: Curricle, finished: Path) -> None:
    edit(finished / CURRICULUM, {"/nodes/0/title": "replace_with_title"})
    told = forked("validate", finished.name, "--json").json["error"]
    assert (told["recovery"], told["fingerprint"].partition(":")[0]) == (
        "validation-failed",
        "validation_failed",
    )
    assert status_of(finished)["last_failure"]["fingerprint"] == told["fingerprint"]
    assert f"recover {finished.name}" in forked.good("status", finished.name).stdout


def test_what_is_certain_and_a_person_s_is_not_got_round_by_an_operator_s_step(
    forked: Curricle,
) -> None:
    book = forked.cwd / "book.yaml"
    book.write_text(
        'schema_version: "1.0"\n'
        "entries:\n"
        "  - code: provider_key_missing\n"
        "    causes:\n"
        "      - name: the-gateway\n"
        "        text: the gateway needs no key\n"
        "        steps: [{do: ask_again}]\n"
    )
    run = forked.init("Bread", scope_file=BREAD)
    program = forked.with_environment(AGENT_PROVIDER="remote_llm")
    assert program("run", run.name).status == 4
    for options in ((), ("--apply",)):
        answer = recovered(program, run, "--runbook", str(book), *options)
        assert answer["outcome"] == "needs you"
        last = answer["paths"][0]["causes"][-1]
        assert (last["name"], last["steps"][0]["state"]) == ("the-gateway", "ready")
    assert "recovery_step" not in events_of(run)
