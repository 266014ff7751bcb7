from __future__ import annotations

import json
import os
import selectors
import signal
import time
from typing import TYPE_CHECKING

import pytest

from command import EXAMPLES, Curricle, tree

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

DEADLINE_SECONDS = 30

LOOKS = {
    "status": ["status", "RUN"],
    "all": ["status"],
    "next": ["next", "RUN"],
    "list": ["list"],
    "log": ["log", "RUN"],
    "doctor": ["doctor"],
    "head": ["journal", "head", "RUN"],
    "verify": ["journal", "verify", "RUN"],
    "diff": ["diff", "RUN", "--from", "current"],
    "export": ["export", "RUN", "--format", "html"],
}


def traces(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return path to inode, size and time of change of everything below a folder."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        status = path.lstat()
        found[str(path)] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


@pytest.mark.parametrize("arguments", LOOKS.values(), ids=LOOKS)
def test_looking_writes_nothing(curricle: Curricle, finished: Path, arguments: list[str]) -> None:
    before, contents = traces(curricle.cwd), tree(curricle.cwd)
    curricle.good(*[finished.name if word == "RUN" else word for word in arguments])
    assert traces(curricle.cwd) == before
    assert tree(curricle.cwd) == contents


def test_looking_at_a_stale_and_broken_run_writes_nothing_either(
    curricle: Curricle, finished: Path
) -> None:
    (finished / "inputs" / "topic_spec.json").write_text("{")
    (finished / "outputs" / "plan" / "plan.json").unlink()
    with (finished / "logs" / "journal.jsonl").open("a") as journal:
        journal.write('{"seq": 99')
    before = traces(curricle.cwd)
    curricle.good("status", finished.name)
    curricle.good("next", finished.name)
    curricle.good("log", finished.name)
    curricle("export", finished.name, "--format", "md")
    assert traces(curricle.cwd) == before


def test_there_need_be_no_folder_of_runs(curricle: Curricle) -> None:
    assert curricle.good("list", "--json").json["runs"] == []
    done = curricle.good("status")
    assert (done.stdout, done.stderr) == ("", f"no runs to show in {curricle.runs_dir}\n")
    curricle.good("doctor")
    assert not curricle.runs_dir.exists()


@pytest.fixture
def several(curricle: Curricle, tmp_path: Path) -> list[str]:
    """Runs at different stages, one with a failure, oldest first."""
    broken = json.loads((EXAMPLES / "curriculum.json").read_bytes())
    broken["nodes"][0]["prerequisites"] = ["ghost"]
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    runs = [
        curricle.init("First"),
        curricle.init("Second", topic_spec=EXAMPLES / "topic_spec.json"),
        curricle.init("Third", curriculum=tmp_path / "broken.json"),
        curricle.init("Fourth", curriculum=EXAMPLES / "curriculum.json"),
    ]
    assert curricle("validate", runs[2].name).status == 1
    assert curricle("run", runs[0].name).status == 4
    return [run.name for run in runs]


def test_runs_are_listed_newest_first_by_stage_failure_and_number(
    curricle: Curricle, several: list[str]
) -> None:
    first, second, third, fourth = several

    def listed(*options: str) -> list[str]:
        return [row["run_id"] for row in curricle.good("list", *options, "--json").json["runs"]]

    assert listed() == [fourth, third, second, first]
    assert listed("--limit", "2") == [fourth, third]
    assert listed("--limit", "0") == []
    assert listed("--stage", "spec_ready") == [second]
    assert listed("--stage", "generated", "--limit", "1") == [fourth]
    assert listed("--failed") == [third, first]
    assert listed("--failed", "--limit", "1") == [third]
    assert listed("--code", "stage_conflict") == [first]
    assert listed("--code", "nothing") == []


def test_a_list_is_a_table_with_a_line_for_each_run(curricle: Curricle, several: list[str]) -> None:
    header, *rows = curricle.good("list").stdout.splitlines()
    assert header.split("  ") != [header]
    assert [row.split()[0] for row in rows] == several[::-1]
    assert rows[1].split()[1:] == ["generated", "validation_failed", "Third"]
    assert curricle.good("status").stdout.splitlines() == [header, *rows]
    nothing = curricle.good("list", "--code", "nothing")
    assert (nothing.stdout, nothing.stderr.strip()) == (
        "",
        f"no runs to show in {curricle.runs_dir}",
    )


def test_the_log_tells_who_did_what_with_which_command(curricle: Curricle, finished: Path) -> None:
    lines = curricle.good("log", finished.name).stdout.splitlines()
    entries = curricle.good("log", finished.name, "--json").json["entries"]
    assert len(lines) == len(entries)
    assert ": run begun: Bread [" in lines[0]
    for line, entry in zip(lines, entries, strict=True):
        assert line.startswith(f"#{entry['seq']} {entry['at']} tester: ")
        assert line.endswith(f"[{entry['command']}]")
    assert "curriculum.json" in "".join(lines)


def read_line(process: subprocess.Popen[bytes]) -> bytes:
    """Return the next line of a process's stdout, waiting no longer than the deadline."""
    assert process.stdout is not None
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        end = time.monotonic() + DEADLINE_SECONDS
        while not line.endswith(b"\n"):
            assert selector.select(max(0, end - time.monotonic())), line
            line += os.read(process.stdout.fileno(), 1)
    return line


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_log_that_is_followed_shows_what_happens_until_it_is_stopped(
    curricle: Curricle, given: Path, name: str
) -> None:
    known = curricle.good("log", given.name).stdout.splitlines()
    process = curricle.start("log", given.name, "--follow")
    try:
        assert [read_line(process).decode().rstrip("\n") for _ in known] == known
        curricle.good("validate", given.name)
        assert b" validated: validation_report.json " in read_line(process)
        process.send_signal(signal.Signals[name])
        _, messages = process.communicate(timeout=DEADLINE_SECONDS)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert b"error[interrupted]: stopped by " + name.encode() in messages


def test_doctor_finds_what_would_stop_the_work(curricle: Curricle, tmp_path: Path) -> None:
    assert curricle.good("doctor", "--json").json["healthy"]
    (tmp_path / "file").touch()
    elsewhere = Curricle(runs_dir=tmp_path / "file", cwd=tmp_path)
    done = elsewhere("doctor", "--provider", "gpt", "--json")
    assert done.status == 1
    failed = {c["name"]: c for c in done.json["checks"] if c["outcome"] == "failed"}
    assert set(failed) == {"runs folder", "provider"}
    assert "'gpt'" in failed["provider"]["detail"]
    assert all(check["hint"] for check in failed.values())
    assert elsewhere("doctor").stdout.count("failed ") == 1


def test_a_noted_head_proves_later_that_nothing_before_was_touched(
    curricle: Curricle, given: Path
) -> None:
    head = curricle.good("journal", "head", given.name).stdout.strip()
    curricle.good("validate", given.name)
    later = curricle.good("journal", "verify", given.name, "--head", head, "--json").json
    assert later["entries"] > int(head.partition(":")[0])
    journal = given / "logs" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"tester", b"forger", 1))
    done = curricle("journal", "verify", given.name, "--head", head)
    assert done.status == 7
    assert done.stderr.startswith("error[journal_broken]: ")


