from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from command import Curricle, tree
from forked import ForkedCurricle
from hands import CURRICULUM, SCOPE, SPEC, edit, is_kept, load, stage_of, status_of

if TYPE_CHECKING:
    from pathlib import Path

DEEP = b'{"a":' * 250 + b"1" + b"}" * 250
RUN_FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "spaces": (b" \n\n", "the file is empty"),
    "torn": (b'{\n  "name": "Bre', "(line 2): "),
    "a list": (b"[]", "it is no JSON object"),
    "null": (b"null", "it is no JSON object"),
    "not UTF-8": (b'{"name":\n "\xff"}', "(line 2): byte 0xff"),
    "UTF-16": ('{"name": "Bread"}'.encode("utf-16"), "(line 1): the text is UTF-16"),
    "nested deeply": (DEEP, "nested more than 200 levels deep"),
    "nested very deeply": (b"[" * 100_000, "nested more than 200 levels deep"),
    "a key twice": (b'{"name": "a",\n "name": "b"}', "(line 2): duplicate key 'name'"),
    "not a number": (b'{"schema_version": NaN}', "(line 1): NaN is no JSON number"),
    "a huge number": (b'{"schema_version": ' + b"9" * 5000 + b"}", "number of 5000 digits"),
    "half a surrogate pair": (b'{"name": "\\ud800"}', "half of a surrogate pair"),
    "somebody else's": (b'{"goal": "Bread"}', "schema_version is None"),
}


@pytest.mark.capability("R11")
@pytest.mark.parametrize("name", RUN_FILES)
def test_a_broken_run_json_is_a_typed_error_that_says_what_and_where(
    name: str, forked: Curricle, finished: Path
) -> None:
    data, why = RUN_FILES[name]
    (finished / "run.json").write_bytes(data)
    before = tree(finished)
    done = forked("status", finished.name)
    assert (done.status, done.stdout) == (4, "")
    error, hint, following = done.stderr.splitlines()
    assert error.startswith("error[run_metadata_invalid]: invalid run metadata: run.json of ")
    assert why in error
    assert hint == "hint: `recover` makes it anew from the journal, or starts a fresh run"
    assert following.endswith(f"recover {finished.name}")
    assert tree(finished) == before


@pytest.mark.capability("R11")
def test_a_missing_run_json_is_told_and_made_anew_from_the_journal(
    forked: Curricle, finished: Path
) -> None:
    whole = tree(finished)
    (finished / "run.json").unlink()
    before = tree(finished)
    shown = forked.good("status", finished.name).stdout
    assert (
        "\nrun.json is missing: this is what the journal says,"
        " and the next command that writes makes it anew\n"
    ) in shown
    assert forked.good("next", finished.name).stdout.endswith(f"run {finished.name}\n")
    (row,) = forked.good("list", "--json").json["runs"]
    assert row["problem"] == "run.json cannot be read: no such file or directory"
    forked.good("journal", "verify", finished.name)
    assert tree(finished) == before
    forked.good("run", finished.name)
    assert {**tree(finished), ".lock": b""} == {**whole, ".lock": b""}
    assert "run.json" not in forked.good("status", finished.name).stdout


@pytest.mark.capability("R11")
def test_a_missing_run_json_without_a_journal_is_invalid_run_metadata(
    forked: Curricle, finished: Path
) -> None:
    for path in ("run.json", "logs/journal.jsonl"):
        (finished / path).unlink()
    before = tree(finished)
    done = forked("status", finished.name, "--json")
    assert (done.status, done.error["code"]) == (4, "run_metadata_invalid")
    assert "invalid run metadata" in done.error["message"]
    assert "the file is missing, and the journal of " in done.error["message"]
    assert tree(finished) == before


CHANGED: dict[str, tuple[dict[str, Any], str]] = {
    "/run_id": ({"/run_id": "20260101-000000-other-abcd"}, "belongs to the run '20260101"),
    "/schema_version": ({"/schema_version": ["1.0"]}, "schema_version is ['1.0']"),
    "/name": ({"/name": None}, "the field 'name' is missing"),
    "/stages": ({"/stages": [1]}, "/stages: [1] is a list, expected object"),
    "a stage": ({"/stages/baked": {}}, "/stages/baked: "),
    "a digest": ({"/stages/planned/inputs": {SPEC: 7}}, "7 is a number, expected string"),
    "an origin": ({"/stages/generated/parameters/origin": ["person"]}, "['person']"),
    "no origin": ({"/stages/generated/parameters": {}}, "the field 'origin' is missing"),
    "a verdict": ({"/stages/validated/parameters/valid": "yes"}, "valid"),
    "a selection": ({"/stages/spec_ready/parameters/selection/mode": {}}, "{}"),
    "a head": ({"/journal/size_bytes": -1}, "/journal/size_bytes: -1 is less than 1"),
    "a failure": ({"/last_failure": "none"}, "/last_failure: "),
}


@pytest.mark.capability("R11")
@pytest.mark.parametrize(
    ("name", "command"),
    [(name, ("status", "run")[at % 2]) for at, name in enumerate(CHANGED)],
    ids=CHANGED.keys(),
)
def test_a_run_json_that_was_edited_into_something_else_is_refused(
    name: str, command: str, forked: Curricle, finished: Path
) -> None:
    changes, why = CHANGED[name]
    edit(finished / "run.json", changes)
    before = tree(finished)
    done = forked(command, finished.name, "--json")
    assert (done.status, done.error["code"]) == (4, "run_metadata_invalid")
    assert done.error["message"].startswith("invalid run metadata: ")
    assert why in done.error["message"]
    after = tree(finished)
    assert {**after, ".lock": b""} == {**before, ".lock": b""}


