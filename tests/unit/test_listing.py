from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from curricle.canonical import document_bytes
from curricle.errors import StopRuleHitError
from curricle.layout import RUN_FILE
from curricle.runs.listing import Listed, list_runs
from histories import AT, finished_run, new_run, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def broken(run_dir: Path, data: bytes) -> None:
    (run_dir / RUN_FILE).write_bytes(data)


def made_link(run_dir: Path) -> None:
    (run_dir / RUN_FILE).unlink()
    (run_dir / RUN_FILE).symlink_to("run.json")


def made_fifo(run_dir: Path) -> None:
    (run_dir / RUN_FILE).unlink()
    os.mkfifo(run_dir / RUN_FILE)


def made_folder(run_dir: Path) -> None:
    (run_dir / RUN_FILE).unlink()
    (run_dir / RUN_FILE).mkdir()


@pytest.mark.capability("R11")
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda run: (run / RUN_FILE).unlink(), id="missing"),
        pytest.param(made_link, id="link to itself"),
        pytest.param(made_fifo, id="fifo"),
        pytest.param(made_folder, id="folder"),
        *(
            pytest.param(lambda run, data=data: broken(run, data), id=repr(data[:20]))
            for data in (
                b"",
                b"null",
                b"[1]",
                b'"x"',
                b"{}",
                b"\xff",
                b"[" * 100_000,
                b'{"last_failure": 1, "name": 1}',
                b'{"last_failure": [1]}',
            )
        ),
    ],
)
def test_a_broken_run_is_a_row_that_says_so_and_the_others_are_listed(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    whole, hurt = new_run(tmp_path, "Whole"), new_run(tmp_path, "Hurt")
    damage(hurt)
    rows = {row.run_id: row for row in list_runs(tmp_path)}
    assert rows[whole.name].problem == ""
    assert rows[hurt.name].failure == "run_metadata_invalid"
    assert rows[hurt.name].problem
    assert rows[hurt.name].to_json()["stage"] is None
    assert [row.run_id for row in list_runs(tmp_path, failed=True)] == [hurt.name]


def test_a_file_that_is_called_like_a_run_is_a_row_too(tmp_path: Path) -> None:
    (tmp_path / "20260131-093000-x-0000").write_bytes(b"")
    (row,) = list_runs(tmp_path)
    assert row.problem == "run.json cannot be read: not a directory"


def test_a_row_shows_what_the_record_says(tmp_path: Path) -> None:
    run_dir = finished_run(tmp_path)
    (row,) = list_runs(tmp_path)
    assert row == Listed(
        run_id=run_dir.name,
        name="Asking a database",
        created_at=AT,
        stage="iterated",
        failure="",
        problem="",
    )
    assert row.to_json()["last_failure"] is None


def test_a_large_record_is_read_whole(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path)
    document = json.loads((run_dir / RUN_FILE).read_bytes())
    document["last_failure"] = {
        "code": "x",
        "details": {"fields": ["y" * 100] * 30_000},
    }
    (run_dir / RUN_FILE).write_bytes(document_bytes(document))
    (row,) = list_runs(tmp_path)
    assert (row.failure, row.problem, row.stage) == ("x", "", "initialized")


def test_rows_are_newest_first_and_can_be_chosen(tmp_path: Path) -> None:
    made = [new_run(tmp_path, f"R{at}") for at in range(4)]
    with writer_of(made[2]) as writer:
        writer.record_failure(StopRuleHitError("no"), None)
    ids = sorted((run.name for run in made), reverse=True)
    assert [row.run_id for row in list_runs(tmp_path)] == ids
    assert [row.run_id for row in list_runs(tmp_path, limit=2)] == ids[:2]
    assert list(list_runs(tmp_path, limit=0)) == []
    assert [row.run_id for row in list_runs(tmp_path, failed=True)] == [made[2].name]
    assert [row.run_id for row in list_runs(tmp_path, code="stop_rule_hit")] == [made[2].name]
    assert list(list_runs(tmp_path, code="io_error")) == []
    assert len(list(list_runs(tmp_path, stage="initialized"))) == 4
    assert list(list_runs(tmp_path, stage="planned")) == []
    assert list(list_runs(tmp_path / "absent")) == []


def test_a_copied_run_is_not_shown_as_if_it_were_fine(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    run.rename(run.with_name(run.name[:-4] + "ffff"))
    (row,) = list_runs(tmp_path)
    assert row.problem == "run.json belongs to another run"
