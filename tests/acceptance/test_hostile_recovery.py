from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bundles import escalated, recovered
from command import SCOPES, tree
from curricle.canonical import sha256_hex
from curricle.layout import JOURNAL, OBJECTS
from drill import KEY, commands_of
from hands import CURRICULUM, REPORT, SCOPE, SPEC, edit, stage_of
from histories import copy_of, journal_of
from model_faults import FAULTS
from model_server import model_server
from processes import wait_for

if TYPE_CHECKING:
    from command import Curricle

TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"


def truncated(run: Path) -> None:
    """Make a run that only path F helps."""
    (run / "run.json").write_bytes(b"{")
    (run / JOURNAL).write_bytes(b"")


@pytest.mark.parametrize("damage", ["gone", "emptied", "one changed"])
def test_a_run_whose_versions_are_lost_is_never_called_healthy(
    damage: str, forked: Curricle, finished: Path
) -> None:
    objects = finished / OBJECTS
    if damage == "one changed":
        digest = sha256_hex((finished / CURRICULUM).read_bytes())
        (objects / digest).write_bytes(b"something else")
    else:
        shutil.rmtree(objects)
        if damage == "emptied":
            objects.mkdir()
    assert forked("audit", "verify", finished.name).status == 7
    assert recovered(forked, finished)["outcome"] == "escalate"
    answer = recovered(forked, finished, "--apply")
    is_whole = forked("audit", "verify", finished.name).status == 0
    assert (answer["outcome"] in {"resolved", "healthy"}) is is_whole
    assert is_whole is (damage == "one changed"), "what is still in outputs/ is kept again"
    if is_whole:
        kept = {sha256_hex(path.read_bytes()) for path in objects.iterdir()}
        assert sha256_hex(b"something else") in kept


def test_a_fifo_in_another_run_is_not_waited_for(forked: Curricle, finished: Path) -> None:
    other = copy_of(finished, forked.cwd)
    other = other.rename(finished.with_name(f"{finished.name[:-4]}ffff"))
    (other / JOURNAL).unlink()
    os.mkfifo(other / JOURNAL)
    truncated(finished)
    assert recovered(forked, finished, "--apply")["outcome"] == "resolved"


def test_a_link_in_the_context_is_named_and_not_followed(forked: Curricle, finished: Path) -> None:
    (finished / "inputs" / "context").symlink_to("/")
    truncated(finished)
    answer = recovered(forked, finished, "--apply")
    assert answer["outcome"] == "escalate"
    told = json.dumps(answer)
    assert "inputs/context: it is a symbolic link" in told
    assert len(forked.good("list", "--json").json["runs"]) == 1


def test_a_copy_is_moved_away_and_never_into_the_run_it_was_copied_from(
    forked: Curricle, finished: Path
) -> None:
    copy = finished.with_name(f"{finished.name[:-4]}beef")
    shutil.copytree(finished, copy)
    before = tree(finished)
    for options in ((), ("--apply",)):
        assert recovered(forked, copy, *options)["outcome"] == "needs you"
    (line,) = [c for c in commands_of(recovered(forked, copy)) if c.startswith("mv ")]
    subprocess.run(["bash", "-c", line], check=True)
    assert not copy.exists()
    assert tree(finished) == before


def test_a_damaged_archive_never_takes_the_place_of_an_earlier_one(
    forked: Curricle, finished: Path
) -> None:
    archive = Path(forked.good("archive", finished.name, "--json").json["archive"])
    for word in (b"first", b"second"):
        archive.write_bytes(word)
        assert recovered(forked, finished, "--apply")["outcome"] == "resolved"
    kept = [path.read_bytes() for path in archive.parent.iterdir() if "damaged" in path.name]
    assert sorted(kept) == [b"first", b"second"]


