from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from command import tree
from curricle.errors import IoError
from curricle.fsio import DRAFT_PREFIX
from curricle.layout import LOCK_FILE
from curricle.runs.draft import draft_folder, put_in_place
from curricle.runs.lock import locked
from histories import AT

if TYPE_CHECKING:
    from pathlib import Path


def fill_and_fail(runs_dir: Path) -> None:
    with draft_folder(runs_dir) as draft:
        (draft / "run").mkdir()
        raise KeyError("why")


def test_a_draft_is_private_and_gone_when_its_block_ends_or_fails(tmp_path: Path) -> None:
    runs_dir = tmp_path / "deep" / "runs"
    with draft_folder(runs_dir) as draft:
        assert draft.parent == runs_dir
        assert draft.name.startswith(DRAFT_PREFIX)
        assert stat.S_IMODE(draft.stat().st_mode) == 0o700
        assert [path.name for path in draft.iterdir()] == [LOCK_FILE]
    with pytest.raises(KeyError, match="why"):
        fill_and_fail(runs_dir)
    assert not any(runs_dir.iterdir())


def test_the_next_draft_removes_what_dead_commands_left_and_not_what_others_work_on(
    tmp_path: Path,
) -> None:
    dead, busy, mine = (tmp_path / f"{DRAFT_PREFIX}{name}" for name in ("a", "b", "c"))
    for folder in (dead, busy, mine):
        (folder / "run").mkdir(parents=True)
    for folder in (dead, busy):
        (folder / LOCK_FILE).write_bytes(b"")
    with locked(busy, command="restore", at=AT), draft_folder(tmp_path) as draft:
        with draft_folder(tmp_path):
            assert draft.is_dir()
        assert not dead.exists()
        assert (busy / "run").is_dir()
        assert (mine / "run").is_dir()


def test_what_is_made_takes_its_place_unless_something_is_there(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "run.json").write_bytes(b"new")
    for at, put in enumerate((os.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere"))):
        put(tmp_path / str(at))
        assert not put_in_place(tmp_path / "made", tmp_path / str(at))
    assert put_in_place(tmp_path / "made", tmp_path / "run")
    assert tree(tmp_path) == {"run/run.json": b"new"}
    with pytest.raises(IoError):
        put_in_place(tmp_path / "made", tmp_path / "other")
