from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from command import EXAMPLES, SCOPES, Curricle, tree
from curricle.inspection import inspect_run
from curricle.layout import JOURNAL, RUN_FILE, SCOPE, TOPIC_SPEC
from curricle.runs.proof import verify_journal
from disks import small_disk
from faults import become, fail_from, in_child, limit_files

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = 65534
FAULTS = {errno.ENOSPC: "disk_full", errno.EDQUOT: "disk_full", errno.EROFS: "permission_denied"}


def start_of_run(program: Curricle) -> Path:
    return program.init("Databases", scope_file=EXAMPLES / "scope.md")


def fill(path: Path) -> None:
    """Take up all the room that a disk has left."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.mark.parametrize("code", FAULTS, ids=lambda code: errno.errorcode[code])
def test_a_disk_that_fails_at_any_point_of_a_run_costs_nothing(
    code: int, curricle: Curricle, tmp_path: Path
) -> None:
    run = start_of_run(curricle)
    arguments = ("--runs-dir", str(curricle.runs_dir), "run", run.name)
    untouched = tmp_path / "untouched"
    shutil.copytree(run, untouched)
    number = 0
    while True:
        failed = in_child(*arguments, before=fail_from(number, code))
        if failed.status == 0:
            break
        assert failed.status == 6
        assert f"error[{FAULTS[code]}]" in failed.stderr
        assert "hint: " in failed.stderr
        verify_journal(run, None)
        inspect_run(run)
        assert (run / SCOPE).read_bytes() == (untouched / SCOPE).read_bytes()
        shutil.rmtree(run)
        shutil.copytree(untouched, run)
        number += 3
    assert number > 30


def test_after_a_full_disk_the_same_command_goes_on(curricle: Curricle) -> None:
    run = start_of_run(curricle)
    arguments = ("--runs-dir", str(curricle.runs_dir), "run", run.name)
    for number in (5, 25, 45, 65):
        assert in_child(*arguments, before=fail_from(number)).status in {0, 6}
    curricle.good("run", run.name)
    assert inspect_run(run).stage.value == "iterated"


@pytest.mark.parametrize("size", [0, 100, 1000, 3000])
def test_a_file_size_limit_is_a_full_disk_and_leaves_a_valid_run(
    size: int, curricle: Curricle
) -> None:
    run = start_of_run(curricle)
    scope = (run / SCOPE).read_bytes()
    arguments = ("--runs-dir", str(curricle.runs_dir), "run", run.name)
    failed = in_child(*arguments, before=limit_files(size))
    assert failed.status == 6
    assert "error[disk_full]" in failed.stderr
    assert "file too large" in failed.stderr
    verify_journal(run, None)
    assert (run / SCOPE).read_bytes() == scope
    curricle.good("run", run.name)


def test_on_a_disk_too_small_every_command_says_so_and_status_still_reads(
    tmp_path: Path,
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    program = Curricle(runs_dir=disk / "runs", cwd=tmp_path)
    with small_disk(disk, "160k") as is_mounted:
        run = start_of_run(program)
        if is_mounted:
            filler = disk / "filler"
            fill(filler)
        # Where nothing can be mounted, a limit on files stands for the full disk.
        before = None if is_mounted else limit_files(10)
        for command in ("run", "validate", "archive"):
            done = in_child("--runs-dir", str(program.runs_dir), command, run.name, before=before)
            assert done.status in {4, 6}, done
            assert done.status == 4 or not is_mounted or "disk_full" in done.stderr
        found = tree(run)
        assert program.good("status", run.name).stdout
        assert tree(run) == found
        if is_mounted:
            filler.unlink()
            os.sync()
            program.good("run", run.name)


def opened_to(user_id: int, folder: Path) -> None:
    """Let a user into a folder and everything below and above it; whoever is not root is in."""
    if os.getuid() != 0:
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user_id, user_id)
    for path in list(folder.parents)[:-1]:
        path.chmod(path.stat().st_mode | 0o011)


@pytest.mark.parametrize(
    ("path", "command", "mode"),
    [
        (".", "run", 0o500),
        (JOURNAL, "run", 0o400),
        ("objects", "run", 0o500),
        ("inputs", "run", 0o000),
        (SCOPE, "run", 0o000),
        (TOPIC_SPEC, "status", 0o000),
        (RUN_FILE, "status", 0o000),
        (".", "status", 0o000),
        (RUN_FILE, "archive", 0o000),
        ("objects", "archive", 0o000),
    ],
)
def test_without_permission_a_command_names_the_path_and_nothing_is_lost(
    path: str, command: str, mode: int, curricle: Curricle, tmp_path: Path
) -> None:
    run = start_of_run(curricle)
    scope = (run / SCOPE).read_bytes()
    opened_to(NOBODY, tmp_path)
    (run / path).chmod(mode)
    arguments = ("--runs-dir", str(curricle.runs_dir), command, run.name)
    denied = in_child(*arguments, before=become(NOBODY))
    (run / path).chmod(0o700)
    assert denied.status == 6, denied
    assert "error[permission_denied]: no access to " in denied.stderr
    assert str(run / path).removesuffix("/.") in denied.stderr
    assert (run / SCOPE).read_bytes() == scope
    curricle.good("run", run.name)
    verify_journal(run, None)


def test_a_runs_folder_of_somebody_else_is_no_place_for_a_new_run(tmp_path: Path) -> None:
    runs_dir = tmp_path / "runs"
    runs_dir.mkdir(mode=0o755)
    opened_to(NOBODY, tmp_path)
    os.chown(runs_dir, 0, 0)
    done = in_child("--runs-dir", str(runs_dir), "init", "x", before=become(NOBODY))
    assert (done.status, list(runs_dir.iterdir())) == (6, [])
    assert "error[permission_denied]" in done.stderr


def test_a_new_run_is_private(curricle: Curricle) -> None:
    run = curricle.init("Private", scope_file=SCOPES / "bread-baking.md")
    curricle.good("run", run.name)
    assert run.stat().st_mode & 0o077 == 0
