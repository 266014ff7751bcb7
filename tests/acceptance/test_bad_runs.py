from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, tree
from documents import changed
from hands import (
    CURRICULUM,
    DIFF,
    PLAN,
    PREVIOUS,
    REPORT,
    REPORT_PAGE,
    SCOPE,
    SPEC,
    edit,
    is_kept,
    load,
    stage_of,
    status_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle

JOURNAL = "logs/journal.jsonl"
EVERYWHERE = (SPEC, SCOPE, CURRICULUM, PLAN, REPORT_PAGE, DIFF, JOURNAL, "run.json")
SECRET = b"what lies outside the run\n"


def put(kind: str, path: Path, outside: Path) -> None:
    """Replace a file by something that is none."""
    path.unlink()
    match kind:
        case "a FIFO":
            os.mkfifo(path)
        case "a folder":
            path.mkdir()
        case "a link to a file":
            path.symlink_to(outside)
        case "a link to a device":
            path.symlink_to("/dev/zero")
        case "a link to nothing":
            path.symlink_to(outside.parent / "nothing")


KINDS = ("a FIFO", "a folder", "a link to a file", "a link to a device", "a link to nothing")


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_plain_file_in_a_run_is_never_followed_nor_waited_for(
    kind: str, path: str, forked: Curricle, finished: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_bytes(SECRET)
    put(kind, finished / path, outside)
    for command in (("status",), ("run", "--force")):
        done = forked(command[0], finished.name, *command[1:])
        assert (finished / path).name.partition(".")[0] in done.stdout + done.stderr
        if path == JOURNAL:
            assert done.status in {6, 7} or "the journal is broken" in done.stdout
        elif kind == "a folder" and path != "run.json":
            assert done.status in {0, 4, 6}, (command, done)
        else:
            assert done.status == 6, (command, done)
    assert outside.read_bytes() == SECRET
    assert SECRET not in tree(finished / "objects").values()
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("folder", ["outputs", "outputs/plan", "inputs", "objects", "logs"])
def test_a_link_in_place_of_a_folder_leads_no_write_out_of_the_run(
    folder: str, forked: Curricle, finished: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    shutil.move(finished / folder, outside)
    (finished / folder).symlink_to(outside)
    before = tree(outside)
    for command in (("run", "--force"), ("plan", "--start", "2026-01-05")):
        done = forked(command[0], finished.name, *command[1:], "--json")
        assert (done.status, done.error["code"]) == (6, "io_error")
        assert "it is a symbolic link" in done.error["message"]
    assert tree(outside) == before


@pytest.mark.parametrize("folder", ["outputs", "outputs/plan", "outputs/reviews", "objects"])
def test_missing_folders_are_made_again(folder: str, forked: Curricle, finished: Path) -> None:
    outputs = tree(finished / "outputs")
    shutil.rmtree(finished / folder)
    forked.good("status", finished.name)
    forked.good("run", finished.name, "--force")
    assert stage_of(finished) == "iterated"
    assert tree(finished / "outputs") == outputs


@pytest.mark.parametrize("folder", ["inputs", "logs"])
def test_a_missing_folder_that_nothing_can_replace_is_a_typed_error(
    folder: str, forked: Curricle, finished: Path
) -> None:
    shutil.rmtree(finished / folder)
    done = forked("run", finished.name, "--json")
    assert done.error["code"] == {"inputs": "stage_conflict", "logs": "journal_broken"}[folder]
    assert forked.good("archive", finished.name, "--json").json["files"] > 5


BAD_REPORTS: dict[str, dict[str, Any]] = {
    "a node that is none": {"/weeks/0/items/0/node_id": "ghost"},
    "a day that is none": {"/start_date": "2026-01-05", "/weeks/0/starts_on": "2026-13-45"},
    "a last day of all days": {"/start_date": "9999-12-31", "/weeks/0/starts_on": "9999-12-31"},
}


@pytest.mark.parametrize("name", BAD_REPORTS)
def test_a_plan_of_something_else_is_not_handed_out(
    name: str, forked: Curricle, finished: Path
) -> None:
    edited = edit(finished / PLAN, BAD_REPORTS[name])
    done = forked("export", finished.name, "--format", "ics", "--json", "-o", "out.ics")
    assert (done.status, done.error["code"]) == (4, "artifact_stale")
    assert not (forked.cwd / "out.ics").exists()
    forked.good("run", finished.name)
    assert is_kept(finished, edited)
    forked.good("plan", finished.name, "--start", "2026-01-05")
    forked.good("export", finished.name, "--format", "ics", "-o", "out.ics")


GARBAGE = (b"", b"{}", b"null", b"\xff\xfe\x00", b"[" * 100_000, b'{"a": NaN}', b'{"weeks": 3}')
READERS = (
    ("status",),
    ("run",),
    ("validate",),
    ("plan",),
    ("iterate",),
    ("diff",),
    ("export", "--format", "html"),
    ("log",),
)


@pytest.mark.parametrize("path", [SPEC, CURRICULUM, PREVIOUS, PLAN, REPORT, DIFF, JOURNAL])
def test_garbage_anywhere_in_a_run_is_mended_or_typed(
    path: str, forked: Curricle, given: Path
) -> None:
    forked.good("run", given.name)
    edit(given / CURRICULUM, {"/nodes/0/title": "Big tables"})
    forked.good("run", given.name)
    whole = forked.cwd / "whole"
    shutil.copytree(given, whole)
    for number, data in enumerate(GARBAGE):
        for command in READERS[number % 2 :: 2]:
            shutil.rmtree(given)
            shutil.copytree(whole, given)
            (given / path).write_bytes(data)
            done = forked(command[0], given.name, *command[1:])
            assert done.status in {0, 1, 3, 4, 7}, (path, data[:9], command, done.stderr)
            assert bool(done.status) == ("error[" in done.stderr)


FINDINGS: dict[str, tuple[dict[str, Any], str]] = {
    "a list for an id": ({"/nodes/0/id": ["tables"]}, "schema.wrong-type"),
    "an object for a title": ({"/nodes/1/title": {"a": 1}}, "schema.wrong-type"),
    "null for a node": ({"/nodes/1": [None]}, "schema.wrong-type"),
    "null in prerequisites": ({"/nodes/1/prerequisites": [[None]]}, "schema.wrong-type"),
    "no nodes": ({"/nodes": []}, "schema.wrong-value"),
    "a number of 30 digits": ({"/nodes/0/estimate_minutes": 10**29}, "schema.wrong-value"),
    "an id of two lines": ({"/nodes/3/id": "in\ndexes"}, "schema.id-characters"),
    "an id of 300": ({"/nodes/3/id": "i" * 300}, "schema.wrong-value"),
    "an id twice": ({"/nodes/3/id": "tables"}, "schema.duplicate-id"),
    "a prerequisite twice": (
        {"/nodes/2/prerequisites": ["queries", "queries"]},
        "dag.duplicate-prerequisite",
    ),
    "itself": ({"/nodes/0/prerequisites": ["tables"]}, "dag.self-prerequisite"),
    "a script for an address": (
        {"/nodes/0/resources/0/url": "javascript:alert(1)"},
        "schema.resource-url",
    ),
    "a placeholder": ({"/nodes/0/title": "replace_with_title"}, "quality.placeholder"),
    "an escape sequence": ({"/nodes/0/title": "Ta\x1b[31mbles"}, "schema.control-characters"),
    "a turned direction": ({"/nodes/0/title": "Ta\u202ebles"}, "schema.control-characters"),
    "lines that are not there": (
        {"/nodes/0/sources/0/last_line": 999},
        "evidence.source-out-of-range",
    ),
    "a file outside": (
        {"/nodes/0/sources/0/path": "../../../../etc/passwd"},
        "evidence.source-out-of-range",
    ),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_a_bad_curriculum_is_kept_reported_by_line_and_never_planned(
    name: str, forked: Curricle, given: Path
) -> None:
    changes, rule = FINDINGS[name]
    document = changed(load(given / CURRICULUM), changes)
    if name == "null for a node":
        document["nodes"][1] = None
    (given / CURRICULUM).write_text(json.dumps(document, indent=2))
    done = forked("validate", given.name, "--json")
    assert done.status == 1
    assert done.json["error"]["code"] == "validation_failed"
    found = [finding for finding in done.json["findings"] if finding["rule"] == rule]
    assert found, [finding["rule"] for finding in done.json["findings"]]
    pointer = next(iter(changes))
    assert any(f["pointer"].startswith(pointer.rpartition("/")[0]) for f in found)
    lines = (given / CURRICULUM).read_text().splitlines()
    assert all(1 <= finding["line"] <= len(lines) and finding["hint"] for finding in found)
    shown = forked("validate", given.name)
    assert (shown.stdout + shown.stderr).replace("\n", "").isprintable()
    assert forked("plan", given.name).status == 1
    assert not (given / PLAN).exists()
    assert load(given / CURRICULUM) == document


def test_findings_of_an_escape_sequence_reach_no_terminal_raw(
    forked: Curricle, given: Path
) -> None:
    edit(given / CURRICULUM, {"/topic": "a\x1b]0;owned\x07b", "/nodes/0/title": "x\x1b[2Jy"})
    edit(given / "run.json", {"/name": "name\x1b[31m"})
    for command in ("validate", "status", "run", "diff", "log", "next"):
        done = forked("--color", "never", command, given.name)
        assert "\x1b" not in done.stdout + done.stderr, command
    assert "\x1b" not in forked.good("list").stdout


def test_a_changed_spec_is_no_longer_iterated_and_neither_is_a_broken_one(
    forked: Curricle, finished: Path
) -> None:
    (finished / SPEC).write_bytes((EXAMPLES / "topic_spec.json").read_bytes())
    assert stage_of(finished) == "spec_ready"
    (finished / SPEC).write_bytes(b"{")
    assert stage_of(finished) == "initialized"
    done = forked("run", finished.name, "--json")
    assert (done.status, done.error["code"]) == (4, "topic_spec_invalid")
    assert status_of(finished)["last_failure"]["code"] == "topic_spec_invalid"
