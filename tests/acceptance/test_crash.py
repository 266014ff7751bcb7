from __future__ import annotations

import json
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from command import EXAMPLES, Curricle, tree
from curricle.canonical import sha256_hex
from curricle.inspection import inspect_run
from curricle.layout import CURRICULUM, LOCK_FILE, TOPIC_SPEC, Stage
from curricle.runs.folder import run_ids
from curricle.runs.freshness import State
from curricle.runs.objects import find_object
from curricle.runs.proof import verify_journal
from faults import in_child, stop_at, write_down_changes

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A run in some state and a command that writes to it."""

    folder: Path
    run: Path
    command: tuple[str, ...]
    precious: dict[str, bytes]
    """What people made, by path; its bytes have to survive everything."""

    def copy(self, name: str) -> Scene:
        folder = self.folder.parent / name
        shutil.copytree(self.folder, folder)
        run = folder / "runs" / self.run.name
        return Scene(folder=folder, run=run, command=self.command, precious=self.precious)

    def carry_out(self, before: Callable[[], object] | None = None) -> int:
        arguments = ("--runs-dir", str(self.run.parent), *self.command)
        ended = in_child(*arguments, before=before)
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended.status


def first_run(program: Curricle) -> Scene:
    run = program.init("Databases", topic_spec=EXAMPLES / "topic_spec.json")
    scope = EXAMPLES / "scope.md"
    return Scene(
        folder=program.cwd,
        run=run,
        command=("run", run.name, f"--scope-file={scope}"),
        precious={TOPIC_SPEC: (run / TOPIC_SPEC).read_bytes()},
    )


def forced_run_over_an_edit(program: Curricle) -> Scene:
    run = program.init("Databases", scope_file=EXAMPLES / "scope.md")
    program.good("run", run.name)
    edited = json.loads((run / CURRICULUM).read_bytes())
    edited["nodes"][0]["title"] = "By hand"
    (run / CURRICULUM).write_text(json.dumps(edited))
    spec = json.loads((run / TOPIC_SPEC).read_bytes())
    spec["constraints"]["hours_per_week"] = 3
    (run / TOPIC_SPEC).write_text(json.dumps(spec))
    return Scene(
        folder=program.cwd,
        run=run,
        command=("run", run.name, "--force"),
        precious={path: (run / path).read_bytes() for path in (TOPIC_SPEC, CURRICULUM)},
    )


def iteration_after_an_edit(program: Curricle) -> Scene:
    scene = forced_run_over_an_edit(program)
    return Scene(
        folder=scene.folder,
        run=scene.run,
        command=("iterate", scene.run.name),
        precious=scene.precious,
    )


def check_survived(scene: Scene, expected: dict[str, bytes]) -> None:
    """Check what a killed command left, then what the same command makes of it."""
    killed = inspect_run(scene.run)
    for artifact in killed.artifacts:
        was_edited = artifact.path in scene.precious
        assert artifact.state is not State.EDITED or was_edited, artifact
    for path, data in scene.precious.items():
        digest = sha256_hex(data)
        kept = find_object(scene.run, digest) or (scene.run / path).read_bytes()
        assert kept == data, path
    assert scene.carry_out() == 0
    verify_journal(scene.run, None)
    assert tree(scene.run / "outputs") == expected
    assert not [path for path in tree(scene.run) if ".draft" in path]
    assert inspect_run(scene.run).stage.value == "iterated"
    for path, data in scene.precious.items():
        assert data in {find_object(scene.run, sha256_hex(data)), (scene.run / path).read_bytes()}


@pytest.mark.parametrize(
    "make", [first_run, forced_run_over_an_edit, iteration_after_an_edit], ids=lambda f: f.__name__
)
def test_killed_at_any_change_to_the_disk_a_run_is_valid_and_the_same_command_ends_it(
    make: Callable[[Curricle], Scene], tmp_path: Path
) -> None:
    (tmp_path / "scene").mkdir()
    scene = make(Curricle(runs_dir=tmp_path / "scene" / "runs", cwd=tmp_path / "scene"))
    whole = scene.copy("whole")
    listed = tmp_path / "changes.json"
    assert whole.carry_out(write_down_changes(listed)) == 0
    names, opened = json.loads(listed.read_text())
    assert names.count("open") == len(opened), "a file was written past os.open"
    expected = tree(whole.run / "outputs")
    before = [stop_at(number) for number in range(len(names))]
    halfway = [stop_at(at, torn=True) for at, name in enumerate(names) if name == "write"]
    assert len(before) > 60
    assert len(halfway) > 15
    for number, stop in enumerate([*before, *halfway]):
        killed = scene.copy(f"killed-{number}")
        assert killed.carry_out(stop) == -signal.SIGKILL
        check_survived(killed, expected)
        shutil.rmtree(killed.folder)


def test_killed_at_any_change_init_leaves_a_whole_run_or_none(tmp_path: Path) -> None:
    runs_dir, listed = tmp_path / "runs", tmp_path / "changes.json"
    arguments = (
        "--runs-dir",
        str(runs_dir),
        "init",
        "Killed",
        f"--scope-file={EXAMPLES / 'scope.md'}",
    )
    assert in_child(*arguments, before=write_down_changes(listed)).status == 0
    count = len(json.loads(listed.read_text())[0])
    for number in range(count):
        shutil.rmtree(runs_dir)
        killed = in_child(*arguments, before=stop_at(number))
        assert killed.status == -signal.SIGKILL
        for run_id in run_ids(runs_dir):
            assert inspect_run(runs_dir / run_id).stage is Stage.INITIALIZED
        assert in_child(*arguments).status == 0
        # A folder that nobody came to lock may stay, as nothing tells it from one in the making.
        assert not list(runs_dir.glob(".draft*/*"))


def test_killed_at_any_change_restore_and_archive_can_be_typed_again(
    finished: Path, curricle: Curricle, tmp_path: Path
) -> None:
    expected, listed = tree(finished), tmp_path / "changes.json"
    archive = Path(curricle.good("archive", finished.name).stdout.strip())
    elsewhere = ("--runs-dir", str(tmp_path / "elsewhere"), "restore", str(archive))
    here = ("--runs-dir", str(curricle.runs_dir), "archive", finished.name)
    kept = archive.read_bytes()
    for arguments, target in ((elsewhere, tmp_path / "elsewhere"), (here, archive.parent)):
        shutil.rmtree(target, ignore_errors=True)
        assert in_child(*arguments, before=write_down_changes(listed)).status == 0
        count = len(json.loads(listed.read_text())[0])
        for number in range(count):
            shutil.rmtree(target)
            killed = in_child(*arguments, before=stop_at(number))
            assert killed.status == -signal.SIGKILL
            again = in_child(*arguments)
            is_there = "run_exists" in again.stderr
            assert again.status == 0 or is_there, again
    restored = tree(tmp_path / "elsewhere" / finished.name)
    assert {**restored, LOCK_FILE: b""} == {**expected, LOCK_FILE: b""}
    assert archive.read_bytes() == kept


def test_killed_at_any_change_restore_leaves_a_whole_run_or_none(
    curricle: Curricle, tmp_path: Path
) -> None:
    run = curricle.init("Killed", scope_file=EXAMPLES / "scope.md")
    whole = tree(run)
    archive = curricle.good("archive", run.name).stdout.strip()
    runs_dir, listed = tmp_path / "other", tmp_path / "changes.json"
    restore = ("--runs-dir", str(runs_dir), "restore", archive)
    assert in_child(*restore, before=write_down_changes(listed)).status == 0
    assert tree(runs_dir / run.name) == whole
    assert [path.name for path in runs_dir.iterdir()] == [run.name]
    for number in range(len(json.loads(listed.read_text())[0])):
        shutil.rmtree(runs_dir)
        assert in_child(*restore, before=stop_at(number)).status == -signal.SIGKILL
        for run_id in run_ids(runs_dir):
            assert tree(runs_dir / run_id) == whole
        assert in_child("--runs-dir", str(runs_dir), "init", "Next").status == 0
        assert not list(runs_dir.glob(".draft*/*"))