@pytest.mark.parametrize("kind", ["a folder", "a FIFO", "in the run", "no folder", "blank"])
def test_a_bundle_goes_only_where_a_new_file_can_be(
    kind: str, forked: Curricle, finished: Path, tmp_path: Path
) -> None:
    target = {
        "a folder": tmp_path,
        "a FIFO": tmp_path / "fifo",
        "in the run": finished / "outputs" / "bundle.tar.gz",
        "no folder": tmp_path / "no" / "folder" / "bundle.tar.gz",
        "blank": "",
    }[kind]
    os.mkfifo(tmp_path / "fifo")
    done = forked("escalate", finished.name, "-o", str(target), "--json")
    assert (done.status, done.error["code"]) == (2, "invalid_argument")
    assert not (finished / "outputs" / "bundle.tar.gz").exists()


ODD_REPORTS: dict[str, Any] = {
    "a list for a rule": {"findings": [{"rule": [1], "severity": "error"}]},
    "rules of two kinds": {"findings": [{"rule": r, "severity": "error"} for r in ("X", 5)]},
    "no findings": {"findings": 3},
    "no object": [],
}


@pytest.mark.parametrize("name", ODD_REPORTS)
def test_a_report_edited_into_anything_stops_no_recovery(
    name: str, forked: Curricle, finished: Path
) -> None:
    edit(finished / CURRICULUM, {"/nodes/0/title": "replace_with_title"})
    assert forked("validate", finished.name).status == 1
    (finished / REPORT).write_text(json.dumps(ODD_REPORTS[name]))
    assert recovered(forked, finished)["outcome"] in {"needs you", "ready"}


def test_objects_that_are_a_link_are_named_with_the_way_out(
    forked: Curricle, finished: Path, tmp_path: Path
) -> None:
    shutil.move(finished / OBJECTS, tmp_path / "objects")
    (finished / OBJECTS).symlink_to(tmp_path / "objects")
    answer = recovered(forked, finished)
    assert (answer["outcome"], answer["paths"][0]["code"]) == ("needs you", "io_error")
    assert any(f"mv {finished / OBJECTS}" in line for line in commands_of(answer))
    forked.good("escalate", finished.name)


def test_a_topic_spec_that_was_removed_is_put_back(forked: Curricle, finished: Path) -> None:
    spec = (finished / SPEC).read_bytes()
    (finished / SPEC).unlink()
    assert recovered(forked, finished, "--apply")["outcome"] == "resolved"
    assert (finished / SPEC).read_bytes() == spec
    assert stage_of(finished) == "iterated"


@pytest.mark.parametrize(
    "name", [f"Deploy with {TOKEN}", "api_key=9f8e7d6c5b4a39281706f5e4d3c2b1a0"]
)
def test_a_name_that_looks_like_a_secret_begins_no_run(name: str, forked: Curricle) -> None:
    done = forked("init", name, "--json")
    assert (done.status, done.error["code"]) == (2, "invalid_argument")
    assert name not in done.stdout
    assert not forked.runs_dir.exists()


def test_a_run_that_is_called_like_a_credential_can_be_escalated(forked: Curricle) -> None:
    run = forked.init("zebra crossing 77", scope_file=SCOPES / "bread-baking.md")
    program = forked.with_environment(OPENAI_API_KEY="zebra-crossing-77")
    _, members = escalated(program, run)
    assert run.name in members["report.md"].decode()


ODD_VARIABLES = {
    "MYSQL_PWD": "Tr0ub4dor&3-x",
    "DB_PASS": "correct horse",
    "GH_PAT": "pat-of-somebody",
    "SESSION_COOKIE": "cookie of somebody",
    "DATABASE_URL": "postgres://me:s3cr3t-of-db@db.example/x",
    "OPENAI_API_KEY": "a  b   c spaced secret",
}


def test_credentials_are_known_by_more_than_their_usual_names(
    forked: Curricle, finished: Path
) -> None:
    program = forked.with_environment(**ODD_VARIABLES, AGENT_MODEL="x" * 190 + KEY, DB_PASSWORD=KEY)
    values = [*list(ODD_VARIABLES.values())[:4], "s3cr3t-of-db", "a b c spaced secret"]
    for value in values:
        assert program("iterate", finished.name, "--feedback", f"use {value} now").status in {4, 8}
    _, members = escalated(program, finished)
    whole = b"".join(members.values()).decode()
    assert [value for value in values if value in whole] == []
    assert KEY[:10] not in whole