def test_versions_are_named_by_word_or_digest(curricle: Curricle, given: Path) -> None:
    curricle.good("validate", given.name)
    path = given / "outputs" / "curriculum" / "curriculum.json"
    first = curricle.good("diff", given.name, "--from", "current", "--json").json["from"]
    path.write_text(path.read_text().replace('"Asking a database"', '"Asking"'))
    curricle.good("iterate", given.name)
    later = curricle.good("diff", given.name, "--json").json
    assert later["from"] == first
    assert [change["field"] for change in later["document"]] == ["topic"]
    by_digest = ["--from", first[:10].upper(), "--to", later["to"]]
    assert curricle.good("diff", given.name, *by_digest, "--json").json == later
    back = curricle.good("diff", given.name, "--from", "current", "--to", "previous", "--json").json
    assert (back["from"], back["to"]) == (later["to"], later["from"])


def test_differences_set_the_exit_status_only_where_it_is_asked_for(
    curricle: Curricle, given: Path
) -> None:
    path = given / "outputs" / "curriculum" / "curriculum.json"
    curricle.good("validate", given.name)
    path.write_text(path.read_text().replace('"Asking a database"', '"Asking"'))
    curricle.good("validate", given.name)
    assert curricle("diff", given.name).status == 0
    assert curricle("diff", given.name, "--exit-code").status == 1
    assert curricle("diff", given.name, "--from", "current", "--exit-code").status == 0


@pytest.mark.parametrize("revision", ["", "0000", "../../run.json"])
def test_a_version_that_is_not_there_is_named(
    curricle: Curricle, given: Path, revision: str
) -> None:
    done = curricle("diff", given.name, f"--from={revision}", "--json")
    assert (done.status, done.error["code"]) == (3, "revision_not_found")
    assert repr(revision) in done.error["message"]
