from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook import (
    BY,
    FAILURE,
    FINGERPRINT,
    NOW,
    PACK,
    at,
    entries,
    fail,
    passed,
)
from curricle.cases.exporting import export_cases
from curricle.cases.flakes import flaky
from curricle.cases.history import history
from curricle.cases.ledger import verify_ledger
from curricle.cases.lookup import find_case, latest_cases, load_pack
from curricle.cases.merging import LINE_BYTES_MAX, Merged, merge_cases
from curricle.cases.places import LEDGER, pack_path
from curricle.cases.recording import (
    record_closing,
    record_correction,
    record_probe,
    record_quarantine,
)
from curricle.cases.rule_stats import stats
from curricle.errors import ArchiveInvalidError, ArchiveNotFoundError, InvalidArgumentError
from curricle.failures.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable

MERGER = {"now": at(10_000), "actor": "merger", "command": "cases merge"}


def merge(runs_dir: Path, other: Path) -> Merged:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "cases.jsonl"
        export_cases(other, source)
        return merge_cases(runs_dir, source, **MERGER)


def answers(runs_dir: Path) -> dict[str, Any]:
    names = {case.fingerprint for case in latest_cases(runs_dir, 1000)}
    return {
        "histories": [history(runs_dir, name, now=NOW, latest=99) for name in sorted(names)],
        "flaky": flaky(runs_dir, now=NOW),
        "stats": stats(runs_dir),
        "cases": sorted(c.case_id for c in latest_cases(runs_dir, 1000)),
    }


def fill(runs_dir: Path) -> str:
    case_id = fail(runs_dir).case_id
    passed(runs_dir, 1, attempt=2)
    record_correction(runs_dir, case_id, Bucket.INFRA_FAULT, "looked", now=at(2), **BY)
    record_probe(runs_dir, case_id, "50 times", has_passed=True, now=at(3), **BY)
    record_closing(runs_dir, case_id, by="probe", why="50 passed", now=at(4), **BY)
    record_quarantine(runs_dir, FINGERPRINT, owner="ann", until=date(2026, 4, 1), now=at(5), **BY)
    return case_id