def test_a_bundle_is_the_same_however_the_folder_of_runs_is_spelt(
    forked: Curricle, finished: Path
) -> None:
    edit(finished / CURRICULUM, {"/nodes/0/title": "replace_with_title"})
    assert forked("run", finished.name).status == 1
    first, _ = escalated(forked, finished)
    whole = first.read_bytes()
    for runs_dir, cwd in (("runs", forked.cwd), (".", forked.runs_dir)):
        other = type(forked)(runs_dir=runs_dir, cwd=cwd)  # type: ignore[arg-type]
        told = other.good("escalate", finished.name, "--json").json
        assert (cwd / told["bundle"]).read_bytes() == whole


def test_a_bundle_of_a_run_without_a_record_does_not_depend_on_the_surroundings(
    forked: Curricle, finished: Path
) -> None:
    truncated(finished)
    first, members = escalated(forked, finished)
    second, _ = escalated(forked.with_environment(AGENT_MODEL="x", CI="1"), finished)
    assert first == second
    assert b"Not on record: the run takes no entry." in members["report.md"]


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("recovery_begun", '{"attempt":1e999}'),
        ("recovery_ended", '{"attempt":1,"seconds":1e400}'),
        (
            "failure",
            '{"code":"io_error","message":"x","exit_status":6,"stage":null,"details":{"a":1e999}}',
        ),
    ],
)
def test_a_forged_journal_that_chains_is_escalated_like_any_other(
    event: str, data: str, forked: Curricle, finished: Path
) -> None:
    lines = (finished / JOURNAL).read_bytes().splitlines(keepends=True)
    entry = json.loads(lines[-1])
    begun = {**entry, "event": "recovery_begun", "data": {"attempt": 1, "code": "x", "path": "y"}}
    for document, text in ((begun, None), ({**entry, "event": event, "data": "DATA"}, data)):
        document |= {"previous": sha256_hex(lines[-1]), "seq": len(lines) + 1}
        line = json.dumps(document, separators=(",", ":"))
        lines.append((line.replace('"DATA"', text) if text else line).encode() + b"\n")
    (finished / JOURNAL).write_bytes(b"".join(lines))
    _, members = escalated(forked, finished)
    assert data.encode() in members["journal_tail.jsonl"]


@pytest.mark.parametrize("name", ["a**b", "[x]", "*"])
def test_a_folder_with_an_odd_name_is_recovered_or_typed(
    name: str, forked: Curricle, finished: Path
) -> None:
    finished.rename(finished.with_name(name))
    done = forked("recover", name, "--json")
    assert done.status in {4, 8}
    assert forked("escalate", name, "--json").status == 0


def test_the_way_a_path_is_printed_is_a_way_to_look_it_up(forked: Curricle) -> None:
    by_code = forked.good("runbook", "show", "stage_conflict").stdout
    assert forked.good("runbook", "show", "topic-spec-not-ready").stdout == by_code


def test_a_lock_held_by_a_program_that_left_no_note_names_nobody(
    forked: Curricle, finished: Path
) -> None:
    with subprocess.Popen(["sleep", "0"]) as gone:
        gone.wait()
    note = {"command": "run x", "pid": gone.pid, "since": "2026-01-31T09:30:00Z"}
    (finished / ".lock").write_text(json.dumps(note))
    with subprocess.Popen(["flock", str(finished / ".lock"), "sleep", "30"]) as holder:
        try:
            assert wait_for(lambda: recovered(forked, finished)["paths"])
            answer = recovered(forked, finished)
        finally:
            subprocess.run(["pkill", "-P", str(holder.pid)], check=False)
            holder.send_signal(signal.SIGTERM)
    assert answer["paths"][0]["code"] == "run_locked"
    assert not [line for line in commands_of(answer) if str(gone.pid) in line]


