from __future__ import annotations

import json
import os
import signal
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from ci_jobs import SHA, missing_image, on_record, slow_page, summary_of
from command import SECONDS_MAX, tree
from faults import become, in_child, stop_at

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle

NOBODY = 65534
NEEDED = (
    "orjson",
    "sqlite3",
    "curricle.cases.history",
    "curricle.cases.recurrence",
    "curricle.failures.rule_file",
    "curricle.triage.judge",
    "curricle.triage.keeping",
    "curricle.triage.log",
    "curricle.triage.packing",
    "curricle.triage.page",
    "curricle.triage.past",
)
"""Imported beforehand: another user may not import."""


def log_of(program: Curricle, text: str) -> str:
    path = program.cwd / "job.log"
    path.write_text(text)
    return str(path)


def recording(program: Curricle, number: int, text: str | None = None) -> tuple[str, ...]:
    """Return a command that records a case of a run of that number."""
    log = log_of(program, text or slow_page())
    return ("triage", "--log", log, "--record", f"--run-id={number}", f"--sha={SHA}", "--job=e2e")


def recorded(program: Curricle, number: int) -> dict[str, str]:
    return dict(summary_of(program.good(*recording(program, number)).stdout))


def cases_of(program: Curricle, fingerprint: str) -> Any:
    return program.good("triage", "history", fingerprint, "--json").json["cases"]


def test_cases_that_are_recorded_at_once_are_all_on_record(curricle: Curricle) -> None:
    commands = [recording(curricle, number) for number in range(6)]
    processes = [curricle.start(*command) for command in commands]
    told = [process.communicate(timeout=SECONDS_MAX) for process in processes]
    assert [process.returncode for process in processes] == [0] * 6, told
    summaries = [dict(summary_of(out.decode())) for out, _ in told]
    assert len({summary["case"] for summary in summaries}) == 6
    assert cases_of(curricle, summaries[0]["fingerprint"]) == 6
    assert len(list(curricle.runs_dir.glob("cases/*/*.json"))) == 6


def test_the_same_case_recorded_twice_at_once_is_one(curricle: Curricle) -> None:
    processes = [curricle.start(*recording(curricle, 1)) for _ in range(4)]
    told = [process.communicate(timeout=SECONDS_MAX) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert sum(b"was on record already" in errors for _, errors in told) == 3
    assert len((curricle.runs_dir / "ledger.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize("torn", [False, True], ids=["before", "halfway"])
def test_killed_at_any_moment_of_recording_the_next_one_goes_on(
    torn: bool, forked: Curricle
) -> None:
    first = recorded(forked, 0)
    runs = ("--runs-dir", str(forked.runs_dir))
    number = 0
    while True:
        command = recording(forked, 1 + number)
        ended = in_child(*runs, *command, before=stop_at(number, torn=torn))
        if ended.status == 0:
            break
        assert ended.status == -signal.SIGKILL
        forked.good("triage", "history", first["fingerprint"])
        again = dict(summary_of(forked.good(*command).stdout))
        assert (forked.runs_dir / "cases" / again["case"][5:7] / f"{again['case']}.json").exists()
        number += 5
    assert number > 10
    assert cases_of(forked, first["fingerprint"]) == number // 5 + 2
    assert forked.good("index", "rebuild").stdout


def test_kill_9_in_the_middle_costs_at_most_that_case(curricle: Curricle) -> None:
    first = recorded(curricle, 0)
    for number, seconds in enumerate((0.05, 0.2, 0.3, 0.35, 0.4, 0.5), start=1):
        process = curricle.start(*recording(curricle, number))
        time.sleep(seconds)
        process.kill()
        process.communicate(timeout=SECONDS_MAX)
    before = cases_of(curricle, first["fingerprint"])
    recorded(curricle, 99)
    assert cases_of(curricle, first["fingerprint"]) == before + 1


def test_where_nothing_may_be_written_nothing_is_recorded_and_reading_goes_on(
    forked: Curricle,
) -> None:
    case = recorded(forked, 0)
    before = on_record(forked.runs_dir)
    for module in NEEDED:
        import_module(module)
    if os.getuid() == 0:
        for path in list(forked.cwd.parents)[:-1]:
            path.chmod(path.stat().st_mode | 0o011)
        for path in [forked.cwd, *forked.cwd.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    forked.runs_dir.chmod(0o555)
    runs = ("--runs-dir", str(forked.runs_dir))
    denied = in_child(*runs, *recording(forked, 1), before=become(NOBODY))
    looked = in_child(*runs, "triage", "history", case["fingerprint"], before=become(NOBODY))
    asked = in_child(*runs, "triage", "--log", log_of(forked, slow_page()), before=become(NOBODY))
    forked.runs_dir.chmod(0o755)
    assert denied.status == 6, denied
    assert denied.stderr.startswith("error[permission_denied]: no access to ")
    assert "hint: " in denied.stderr
    assert (looked.status, asked.status) == (0, 0), (looked, asked)
    assert on_record(forked.runs_dir) == before


def changed(line: bytes) -> bytes:
    return line.replace(b'"bucket":"flaky_test"', b'"bucket":"infra_fault"')


@pytest.mark.capability("T26")
@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [changed(lines[0]), *lines[1:]],
        lambda lines: lines[1:],
        lambda lines: [*lines, b'{"event":"case_failed"}\n'],
    ],
    ids=["an entry", "a missing entry", "an entry added"],
)
def test_a_ledger_that_was_changed_by_hand_is_not_believed(change: Any, forked: Curricle) -> None:
    for number in range(3):
        case = recorded(forked, number)
    ledger = forked.runs_dir / "ledger.jsonl"
    ledger.write_bytes(b"".join(change(ledger.read_bytes().splitlines(keepends=True))))
    after = on_record(forked.runs_dir)
    for command in (
        recording(forked, 7),
        ("triage", "history", case["fingerprint"]),
        ("triage", "record", "--pass", "--job=e2e"),
    ):
        done = forked(*command)
        assert (done.status, done.stdout) == (7, ""), command
        assert done.stderr.startswith(
            "error[journal_broken]: the journal of ledger.jsonl is broken: "
        )
        assert "hint: nothing was written; put back a copy of the ledger" in done.stderr
    packs = {path: data for path, data in after.items() if path != "ledger.lock"}
    assert packs.items() <= on_record(forked.runs_dir).items()
    assert len(on_record(forked.runs_dir)) == len(after)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace(b"tester", b"nobody"), *lines[1:]],
        lambda lines: [lines[1], lines[0], lines[2]],
    ],
    ids=["another actor", "another order"],
)
def test_what_is_as_long_as_what_was_there_is_found_when_the_whole_chain_is_checked(
    change: Any, forked: Curricle
) -> None:
    for number in range(3):
        recorded(forked, number)
    ledger = forked.runs_dir / "ledger.jsonl"
    ledger.write_bytes(b"".join(change(ledger.read_bytes().splitlines(keepends=True))))
    done = forked("index", "rebuild")
    assert (done.status, done.stdout) == (7, "")
    assert "it does not carry the digest of the line before it" in done.stderr


