from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from command import EXAMPLES, SCOPES, tree
from curricle.canonical import sha256_hex
from forked import ForkedCurricle
from hands import (
    CURRICULUM,
    PLAN,
    PREVIOUS,
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
    from command import Curricle

JOURNAL = "logs/journal.jsonl"
READING = (
    ("status",),
    ("status", "--json"),
    ("next",),
    ("log",),
    ("diff", "--from", "current"),
    ("export", "--format", "html"),
    ("export", "--format", "csv"),
    ("journal", "verify"),
    ("journal", "head"),
    ("archive",),
    ("list",),
    ("doctor",),
)


@pytest.mark.parametrize("state", ["finished", "stale", "edited", "torn"])
def test_reading_commands_leave_a_run_as_it_is_byte_for_byte(
    state: str, forked: Curricle, finished: Path
) -> None:
    if state == "stale":
        edit(finished / SPEC, {"/constraints/depth": "survey"})
    if state == "edited":
        edit(finished / PLAN, {"/warnings": ["Mine"]})
    if state == "torn":
        with (finished / JOURNAL).open("ab") as journal:
            journal.write(b'{"seq": 99, "at"')
    before = tree(finished)
    times = {path: path.stat().st_mtime_ns for path in finished.rglob("*")}
    for name, *options in READING:
        words = [name] if name in {"list", "doctor"} else [name, finished.name]
        words = ["journal", options[0], finished.name] if name == "journal" else words + options
        assert forked(*words).status in {0, 4}, words
    assert tree(finished) == before
    assert {path: path.stat().st_mtime_ns for path in finished.rglob("*")} == times


def test_a_hand_edit_of_the_curriculum_outlives_any_number_of_runs(
    forked: Curricle, finished: Path
) -> None:
    generated = (finished / CURRICULUM).read_bytes()
    edited = edit(finished / CURRICULUM, {"/nodes/0/pitfalls": ["Weighing in cups"]})
    for command in ("run", "run", "validate", "plan", "iterate", "run"):
        forked.good(command, finished.name)
        assert (finished / CURRICULUM).read_bytes() == edited
    assert (finished / PREVIOUS).read_bytes() == generated
    again = edit(finished / CURRICULUM, {"/nodes/0/pitfalls": []})
    forked.good("run", finished.name)
    assert (finished / CURRICULUM).read_bytes() == again
    assert all(is_kept(finished, data) for data in (generated, edited, again))


@pytest.mark.parametrize(
    ("path", "way"),
    [(PLAN, ("plan",)), (REPORT_PAGE, ("validate",)), (PLAN, ("run", "--force"))],
    ids=["plan", "page", "force"],
)
def test_a_hand_edit_of_a_report_stays_and_is_put_aside_only_on_request(
    path: str, way: tuple[str, ...], forked: Curricle, finished: Path
) -> None:
    made = (finished / path).read_bytes()
    if path == PLAN:
        edited = edit(finished / PLAN, {"/warnings": ["Mine"]})
    else:
        edited = made + b"Mine.\n"
        (finished / path).write_bytes(edited)
    forked.good("run", finished.name)
    assert (finished / path).read_bytes() == edited
    edit(finished / SPEC, {"/constraints/hours_per_week": 2})
    refused = forked("run", finished.name, "--json")
    assert (refused.status, refused.error["code"]) == (4, "stage_conflict")
    assert refused.error["details"]["artifact"] == path
    assert (finished / path).read_bytes() == edited
    told = forked.good(way[0], finished.name, *way[1:]).stderr
    assert (finished / path).read_bytes() != edited
    assert f"{path} had been edited; the edit is kept as objects/{sha256_hex(edited)}" in told
    assert is_kept(finished, edited)
    assert is_kept(finished, made)
    forked.good("run", finished.name)
    assert stage_of(finished) == "iterated"


def test_a_broken_curriculum_never_replaces_the_good_previous_one(
    forked: Curricle, finished: Path
) -> None:
    generated = (finished / CURRICULUM).read_bytes()
    edit(finished / CURRICULUM, {"/nodes/0/pitfalls": ["Weighing in cups"]})
    forked.good("run", finished.name)
    for broken in (b"{ broken", b"[]", b'{"topic": "x", "nodes": []}'):
        (finished / CURRICULUM).write_bytes(broken)
        for command in ("run", "validate", "iterate"):
            assert forked(command, finished.name).status in {1, 4}
        assert (finished / PREVIOUS).read_bytes() == generated
        assert (finished / CURRICULUM).read_bytes() == broken


def test_a_hand_written_spec_outlives_a_scope_file(forked: Curricle) -> None:
    run = forked.init("Databases")
    mine = {"/goal": "Pass the exam", "/prerequisites": ["Sets"], "/scope_in": ["Joins"]}
    written = edit(run / SPEC, mine)
    forked.good("run", run.name, "--scope-file", str(EXAMPLES / "scope.md"))
    spec = load(run / SPEC)
    assert (spec["goal"], spec["prerequisites"]) == ("Pass the exam", ["Sets"])
    assert spec["scope_in"] == ["Joins"]
    assert is_kept(run, written)


def test_every_version_can_be_compared_by_its_digest(forked: Curricle, finished: Path) -> None:
    versions = [(finished / CURRICULUM).read_bytes()]
    for minutes in (10, 20, 40):
        edit(finished / CURRICULUM, {"/nodes/0/estimate_minutes": minutes})
        forked.good("run", finished.name)
        versions.append((finished / CURRICULUM).read_bytes())
    digests = [sha256_hex(data) for data in versions]
    logged = forked.good("log", finished.name).stdout
    assert all(f"curriculum.json {digest[:12]}" in logged for digest in digests)
    first, last = digests[0][:12], digests[-1][:12]
    done = forked("diff", finished.name, "--from", first, "--to", last, "--exit-code", "--json")
    assert done.status == 1
    (change,) = done.json["nodes"]["changed"]
    assert [field["after"] for field in change["fields"]] == [40]
    same = forked("diff", finished.name, "--from", last, "--exit-code")
    assert same.status == 0
    for revision in ("0000", "", "newest"):
        unknown = forked("diff", finished.name, "--from", revision, "--json")
        assert (unknown.status, unknown.error["code"]) == (3, "revision_not_found")


def test_archiving_twice_gives_the_same_file_and_a_changed_run_another(
    forked: Curricle, finished: Path
) -> None:
    first = forked.good("archive", finished.name, "--json").json
    archive = Path(first["archive"])
    data, at = archive.read_bytes(), archive.stat().st_mtime_ns
    assert forked.good("archive", finished.name, "--json").json == first
    assert (archive.read_bytes(), archive.stat().st_mtime_ns) == (data, at)
    assert archive.stat().st_mode & 0o777 == 0o600
    elsewhere = forked.good("archive", finished.name, "-o", "copies", "--json").json
    assert (forked.cwd / elsewhere["archive"]).read_bytes() == data
    edit(finished / CURRICULUM, {"/nodes/0/estimate_minutes": 10})
    other = Path(forked.good("archive", finished.name, "--json").json["archive"])
    assert other != archive
    assert archive.read_bytes() == data


def test_an_archive_never_replaces_a_file_of_its_name(forked: Curricle, finished: Path) -> None:
    archive = Path(forked.good("archive", finished.name, "--json").json["archive"])
    for data in (b"mine", b""):
        archive.write_bytes(data)
        done = forked("archive", finished.name, "--json")
        assert (done.status, done.error["code"]) == (7, "archive_invalid")
        assert archive.read_bytes() == data


def test_restoring_brings_everything_back_and_overwrites_nothing(
    forked: Curricle, finished: Path
) -> None:
    archive = forked.good("archive", finished.name, "--json").json["archive"]
    before = tree(finished)
    done = forked("restore", archive, "--json")
    assert (done.status, done.error["code"]) == (4, "run_exists")
    assert tree(finished) == before
    other = ForkedCurricle(runs_dir=forked.cwd / "other", cwd=forked.cwd)
    other.good("restore", archive)
    restored = other.runs_dir / finished.name
    assert {**tree(restored), ".lock": b""} == {**before, ".lock": b""}
    assert stage_of(restored) == "iterated"
    other.good("journal", "verify", finished.name)
    shutil.rmtree(finished)
    forked.good("restore", archive)
    forked.good("run", finished.name)
    assert {**tree(finished), ".lock": b""} == {**before, ".lock": b""}


def test_a_half_written_journal_line_is_set_aside_and_never_glued_to_the_next(
    forked: Curricle, finished: Path
) -> None:
    whole, torn = (finished / JOURNAL).read_bytes(), b'{"seq":7,"at":"2026'
    (finished / JOURNAL).write_bytes(whole + torn)
    assert status_of(finished)["interrupted"]
    assert stage_of(finished) == "iterated"
    forked.good("run", finished.name)
    journal = (finished / JOURNAL).read_bytes()
    assert journal.startswith(whole)
    assert torn not in journal
    assert is_kept(finished, torn)
    assert forked.good("journal", "verify", finished.name, "--json").json["verified"]
    assert not status_of(finished)["interrupted"]


@pytest.mark.parametrize("how", ["changed", "removed", "reordered", "cut", "emptied", "gone"])
def test_a_journal_that_was_tampered_with_is_never_written_to(
    how: str, forked: Curricle, finished: Path
) -> None:
    lines = (finished / JOURNAL).read_bytes().splitlines(keepends=True)
    noted = forked.good("journal", "head", finished.name).stdout.strip()
    match how:
        case "changed":
            lines[-1] = lines[-1].replace(b"tester", b"mister")
        case "removed":
            del lines[2]
        case "reordered":
            lines[1:3] = reversed(lines[1:3])
        case "cut":
            lines.pop()
        case _:
            lines = []
    (finished / JOURNAL).write_bytes(b"".join(lines))
    if how == "gone":
        (finished / JOURNAL).unlink()
    before = tree(finished)
    done = forked("journal", "verify", finished.name, "--head", noted, "--json")
    assert (done.status, done.error["code"]) == (7, "journal_broken")
    if how != "reordered":
        forced = forked("run", finished.name, "--force", "--json")
        assert (forced.status, forced.error["code"]) == (7, "journal_broken")
    after = tree(finished)
    assert {**after, ".lock": b""} == {**before, ".lock": b""}


@pytest.mark.parametrize("command", [("status",), ("log",), ("export", "--format", "html")])
def test_a_reader_that_has_enough_is_no_failure(
    command: tuple[str, ...], curricle: Curricle, finished: Path
) -> None:
    words = curricle.command(command[0], finished.name, *command[1:])
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=curricle.full_environment
    ) as writer:
        assert writer.stdout
        assert writer.stderr
        writer.stdout.close()
        assert (writer.stderr.read(), writer.wait()) == (b"", 0)


def test_a_second_scope_leaves_every_earlier_version_within_reach(
    forked: Curricle, finished: Path
) -> None:
    earlier = [(finished / path).read_bytes() for path in (SPEC, SCOPE, CURRICULUM, PLAN)]
    scope = SCOPES / "observability-notes.md"
    forked.good("run", finished.name, "--scope-file", str(scope))
    assert (finished / PREVIOUS).read_bytes() == earlier[2]
    assert all(is_kept(finished, data) for data in earlier)
    assert stage_of(finished) == "iterated"
