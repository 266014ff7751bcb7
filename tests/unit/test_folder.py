from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import tree
from curricle.errors import InvalidArgumentError, IoError, RunAmbiguousError, RunNotFoundError
from curricle.fsio import DRAFT_PREFIX
from curricle.layout import CURRICULUM, TOPIC_SPEC
from curricle.runs.folder import find_run, is_run_id, run_ids, take_snapshot
from histories import finished_run

if TYPE_CHECKING:
    from pathlib import Path

BREAD, BUTTER = "20260131-093000-bread-0a1b", "20260131-093000-butter-0a1b"
OLDER = "20251231-235959-bread-ffff"


@pytest.fixture
def runs_dir(tmp_path: Path) -> Path:
    for run_id in (BREAD, BUTTER, OLDER):
        (tmp_path / run_id).mkdir()
    return tmp_path


def test_runs_are_listed_newest_first_and_nothing_else_is(runs_dir: Path) -> None:
    for name in ("archives", f"{DRAFT_PREFIX}{BREAD}", "notes", f"{BREAD}.bak", BREAD.upper()):
        (runs_dir / name).mkdir()
    assert run_ids(runs_dir) == [BUTTER, BREAD, OLDER]
    assert run_ids(runs_dir / "absent") == []


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        (BREAD, BREAD),
        ("20260131-093000-br", BREAD),
        ("20260131-093000-bu", BUTTER),
        ("2025", OLDER),
    ],
)
def test_a_prefix_that_fits_one_run_names_it(prefix: str, found: str, runs_dir: Path) -> None:
    assert find_run(runs_dir, prefix) == runs_dir / found


def test_a_whole_id_is_meant_even_where_another_begins_so(runs_dir: Path) -> None:
    (runs_dir / f"{BREAD}-ffff").mkdir()
    assert find_run(runs_dir, BREAD) == runs_dir / BREAD


def test_an_ambiguous_prefix_names_the_candidates(runs_dir: Path) -> None:
    with pytest.raises(RunAmbiguousError) as caught:
        find_run(runs_dir, "20260131")
    assert caught.value.details["candidates"] == [BUTTER, BREAD]
    assert (caught.value.code, caught.value.exit_status) == ("run_ambiguous", 4)


@pytest.mark.parametrize("name", ["2027", "bread", BREAD + "0", "x", "20260131-093000-B"])
def test_a_name_that_no_run_begins_with_is_not_found(name: str, runs_dir: Path) -> None:
    with pytest.raises(RunNotFoundError) as caught:
        find_run(runs_dir, name)
    assert caught.value.exit_status == 3


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "/etc", "a/b", "a\\b", "x\0", ".lock", f"{DRAFT_PREFIX}x"]
)
def test_a_name_that_could_lead_out_of_the_folder_is_refused(name: str, runs_dir: Path) -> None:
    with pytest.raises(InvalidArgumentError):
        find_run(runs_dir, name)


@given(st.text(max_size=300))
def test_no_name_makes_finding_fail(name: str) -> None:
    from pathlib import Path

    with pytest.raises((InvalidArgumentError, RunNotFoundError)):
        find_run(Path("/nonexistent"), name)


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "\udcff"])
def test_a_name_that_no_folder_can_have_is_not_found(name: str, runs_dir: Path) -> None:
    with pytest.raises(RunNotFoundError):
        find_run(runs_dir, name)


def test_a_runs_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_bytes(b"")
    with pytest.raises(IoError):
        run_ids(tmp_path / "runs")


def test_a_run_under_a_name_of_its_own_is_found_by_the_whole_name(runs_dir: Path) -> None:
    (runs_dir / "kept").mkdir()
    (runs_dir / "kept" / "run.json").write_bytes(b"")
    assert not is_run_id("kept")
    assert find_run(runs_dir, "kept") == runs_dir / "kept"
    with pytest.raises(RunNotFoundError):
        find_run(runs_dir, "kep")


def test_a_snapshot_holds_the_digest_of_every_input_and_output_but_drafts(tmp_path: Path) -> None:
    run_dir = finished_run(tmp_path)
    (run_dir / "outputs" / "plan" / f"{DRAFT_PREFIX}0011").write_bytes(b"half")
    (run_dir / "inputs" / "context" / "a" / "b").mkdir(parents=True)
    (run_dir / "inputs" / "context" / "a" / "b" / "Größe.md").write_bytes(b"deep")
    expected = {
        path: hashlib.sha256(data).hexdigest()
        for path, data in tree(run_dir).items()
        if path.startswith(("inputs/", "outputs/")) and DRAFT_PREFIX not in path
    }
    snapshot = take_snapshot(run_dir, with_contents=True)
    assert snapshot.digests == expected == take_snapshot(run_dir).digests
    assert set(snapshot.contents) == {CURRICULUM, *(p for p in expected if p[:6] == "inputs")}
    for path, data in snapshot.contents.items():
        assert data == (run_dir / path).read_bytes()


@pytest.mark.parametrize(
    "put",
    [
        pytest.param(lambda path: path.symlink_to("/etc/passwd"), id="link"),
        pytest.param(lambda path: path.symlink_to("nowhere"), id="dangling link"),
        pytest.param(lambda path: path.symlink_to("/etc"), id="link to a folder"),
        pytest.param(os.mkfifo, id="fifo"),
    ],
)
@pytest.mark.parametrize("name", [TOPIC_SPEC, "outputs/plan/plan.json", "inputs/context"])
def test_what_is_no_plain_file_is_refused_and_never_followed(
    put: object, name: str, tmp_path: Path
) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    assert callable(put)
    put(tmp_path / name)
    with pytest.raises(IoError):
        take_snapshot(tmp_path)


def test_a_file_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inputs" / "context").mkdir(parents=True)
    (tmp_path / "inputs" / "context" / os.fsdecode(b"gr\xf6\xdfe.md")).write_bytes(b"x")
    with pytest.raises(IoError, match="UTF-8"):
        take_snapshot(tmp_path)


def test_a_run_without_its_folders_holds_nothing(tmp_path: Path) -> None:
    assert take_snapshot(tmp_path).digests == {}
