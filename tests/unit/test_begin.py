from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import ROOT, tree
from curricle.errors import DiskFullError, InvalidArgumentError, IoError
from curricle.fsio import DRAFT_PREFIX
from curricle.layout import LOCK_FILE, RUN_FILE, TOPIC_SPEC, Stage
from curricle.runs.begin import begin_run, timestamp
from curricle.runs.folder import is_run_id, run_ids
from curricle.runs.lock import locked
from curricle.runs.objects import find_object
from curricle.runs.proof import verify_journal
from curricle.runs.state import load_run
from histories import AT, NOW

if TYPE_CHECKING:
    from pathlib import Path


def begin(runs_dir: Path, name: str = "Bread", **files: bytes) -> Path:
    return begin_run(
        runs_dir,
        name,
        files or {TOPIC_SPEC: b"{}"},
        now=NOW,
        actor="tester",
        command="init",
        stage=Stage.INITIALIZED,
        made=(),
    )


def test_a_run_is_a_private_folder_with_its_files_a_journal_and_a_record(tmp_path: Path) -> None:
    run_dir = begin(
        tmp_path / "deep" / "runs", **{TOPIC_SPEC: b"{}", "inputs/context/a/b.md": b"B"}
    )
    assert is_run_id(run_dir.name)
    assert run_dir.name.startswith("20260131-093000-bread-")
    assert stat.S_IMODE(run_dir.stat().st_mode) == 0o700
    assert (run_dir / "inputs/context/a/b.md").read_bytes() == b"B"
    proof = verify_journal(run_dir, None)
    state = load_run(run_dir)
    assert (state.record.run_id, state.record.name, state.record.created_at) == (
        run_dir.name,
        "Bread",
        AT,
    )
    assert (proof.head.entries, state.record.head) == (1, proof.head)
    entry = json.loads((run_dir / "logs/journal.jsonl").read_bytes())
    assert (entry["event"], entry["actor"], entry["at"]) == ("init", "tester", AT)
    for path, digest in entry["data"]["files"].items():
        assert find_object(run_dir, digest) == (run_dir / path).read_bytes()
    assert [path.name for path in run_dir.parent.iterdir()] == [run_dir.name]


def test_what_a_run_came_out_of_is_recorded_where_it_is_known(tmp_path: Path) -> None:
    origin = {"source": "PROJ-1", "commit": None}
    for known in (origin, None):
        run_dir = begin_run(
            tmp_path,
            "Bread",
            {},
            now=NOW,
            actor="tester",
            command="init",
            stage=Stage.INITIALIZED,
            made=(),
            origin=known,
        )
        assert json.loads((run_dir / "logs/journal.jsonl").read_bytes())["data"]["origin"] == known


BEGIN_MANY = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from curricle.layout import Stage
from curricle.runs.begin import begin_run
sys.stdin.read()
for _ in range(25):
    print(begin_run(Path(sys.argv[1]), "Bread", {"inputs/topic_spec.json": b"{}"},
        now=datetime(2026, 1, 31, 9, 30, tzinfo=UTC), actor="a", command="init",
        stage=Stage.INITIALIZED, made=()).name)
"""


def test_runs_begun_at_once_never_collide(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BEGIN_MANY, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    ended = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert [(errors, status) for _, errors, status in ended] == [("", 0)] * 4
    begun = [name for names, _, _ in ended for name in names.split()]
    assert len(set(begun)) == len(begun) == 100
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(begun) == run_ids(tmp_path)[::-1]
    assert all(load_run(tmp_path / name).record.run_id == name for name in begun)


def test_an_id_that_is_taken_is_not_used_again(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    taken = {f"20260131-093000-bread-{at:04x}" for at in range(0x10000)}
    free = sorted(taken)[:60_000]
    for name in taken - set(free):
        (tmp_path / "runs" / name).symlink_to("nowhere")
    assert begin(tmp_path / "runs").name in free


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Bread", "bread"),
        ("  Größe & Maß: Teil 2 ", "groe-ma-teil-2"),
        ("Crème brûlée", "creme-brulee"),
        ("粉", "run"),
        ("../../etc/passwd", "etc-passwd"),
        ("-rf", "rf"),
        ("x" * 120, "x" * 40),
        ("a" * 39 + " b", "a" * 39),
        ("C++ / C#", "c-c"),
    ],
)
def test_the_id_carries_a_slug_of_the_name_and_the_record_the_name(
    name: str, slug: str, tmp_path: Path
) -> None:
    run_dir = begin(tmp_path, name)
    assert run_dir.name[:-5] == f"20260131-093000-{slug}"
    assert load_run(run_dir).record.name == name


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 121, "a\nb", "a\tb", "a\0b", "a\x1b[31mb", "a\u202eb", "a\udcffb"]
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_made(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError):
        begin(tmp_path / "runs", name)
    assert not (tmp_path / "runs").exists()


@given(st.text(max_size=130))
@settings(max_examples=60, deadline=None)
def test_any_name_makes_a_run_or_is_refused(name: str) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        try:
            run_dir = begin(Path(folder), name)
        except InvalidArgumentError:
            assert not any(Path(folder).iterdir())
        else:
            assert is_run_id(run_dir.name)
            assert load_run(run_dir).record.name == name


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "mkdir", "rename"])
def test_a_full_disk_leaves_no_half_run(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(os, call)
    for allowed in range(50):
        left = allowed

        def faulty(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments, **options)

        with monkeypatch.context() as patched:
            patched.setattr(os, call, faulty)
            with suppress(DiskFullError):
                begin(tmp_path / "runs")
                break
    assert 0 < allowed < 49
    for run_id in run_ids(tmp_path / "runs"):
        assert load_run(tmp_path / "runs" / run_id).journal_problem is None
    begin(tmp_path / "runs")
    assert not [p for p in (tmp_path / "runs").iterdir() if p.name.startswith(DRAFT_PREFIX)]


def test_what_an_init_that_died_has_left_is_removed_and_one_at_work_is_not(tmp_path: Path) -> None:
    dead, busy = (tmp_path / f"{DRAFT_PREFIX}20260131-093000-{name}-0000" for name in "ab")
    for draft in (dead, busy):
        (draft / "inputs").mkdir(parents=True)
        (draft / LOCK_FILE).write_bytes(b"")
    with locked(busy, command="init", at=AT):
        begin(tmp_path)
        assert not dead.exists()
        assert (busy / "inputs").is_dir()


def test_a_runs_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_bytes(b"")
    with pytest.raises(IoError):
        begin(tmp_path / "runs")
    assert tree(tmp_path) == {"runs": b""}


def test_a_moment_is_written_in_utc_to_the_microsecond() -> None:
    assert timestamp(NOW) == AT


def test_a_new_record_fits_its_schema(tmp_path: Path) -> None:
    from curricle.schema import DocumentKind, check_document

    document = json.loads((begin(tmp_path) / RUN_FILE).read_bytes())
    assert check_document(DocumentKind.RUN, document) == ()


def test_a_name_that_is_no_utf_8_is_told_from_one_with_control_characters(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="did not arrive as UTF-8") as error:
        begin(tmp_path, "B\udcc3\udcbccher")
    assert "PYTHONUTF8" in error.value.hint