def test_a_list_stops_at_a_broken_ledger(forked: Curricle) -> None:
    for number in range(2):
        recorded(forked, number)
    ledger = forked.runs_dir / "ledger.jsonl"
    ledger.write_bytes(changed(ledger.read_bytes()))
    (forked.cwd / "logs.jsonl").write_text(
        json.dumps({"id": "a", "log": log_of(forked, slow_page())})
    )
    done = forked("triage", "--list", str(forked.cwd / "logs.jsonl"), "--json-lines", "--record")
    assert (done.status, done.stdout) == (7, "")


def test_a_pack_that_was_changed_by_hand_is_not_believed(forked: Curricle) -> None:
    case = recorded(forked, 0)["case"]
    (pack,) = forked.runs_dir.glob(f"cases/*/{case}.json")
    pack.write_text(pack.read_text().replace("flaky_test", "infra_fault"))
    done = forked("triage", "probe", case)
    assert done.status == 7
    assert f"the pack of {case} is not the one on record" in done.stderr


def without(path: Path) -> None:
    path.unlink()


def as_garbage(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def zeroed(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + bytes(len(data) - 4096))


@pytest.mark.capability("T41")
@pytest.mark.parametrize("harm", [without, as_garbage, cut, zeroed], ids=lambda harm: harm.__name__)
def test_an_index_that_is_gone_or_broken_is_made_anew_from_the_ledger(
    harm: Any, forked: Curricle
) -> None:
    for number in range(3):
        case = recorded(forked, number)
    forked.good("triage", "close", case["case"], "--why", "fixed")
    forked.good("triage", "record", "--pass", "--job=e2e", f"--sha={SHA}", "--run-id=9")
    asked = ("triage", "history", case["fingerprint"], "--json")
    before = forked.good(*asked).json
    index = forked.runs_dir / "index.sqlite"
    for side in ("-wal", "-shm"):
        index.with_name(index.name + side).unlink(missing_ok=True)
    harm(index)
    assert forked.good(*asked).json == before
    assert index.read_bytes().startswith(b"SQLite format 3")
    harm(index)
    recorded(forked, 50)
    assert forked.good(*asked).json["cases"] == before["cases"] + 1


@pytest.mark.capability("T35")
def test_cases_move_between_machines_and_are_counted_once(forked: Curricle) -> None:
    case = recorded(forked, 0)
    cache = str(forked.cwd / "cases.export")
    forked.good("index", "export", cache)
    other = type(forked)(runs_dir=forked.cwd / "other", cwd=forked.cwd)
    other.good("index", "merge", cache)
    other.good("index", "merge", cache)
    assert cases_of(other, case["fingerprint"]) == 1
    assert tree(other.runs_dir / "cases") == tree(forked.runs_dir / "cases")
    link = other.good(*recording(other, 0), "--json").json["links"]["artifacts"]
    assert case["case"] in link
    assert (other.runs_dir / link).read_bytes() == (forked.runs_dir / link).read_bytes()
    told = dict(summary_of(other.good(*recording(other, 1)).stdout))
    assert told["next-action"] == "escalate"


def test_the_record_of_an_outage_does_not_hide_who_decided(forked: Curricle) -> None:
    program = forked.with_environment(CURRICLE_ACTOR="release-bot")
    done = program.good(*recording(program, 0, missing_image()))
    case = dict(summary_of(done.stdout))["case"]
    (line,) = (forked.runs_dir / "ledger.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["actor"], entry["data"]["case"]) == ("release-bot", case)
