from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ci_jobs import KINDS, SHA, missing_image, missing_variable, on_record, slow_page, verify_pack

if TYPE_CHECKING:
    from command import Curricle, Done


def listed(program: Curricle, *rows: Any, options: tuple[str, ...] = ()) -> Done:
    """Ask about rows, each an object or a raw line."""
    path = program.cwd / "logs.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines))
    return program("triage", "--list", str(path), "--json-lines", *options)


def answers(done: Done) -> list[Any]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def row(program: Curricle, name: str, text: str, **facts: Any) -> dict[str, Any]:
    path = program.cwd / f"{name}.log"
    path.write_text(text)
    return {"id": name, "log": str(path), "pass_log": None, **facts}


def test_a_list_gives_one_pack_a_line_in_its_order(forked: Curricle) -> None:
    rows = [row(forked, f"{at}-{lane}", kind.log) for at, (lane, kind) in enumerate(KINDS.items())]
    for order in (rows, rows[::-1]):
        done = listed(forked, *order)
        packs = answers(done)
        assert (done.status, done.stderr) == (0, "")
        assert [pack["id"] for pack in packs] == [one["id"] for one in order]
        for pack in packs:
            verify_pack(pack)
            assert pack["bucket"] == KINDS[pack["id"][2:]].bucket
    assert not forked.runs_dir.exists()


def test_a_row_and_the_same_log_alone_give_the_same_pack(forked: Curricle) -> None:
    facts = {
        "workflow": "Tests",
        "job": "unit",
        "sha": SHA,
        "run_id": "1",
        "shard": "2/3",
        "attempt": 2,
        "repo": "example/shop",
    }
    one = row(forked, "a", missing_image(), **facts)
    (pack,) = answers(listed(forked, one))
    options = [f"--{name.replace('_', '-')}={value}" for name, value in facts.items()]
    alone = forked.good("triage", "--log", one["log"], *options, "--json").json
    assert pack == {"id": "a", **alone}


def test_rows_that_cannot_be_read_are_told_and_the_rest_goes_on(forked: Curricle) -> None:
    good = row(forked, "good", missing_image())
    empty = row(forked, "empty", "")
    rows = [
        good,
        {"id": "gone", "log": str(forked.cwd / "nothing.log")},
        "{not json",
        "[1, 2]",
        empty,
        {"id": "no log"},
        {"id": "odd log", "log": 7},
        {"log": good["log"]},
        {"id": "stdin", "log": "-"},
        {**good, "id": "shard", "shard": "9/3"},
        {**good, "id": "attempt", "attempt": "two"},
        {**good, "id": "green gone", "pass_log": str(forked.cwd / "nothing.log")},
        {**good, "id": "green odd", "pass_log": 3},
        "",
        {**good, "id": "last"},
    ]
    done = listed(forked, *rows)
    told = answers(done)
    assert done.status == 4
    assert "12 logs could not be read" in done.stderr
    assert [one["id"] for one in told] == [
        "good",
        "gone",
        None,
        None,
        "empty",
        "no log",
        "odd log",
        None,
        "stdin",
        "shard",
        "attempt",
        "green gone",
        "green odd",
        "last",
    ]
    for one in told:
        if one["id"] in {"good", "last"}:
            assert one["bucket"] == "infra_fault"
        else:
            assert one.keys() == {"id", "error"}
            assert {"code", "message", "hint", "recovery", "exit_status"} <= one["error"].keys()
            assert one["error"]["message"]


def test_a_list_that_is_not_there_is_an_error_of_the_whole(forked: Curricle) -> None:
    done = forked("triage", "--list", str(forked.cwd / "nothing.jsonl"), "--json-lines")
    assert (done.status, done.stdout) == (6, "")
    assert "there is no such file" in done.stderr


def test_without_record_a_list_leaves_the_record_as_it_is(forked: Curricle) -> None:
    rows = [
        row(forked, name, text, run_id=name)
        for name, text in (("a", missing_image()), ("b", missing_variable()))
    ]
    assert listed(forked, *rows, options=("--record",)).status == 0
    before = on_record(forked.runs_dir)
    assert listed(forked, *rows).status == 0
    assert on_record(forked.runs_dir) == before


def test_a_recorded_list_knows_each_case_once(forked: Curricle) -> None:
    once = row(forked, "a", missing_image(), run_id="1", job="build", sha=SHA)
    other = row(forked, "b", slow_page(), run_id="1", job="test", sha=SHA)
    done = listed(forked, once, other, once, options=("--record",))
    packs = answers(done)
    assert done.status == 0
    assert packs[0]["links"]["artifacts"] == packs[2]["links"]["artifacts"]
    for pack in packs:
        kept = json.loads((forked.runs_dir / pack["links"]["artifacts"]).read_bytes())
        verify_pack(kept)
        assert kept["fingerprint"] == pack["fingerprint"]
    listed(forked, once, other, options=("--record",))
    for pack in packs[:2]:
        known = forked.good("triage", "history", pack["fingerprint"], "--json").json
        assert known["cases"] == 1
    entries = (forked.runs_dir / "ledger.jsonl").read_text().splitlines()
    assert len(entries) == 2


def test_rows_of_a_recorded_list_learn_from_those_before(forked: Curricle) -> None:
    rows = [
        row(forked, str(number), slow_page(), run_id=str(number), job="test", sha=SHA)
        for number in range(3)
    ]
    packs = answers(listed(forked, *rows, options=("--record",)))
    assert [pack["decision"]["lane"] for pack in packs] == ["rerun", "escalate", "escalate"]
    assert [pack["decision"]["reason"] for pack in packs[1:]] == ["policy disallows", "systemic"]


@pytest.mark.capability("T43")
def test_of_a_mixed_week_only_code_is_sent_to_a_model_or_a_person_who_patches(
    forked: Curricle,
) -> None:
    week = ["cooldown", "patch", "rerun", "cooldown", "escalate", "rerun", "cooldown"]
    rows = [
        row(forked, f"{at}-{lane}", KINDS[lane].log, job=str(at), run_id=str(at), sha=SHA)
        for at, lane in enumerate(week)
    ]
    packs = answers(listed(forked, *rows))
    patched = [pack["id"] for pack in packs if pack["decision"]["lane"] == "patch"]
    assert patched == ["1-patch"]
    again = [pack["id"] for pack in packs if pack["rerun_eligible"]]
    assert again == ["0-cooldown", "2-rerun", "3-cooldown", "5-rerun", "6-cooldown"]