def test_what_a_tampered_run_comes_to_is_said_before_anything_is_done(
    forked: Curricle, finished: Path
) -> None:
    data = (finished / JOURNAL).read_bytes()
    (finished / JOURNAL).write_bytes(data.replace(b'"tester"', b'"nobody"', 1))
    done = forked("recover", finished.name, "--json")
    assert (done.status, done.json["outcome"]) == (8, "escalate")
    assert (finished / SCOPE).exists()


def by_server(program: Curricle, url: str) -> Curricle:
    return program.with_environment(
        AGENT_PROVIDER="remote_llm",
        AGENT_MODEL="gpt-5.5",
        AGENT_RETRY_BUDGET="0",
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=url,
    )


def test_a_failure_that_leads_to_another_is_not_called_right(forked: Curricle) -> None:
    run = forked.init("Bread", scope_file=SCOPES / "bread-baking.md")
    with model_server([FAULTS["prose"], FAULTS["http_503"]]) as server:
        program = by_server(forked, server.url)
        assert program("run", run.name).status == 5
        first, *_, last = recovered(program, run, "--apply")["paths"]
    assert (first["code"], first["reason"]) == (
        "provider_output_invalid",
        "it led to provider_unavailable",
    )
    assert (last["code"], last["outcome"]) == ("provider_unavailable", "needs you")


def test_a_bundle_of_a_provider_s_failure_does_not_depend_on_who_writes_it(
    forked: Curricle,
) -> None:
    run = forked.init("Bread", scope_file=SCOPES / "bread-baking.md")
    with model_server([FAULTS["http_503"]]) as server:
        assert by_server(forked, server.url)("run", run.name).status == 5
    first, _ = escalated(forked, run)
    other = forked.with_environment(AGENT_MODEL="x", AGENT_TIMEOUT_SECONDS="7")
    second, _ = escalated(other, run)
    assert first == second


def test_escalating_adds_nothing_to_a_journal_that_was_changed(
    forked: Curricle, finished: Path
) -> None:
    data = (finished / JOURNAL).read_bytes().replace(b'"tester"', b'"nobody"', 1)
    (finished / JOURNAL).write_bytes(data)
    escalated(forked, finished)
    assert (finished / JOURNAL).read_bytes() == data


def test_an_odd_folder_gets_one_fresh_run(forked: Curricle, finished: Path) -> None:
    truncated(finished)
    odd = finished.rename(finished.with_name("zz odd"))
    for _ in range(2):
        assert recovered(forked, odd, "--apply")["outcome"] in {"resolved", "healthy"}
    assert len([path for path in forked.runs_dir.iterdir() if (path / JOURNAL).is_file()]) == 2


def test_runs_that_name_each_other_as_their_origin_are_no_circle(
    forked: Curricle, finished: Path
) -> None:
    data = {"run_id": finished.name, "recovered_from": {"run_id": finished.name}}
    (finished / JOURNAL).write_bytes(journal_of([data]).replace(b'"note"', b'"init"'))
    (finished / "run.json").write_bytes(b"{")
    assert recovered(forked, finished)["paths"]


def test_the_version_that_is_put_back_is_the_one_used_last(
    forked: Curricle, finished: Path
) -> None:
    edit(finished / SPEC, {"/constraints/hours_per_week": 9})
    assert forked("validate", finished.name).status in {0, 1}
    second = (finished / SPEC).read_bytes()
    (finished / SPEC).unlink()
    recovered(forked, finished, "--apply")
    assert (finished / SPEC).read_bytes() == second


def test_what_was_healed_is_on_record_once_it_can_be(forked: Curricle, finished: Path) -> None:
    digest = sha256_hex((finished / CURRICULUM).read_bytes())
    (finished / OBJECTS / digest).unlink()
    assert recovered(forked, finished, "--apply")["outcome"] == "resolved"
    lines = (finished / JOURNAL).read_bytes().splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events[-3:] == ["recovery_begun", "recovery_step", "recovery_ended"]