@pytest.mark.capability("R11")
def test_a_place_in_run_json_is_named_with_its_line(forked: Curricle, finished: Path) -> None:
    edit(finished / "run.json", {"/stages/planned/version": "1"})
    error = forked("status", finished.name, "--json").error
    line = error["details"]["line"]
    text = (finished / "run.json").read_text().splitlines()
    assert text[line - 1].strip() == '"version": "1"'
    assert f"(line {line})" in error["message"]


@pytest.mark.capability("R11")
@pytest.mark.parametrize("version", ["2.0", "1.1", "99"])
def test_a_run_of_a_newer_version_is_told_apart_from_a_broken_one(
    version: str, forked: Curricle, finished: Path
) -> None:
    edit(finished / "run.json", {"/schema_version": version, "/future": {"field": 1}})
    done = forked("status", finished.name, "--json")
    assert (done.status, done.error["code"]) == (4, "run_schema_unsupported")
    assert done.error["details"] == {"run_id": finished.name, "found": version, "known": "1.0"}


def test_a_broken_run_is_listed_with_the_others(forked: Curricle, finished: Path) -> None:
    other = forked.init("Other")
    (finished / "run.json").write_bytes(b"{")
    rows = {row["run_id"]: row for row in forked.good("list", "--json").json["runs"]}
    assert rows[finished.name]["problem"] == "invalid run metadata"
    assert rows[other.name]["problem"] is None
    failed = forked.good("list", "--code", "run_metadata_invalid", "--json").json["runs"]
    assert [row["run_id"] for row in failed] == [finished.name]


@pytest.mark.capability("R12")
@pytest.mark.parametrize("broken", [b"", b'{"schema_version": "2.0"}'], ids=repr)
def test_a_broken_run_is_archived_and_a_fresh_one_regenerates_from_its_inputs(
    broken: bytes, forked: Curricle, finished: Path
) -> None:
    (finished / "run.json").write_bytes(broken)
    before = tree(finished)
    refused = forked("status", finished.name)
    assert refused.status == 4
    run = finished.name
    kept = forked.good("archive", run, "--json").json
    assert kept["left_out"] == []
    assert tree(finished) == before

    fresh = forked.init("Bread", topic_spec=finished / SPEC, scope_file=finished / SCOPE)
    assert (fresh / SPEC).read_bytes() == before[SPEC]
    forked.good("run", fresh.name)
    assert stage_of(fresh) == "iterated"
    assert tree(fresh / "outputs") == tree(finished / "outputs")

    elsewhere = ForkedCurricle(runs_dir=forked.cwd / "elsewhere", cwd=forked.cwd)
    elsewhere.good("restore", kept["archive"])
    restored = tree(elsewhere.runs_dir / run)
    assert {**restored, ".lock": b""} == {**before, ".lock": b""}


def test_an_archive_is_answered_without_a_command_that_its_folder_would_refuse(
    forked: Curricle, finished: Path
) -> None:
    done = forked("archive", finished.name)
    assert done.status == 0
    assert done.stderr == "it holds the run whole, with what its documents hold of secrets\n"
    assert forked("restore", done.stdout.strip(), "--json").error["code"] == "run_exists"


CONTRACTS = {
    SPEC: ("topic_spec_invalid", "run", b'{\n  "goal": \xff\n}', 2),
    CURRICULUM: ("curriculum_invalid", "validate", b'{\n  "topic": "x",\n  "nodes": [\n', 4),
    "run.json": ("run_metadata_invalid", "validate", b'{\n"run_id": 1,,\n}', 2),
}


@pytest.mark.capability("R16")
@pytest.mark.parametrize("path", CONTRACTS)
def test_a_core_document_that_cannot_be_parsed_stops_the_run_for_a_person(
    path: str, forked: Curricle, finished: Path
) -> None:
    code, command, data, line = CONTRACTS[path]
    outputs = tree(finished / "outputs")
    (finished / path).write_bytes(data)
    done = forked(command, finished.name, "--json")
    assert (done.status, done.error["code"], done.error["exit_status"]) == (4, code, 4)
    assert done.error["details"]["line"] == line
    assert f"(line {line})" in done.error["message"]
    assert done.error["details"]["file"] == path
    assert done.error["hint"]
    assert (finished / path).read_bytes() == data
    assert {**tree(finished / "outputs"), path[8:]: b""} == {**outputs, path[8:]: b""}
    if path != "run.json":
        failure = status_of(finished)["last_failure"]
        assert (failure["code"], failure["details"]) == (code, done.error["details"])
        again = forked(command, finished.name, "--json")
        assert again.error == done.error


@pytest.mark.capability("R16")
def test_a_curriculum_that_cannot_be_parsed_is_regenerated_on_request_and_kept(
    forked: Curricle, finished: Path
) -> None:
    good = (finished / CURRICULUM).read_bytes()
    (finished / CURRICULUM).write_bytes(b"{ broken")
    for command in ("run", "plan", "iterate"):
        done = forked(command, finished.name, "--json")
        assert (done.status, done.error["code"]) == (4, "curriculum_invalid"), command
    forked.good("run", finished.name, "--force")
    assert (finished / CURRICULUM).read_bytes() == good
    assert is_kept(finished, b"{ broken")
    assert not (finished / "outputs/curriculum/previous_curriculum.json").exists()


def test_run_json_records_the_head_of_the_journal(forked: Curricle, finished: Path) -> None:
    recorded = load(finished / "run.json")["journal"]
    head = forked.good("journal", "head", finished.name, "--json").json
    assert {name: head[name] for name in recorded} == recorded
