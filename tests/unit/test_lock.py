from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from command import ROOT
from curricle.errors import IoError, RunLockedError
from curricle.layout import LOCK_FILE
from curricle.runs.lock import locked
from histories import AT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLDER = """
import sys
from pathlib import Path
from curricle.runs.lock import locked
with locked(Path(sys.argv[1]), command="run bread --force", at="2026-01-31T09:30:00Z"):
    print("held", flush=True)
    sys.stdin.read()
"""


def is_free(run_dir: Path) -> bool:
    try:
        with locked(run_dir, command="test", at=AT):
            return True
    except RunLockedError:
        return False


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_is_told_who_holds_the_lock(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    with pytest.raises(RunLockedError) as caught, locked(tmp_path, command="plan", at=AT):
        pass
    assert str(caught.value) == (
        f"{tmp_path.name} is in use by `run bread --force`"
        f" (process {holder.pid}, since 2026-01-31T09:30:00Z)"
    )
    assert caught.value.exit_status == 6
    assert not is_free(tmp_path)


def test_the_lock_is_free_when_its_holder_was_killed(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    holder.kill()
    holder.wait()
    assert is_free(tmp_path)
    with locked(tmp_path, command="plan", at=AT):
        assert not is_free(tmp_path)
    assert is_free(tmp_path)


def test_the_lock_is_given_back_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path, command="plan", at=AT):
        raise KeyError
    assert is_free(tmp_path)


@pytest.mark.parametrize(
    "note", [b"", b"[]", b"{}", b"\xff", b"null", b"{", b'{"pid":1}', b"[" * 4096], ids=repr
)
def test_a_holder_that_left_no_name_is_told_without_one(note: bytes, tmp_path: Path) -> None:
    with locked(tmp_path, command="plan", at=AT):
        (tmp_path / LOCK_FILE).write_bytes(note)
        with (
            pytest.raises(RunLockedError, match="another command that has just begun"),
            locked(tmp_path, command="run", at=AT),
        ):
            pass


def test_a_refused_writer_leaves_the_holders_note(tmp_path: Path) -> None:
    with locked(tmp_path, command="plan", at=AT):
        before = (tmp_path / LOCK_FILE).read_bytes()
        with pytest.raises(RunLockedError), locked(tmp_path, command="run", at=AT):
            pass
        assert (tmp_path / LOCK_FILE).read_bytes() == before


def test_a_shorter_note_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    for command in ("run " + "x" * 500, "plan"):
        with locked(tmp_path, command=command, at=AT):
            pass
    assert (tmp_path / LOCK_FILE).read_bytes().endswith(b"}\n")
    assert (tmp_path / LOCK_FILE).read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("kind", ["link", "folder", "fifo", "no run"])
def test_a_lock_file_that_is_none_is_refused(kind: str, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    if kind != "no run":
        run_dir.mkdir()
    if kind == "link":
        (tmp_path / "outside").write_bytes(b"mine")
        (run_dir / LOCK_FILE).symlink_to(tmp_path / "outside")
    if kind == "folder":
        (run_dir / LOCK_FILE).mkdir()
    if kind == "fifo":
        os.mkfifo(run_dir / LOCK_FILE)
    with pytest.raises(IoError), locked(run_dir, command="plan", at=AT):
        pass
    assert kind != "link" or (tmp_path / "outside").read_bytes() == b"mine"