def test_a_code_of_another_version_stops_no_recovery(forked: Curricle, finished: Path) -> None:
    edit(
        finished / "run.json",
        {
            "/last_failure": {
                "code": "of_the_future",
                "message": "x",
                "exit_status": 4,
                "command": "x",
                "at": "2026-01-31T09:30:00Z",
                "stage": None,
                "details": {},
            }
        },
    )
    assert recovered(forked, finished)["outcome"] == "healthy"


WRONG_DATA: dict[str, dict[str, Any]] = {
    "escalated": {"to": 3},
    "stage": {"stage": "planned", "outputs": ["x"], "parameters": [], "inputs": 5},
    "recovery_begun": {"attempt": 1, "code": [], "path": {}},
    "recovery_ended": {"attempt": 1, "outcome": [], "seconds": "x"},
    "decided": {"decision": [], "why": {}},
    "call": {"answer": 3, "code": []},
}


@pytest.mark.parametrize("event", WRONG_DATA)
def test_entries_of_a_wrong_form_stop_nobody_who_only_looks(
    event: str, forked: Curricle, finished: Path
) -> None:
    lines = (finished / JOURNAL).read_bytes().splitlines(keepends=True)
    entry = {
        **json.loads(lines[-1]),
        "event": event,
        "data": WRONG_DATA[event],
        "previous": sha256_hex(lines[-1]),
        "seq": len(lines) + 1,
    }
    lines.append(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
    (finished / JOURNAL).write_bytes(b"".join(lines))
    forked.good("runbook", "stats")
    assert forked("recover", finished.name).status in {0, 8}
    forked.good("escalate", finished.name)


def test_a_note_of_no_process_names_none(forked: Curricle, finished: Path) -> None:
    (finished / ".lock").write_text('{"command": "run x", "pid": -1, "since": "now"}')
    with (finished / ".lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        answer = recovered(forked, finished)
    assert answer["paths"][0]["code"] == "run_locked"
    assert not [line for line in commands_of(answer) if "-1" in line.split()]


def test_a_spec_that_names_a_file_that_is_not_there_is_told_so(
    forked: Curricle, finished: Path
) -> None:
    pack = {
        "domain": "bread",
        "focus_terms": [],
        "local_paths": ["gone.md"],
        "preferred_resource_kinds": [],
        "required_outcomes": [],
    }
    edit(finished / SPEC, {"/context_pack": pack})
    assert forked("run", finished.name).status == 4
    answer = recovered(forked, finished, "--apply")
    assert (answer["outcome"], answer["paths"][-1]["code"]) == ("needs you", "topic_spec_invalid")
    assert "names what is not there" in json.dumps(answer)


def test_recovering_adds_nothing_to_a_journal_that_was_changed(
    forked: Curricle, finished: Path
) -> None:
    data = (finished / JOURNAL).read_bytes().replace(b'"tester"', b'"nobody"', 1)
    (finished / JOURNAL).write_bytes(data)
    assert recovered(forked, finished, "--apply")["outcome"] == "escalate"
    assert (finished / JOURNAL).read_bytes() == data


def test_a_spec_that_is_there_is_never_put_back_over(forked: Curricle, finished: Path) -> None:
    book = forked.cwd / "book.yaml"
    book.write_text(
        'schema_version: "1.0"\n'
        "entries:\n"
        "  - code: provider_unavailable\n"
        "    causes: [{name: ours, text: ours, steps: [{do: put_spec_back}]}]\n"
    )
    edit(finished / SPEC, {"/constraints/hours_per_week": 9})
    mine = (finished / SPEC).read_bytes()
    program = by_server(forked, "http://127.0.0.1:9/v1")
    assert program("run", finished.name).status == 5
    answer = recovered(program, finished, "--apply", "--runbook", str(book))
    (step,) = answer["paths"][0]["causes"][-1]["steps"]
    assert step["detail"].startswith("failed: io_error: ")
    assert (finished / SPEC).read_bytes() == mine
