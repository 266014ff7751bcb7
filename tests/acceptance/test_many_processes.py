from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest

from command import EXAMPLES, SECONDS_MAX, Curricle, tree
from hands import SPEC, edit, load, stage_of, states_of, status_of

if TYPE_CHECKING:
    from pathlib import Path

PROCESSES: Final = 8
INITS: Final = 64
RUN_ID: Final = re.compile(r"\d{8}-\d{6}-[a-z0-9-]+-[0-9a-f]{4}")


def all_at_once(curricle: Curricle, commands: list[tuple[str, ...]]) -> list[tuple[int, str, str]]:
    """Start all commands and return status, stdout and stderr of each when all have ended."""
    processes = [curricle.start(*command) for command in commands]
    ended = []
    try:
        for process in processes:
            out, errors = process.communicate(timeout=SECONDS_MAX)
            ended.append((process.returncode, out.decode(), errors.decode()))
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()
    assert "Traceback" not in "".join(errors for _, _, errors in ended)
    return ended


def error_of(out: str) -> Any:
    return json.loads(out)["error"]


@pytest.mark.parametrize("options", [(), ("--force",)], ids=["stale", "forced"])
def test_of_many_runs_at_once_one_works_and_the_others_wait_or_are_told_who_does(
    options: tuple[str, ...], curricle: Curricle, finished: Path
) -> None:
    expected = tree(finished / "outputs")
    if not options:
        spec = (finished / SPEC).read_bytes()
        edit(finished / SPEC, {"/constraints/hours_per_week": 2})
        curricle.good("run", finished.name)
        (finished / SPEC).write_bytes(spec)
    command = ("run", finished.name, *options, "--json")
    ended = all_at_once(curricle, [command] * PROCESSES)
    assert {status for status, _, _ in ended} <= {0, 6}
    winners = [json.loads(out) for status, out, _ in ended if status == 0]
    assert winners
    assert {winner["stage"] for winner in winners} == {"iterated"}
    for status, out, _ in ended:
        if status:
            error = error_of(out)
            assert error["code"] == "run_locked"
            assert error["message"].startswith(f"{finished.name} is in use by ")
    assert stage_of(finished) == "iterated"
    assert set(states_of(finished).values()) == {"fresh"}
    assert expected.items() <= tree(finished / "outputs").items()
    verified = curricle.good("journal", "verify", finished.name, "--json").json
    assert verified["head"] == "{entries}:{sha256}".format(**load(finished / "run.json")["journal"])
    assert not status_of(finished)["interrupted"]


def test_different_commands_at_once_leave_one_history(curricle: Curricle, given: Path) -> None:
    commands: list[tuple[str, ...]] = [
        ("run", given.name),
        ("validate", given.name),
        ("plan", given.name),
        ("iterate", given.name),
        ("status", given.name),
        ("log", given.name),
        ("archive", given.name),
        ("list",),
    ]
    ended = all_at_once(curricle, commands)
    for command, (status, _, errors) in zip(commands, ended, strict=True):
        assert status in {0, 6}, (command, errors)
        assert not status or "run_locked" in errors or "changed while it was archived" in errors
    for command, (status, _, _) in zip(commands[4:6], ended[4:6], strict=True):
        assert status == 0, command
    curricle.good("run", given.name)
    assert stage_of(given) == "iterated"
    curricle.good("journal", "verify", given.name)


def test_archiving_the_same_run_many_times_at_once_gives_one_archive(
    curricle: Curricle, finished: Path
) -> None:
    ended = all_at_once(curricle, [("archive", finished.name)] * PROCESSES)
    assert {status for status, _, _ in ended} == {0}
    assert len({out for _, out, _ in ended}) == 1
    assert len(list((curricle.runs_dir / "archives").iterdir())) == 1


def test_many_inits_at_once_give_as_many_runs(curricle: Curricle) -> None:
    command = ("init", "Same name", "--topic-spec", str(EXAMPLES / "topic_spec.json"))
    ended = all_at_once(curricle, [command] * INITS)
    assert {status for status, _, _ in ended} == {0}
    ids = [out.strip() for _, out, _ in ended]
    assert len(set(ids)) == INITS
    assert all(RUN_ID.fullmatch(run_id) for run_id in ids)
    assert sorted(path.name for path in curricle.runs_dir.iterdir()) == sorted(ids)
    rows = curricle.good("list", "--json").json["runs"]
    assert {row["run_id"] for row in rows} == set(ids)
    assert {row["stage"] for row in rows} == {"spec_ready"}
    for run_id in ids:
        assert load(curricle.runs_dir / run_id / "run.json")["run_id"] == run_id


def test_a_lock_names_its_holder_and_goes_with_it(curricle: Curricle, finished: Path) -> None:
    holding = "import fcntl,sys; f=open(sys.argv[1]); fcntl.flock(f,2); print(1); sys.stdin.read()"
    lock = finished / ".lock"
    lock.write_text('{"command":"run bread","pid":4711,"since":"2026-01-31T09:30:00Z"}\n')
    before = tree(finished)
    words = [curricle.command()[0], "-c", holding, str(lock)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline()
        done = curricle("run", finished.name)
        assert done.status == 6
        assert "is in use by `run bread` (process 4711, since 2026-01-31" in done.stderr
        assert curricle("status", finished.name).status == 0
        assert tree(finished) == before
        holder.kill()
    curricle.good("run", finished.name)