def test_a_merge_brings_all_with_its_origin_and_a_second_one_nothing(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    case_id = fill(there)
    assert merge(here, there) == Merged(added=6, known=0)
    assert answers(here) == answers(there)
    assert load_pack(here, case_id) == PACK
    assert find_case(here, case_id).actor == "ci"
    first, second = entries(here)[:2]
    assert (first["actor"], first["at"]) == ("merger", "2026-03-08T10:40:00.000000Z")
    assert first["data"]["origin"] == {
        "at": "2026-03-01T12:00:00.000000Z",
        "actor": "ci",
        "sha256": entries(there)[1]["previous"],
    }
    assert second["data"]["origin"]["sha256"] == entries(there)[2]["previous"]
    assert merge(here, there) == Merged(added=0, known=6)
    assert merge(there, here) == Merged(added=0, known=6)
    assert verify_ledger(here).entries == 6


def test_an_export_of_what_was_merged_is_the_same_but_for_the_order(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    fill(there)
    merge(here, there)
    for folder in (here, there):
        assert export_cases(folder, tmp_path / f"{folder.name}.jsonl") == 6
    assert (tmp_path / "here.jsonl").read_bytes() == (tmp_path / "there.jsonl").read_bytes()
    with pytest.raises(InvalidArgumentError, match="is there already"):
        export_cases(here, tmp_path / "here.jsonl")


def test_a_pack_that_is_not_the_one_on_record_is_not_exported(tmp_path: Path) -> None:
    case_id = fail(tmp_path / "there").case_id
    pack_path(tmp_path / "there", case_id).write_bytes(b"{}")
    merge(tmp_path / "here", tmp_path / "there")
    assert not pack_path(tmp_path / "here", case_id).exists()
    assert find_case(tmp_path / "here", case_id).case_id == case_id


def test_a_case_that_both_machines_recorded_is_one_and_each_keeps_its_pack(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    case_id = fail(here, 5, pack={"by": "here"}).case_id
    assert fail(there, 3, pack={"by": "there"}).case_id == case_id
    merge(here, there)
    merge(there, here)
    assert answers(here) == answers(there)
    assert find_case(here, case_id).at == "2026-03-01T12:03:00.000000Z"
    assert load_pack(here, case_id) == {"by": "here"}
    assert load_pack(there, case_id) == {"by": "there"}


EVENT = st.tuples(
    st.sampled_from(["fail", "pass", "name", "correct", "close", "quarantine"]),
    st.integers(0, 3),  # minutes
    st.integers(0, 1),  # commit
    st.sampled_from([None, 1, 2]),  # attempt
    st.sampled_from([None, "1", "2"]),  # run
    st.integers(0, 2),  # fingerprint, bucket or owner
)


def play(runs_dir: Path, events: list[tuple[Any, ...]]) -> None:
    ids = [fail(runs_dir, 1, run_id="0", commit_sha="f" * 40).case_id]
    for kind, minutes, commit, attempt, run, choice in events:
        place = {"commit_sha": f"{commit}" * 40, "attempt": attempt, "run_id": run}
        failure = replace(
            FAILURE, fingerprint=f"f{choice}", bucket=list(Bucket)[choice], rules=(f"r{commit}",)
        )
        by = {"now": at(minutes), **BY}
        if kind == "fail":
            ids.append(fail(runs_dir, minutes, failure=failure, **place).case_id)
        elif kind == "pass":
            passed(runs_dir, minutes, **place)
        elif kind == "name":
            passed(runs_dir, minutes, f"f{choice}", **place)
        elif kind == "correct":
            record_correction(runs_dir, ids[-1], list(Bucket)[choice], "why", **by)
        elif kind == "close":
            record_closing(runs_dir, ids[-1], by="person", why=f"{choice}", **by)
        else:
            until = date(2026, 3, 1 + commit)
            record_quarantine(runs_dir, f"f{choice}", owner=f"o{minutes}", until=until, **by)


@settings(max_examples=40, deadline=None)
@given(st.lists(EVENT, max_size=8), st.lists(EVENT, max_size=8))
def test_whichever_is_merged_into_which_the_histories_are_the_same(
    one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here, there = Path(folder) / "here", Path(folder) / "there"
        copy = Path(folder) / "copy"
        play(here, one)
        play(there, other)
        shutil.copytree(here, copy)
        merge(here, there)
        merge(there, copy)
        assert answers(here) == answers(there)
        assert merge(here, there).added == 0
        assert merge(there, here).added == 0


def an_export(tmp_path: Path) -> list[dict[str, Any]]:
    fill(tmp_path / "there")
    export_cases(tmp_path / "there", tmp_path / "good.jsonl")
    return [json.loads(line) for line in (tmp_path / "good.jsonl").read_bytes().splitlines()]


def with_member(line: int, *path: str, value: object) -> Callable[[list[dict[str, Any]]], None]:
    def change(lines: list[dict[str, Any]]) -> None:
        holder = lines[line]
        for name in path[:-1]:
            holder = holder[name]
        holder[path[-1]] = value

    return change


FORGED: dict[str, tuple[Callable[[list[dict[str, Any]]], object], str]] = {
    "another format": (with_member(0, "format", value="x"), "line 1: it is no export"),
    "another version": (with_member(0, "schema_version", value="2.0"), "line 1: it is no export"),
    "unknown event": (with_member(6, "event", value="case_praised"), "line 7: 'case_praised'"),
    "event of the file": (with_member(6, "event", value="ledger_mended"), "line 7: 'ledger_m"),
    "event of another type": (with_member(6, "event", value=["x"]), "line 7: \\['x'\\]"),
    "a member too many": (with_member(6, "x", value=1), "line 7: expected an object"),
    "no object": (lambda lines: lines.append([]), "line 8: expected an object"),
    "data of another type": (with_member(6, "data", value=[]), "line 7: data is not"),
    "an origin inside": (with_member(6, "data", "origin", value={}), "line 7: data is not"),
    "an odd origin": (with_member(6, "origin", "at", value="now"), "line 7: origin"),
    "no such day": (
        with_member(6, "origin", "at", value="2026-02-31T00:00:00.000000Z"),
        "line 7: origin",
    ),
    "an odd quarantine": (with_member(6, "data", "until", value="2026-13-01"), "line 7: until"),
    "a path for an id": (with_member(3, "data", "case", value="../../etc/passwd"), "line 4: case"),
    "a path for a failed case": (
        with_member(1, "data", "case", value="case-/../../../x"),
        "line 2: case is not a case id",
    ),
    "another id": (with_member(1, "data", "case", value="case-" + "0" * 12), "line 2: case is not"),
    "a case of nobody": (with_member(3, "data", "case", value="case-" + "0" * 12), "neither here"),
    "an odd bucket": (with_member(1, "data", "bucket", value="bad_luck"), "line 2: bucket"),
    "a number for a text": (with_member(1, "data", "reason", value=7), "line 2: reason"),
    "a huge number": (with_member(1, "data", "attempt", value=10**25), "line 2: attempt"),
    "another pack": (with_member(1, "pack", "notes", value=[]), "line 2: pack is not"),
    "a pack of another type": (with_member(1, "pack", value="x"), "line 2: pack is not"),
    "a pack of a pass": (with_member(2, "pack", value={}), "line 3: pack is not"),
}


def check_refused(tmp_path: Path, content: bytes, told: str) -> None:
    here = tmp_path / "here"
    fail(here, 99, run_id="mine")
    before = (here / LEDGER).read_bytes()
    packs = sorted(here.rglob("*.json"))
    (tmp_path / "bad.jsonl").write_bytes(content)
    with pytest.raises(ArchiveInvalidError, match=told) as caught:
        merge_cases(here, tmp_path / "bad.jsonl", **MERGER)
    assert caught.value.exit_status == 7
    assert (here / LEDGER).read_bytes() == before
    assert sorted(here.rglob("*.json")) == packs


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_export_is_refused_and_changes_nothing(kind: str, tmp_path: Path) -> None:
    change, told = FORGED[kind]
    lines = an_export(tmp_path)
    change(lines)
    check_refused(tmp_path, b"".join(json.dumps(line).encode() + b"\n" for line in lines), told)


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "line 1: it is empty"),
    "no JSON": (lambda good: good + b"{\n", "line 8"),
    "a key twice": (lambda good: good + b'{"a":1,"a":2}\n', "line 8: duplicate key"),
    "deep": (lambda good: good + b"[" * 10_000 + b"\n", "line 8"),
    "half a pair": (lambda good: good + b'{"a":"\\udce9"}\n', "line 8: half of a surrogate"),
    "no UTF-8": (lambda good: good + b"\xff\xff\n", "line 8"),
    "an empty line": (lambda good: good + b"\n", "line 8"),
    "cut": (lambda good: good[:-1], "line 7: it does not end"),
    "an endless line": (lambda good: good + b" " * (LINE_BYTES_MAX + 2_000_000), "is longer than"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_export_is_refused_and_changes_nothing(kind: str, tmp_path: Path) -> None:
    change, told = DAMAGED[kind]
    an_export(tmp_path)
    check_refused(tmp_path, change((tmp_path / "good.jsonl").read_bytes()), told)


def test_an_export_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFoundError):
        merge_cases(tmp_path, tmp_path / "none", **MERGER)
