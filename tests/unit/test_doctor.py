from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING

import pytest

from command import ROOT
from curricle.fsio import DRAFT_PREFIX
from curricle.recovery.check import Check, Outcome
from curricle.recovery.doctor import PACKAGES, examine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def checks(
    runs_dir: Path, provider: str | None = None, environment: Mapping[str, str] | None = None
) -> dict[str, Check]:
    return {check.name: check for check in examine(runs_dir, provider, environment or {})}


def test_a_sound_installation_has_nothing_to_say_but_ok(tmp_path: Path) -> None:
    found = checks(tmp_path / "runs")
    assert {check.outcome for check in found.values()} == {Outcome.OK}
    assert all(check.detail and not check.hint for check in found.values())
    assert found["runs folder"].detail.endswith("runs, will be made")
    assert checks(tmp_path)["runs folder"].detail == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_dependency_of_the_project_is_looked_at() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert sorted(PACKAGES) == sorted(line.split(">=")[0] for line in declared)


@pytest.mark.parametrize(
    ("option", "environment", "source"),
    [
        ("cloud", {}, "--provider"),
        ("", {}, "--provider"),
        (None, {"AGENT_PROVIDER": "intern"}, "AGENT_PROVIDER"),
        ("cloud", {"AGENT_PROVIDER": "internal"}, "--provider"),
    ],
)
def test_a_mistyped_provider_fails_and_never_falls_back(
    option: str | None, environment: dict[str, str], source: str, tmp_path: Path
) -> None:
    check = checks(tmp_path, option, environment)["provider"]
    assert check.outcome is Outcome.FAILED
    assert source in check.detail
    assert "internal" in check.hint


def test_the_option_wins_over_the_environment(tmp_path: Path) -> None:
    check = checks(tmp_path, "internal", {"AGENT_PROVIDER": "mistyped"})["provider"]
    assert (check.outcome, check.detail) == (Outcome.OK, "internal: works offline, with no key")


def test_a_runs_folder_that_is_a_file_or_below_one_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for runs_dir in (tmp_path / "file", tmp_path / "file" / "runs"):
        check = checks(runs_dir)["runs folder"]
        assert (check.outcome, check.detail) == (
            Outcome.FAILED,
            f"{tmp_path / 'file'} is no folder",
        )


def test_a_runs_folder_that_cannot_be_written_to_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    check = checks(tmp_path)["runs folder"]
    assert (check.outcome, check.detail) == (Outcome.FAILED, f"{tmp_path} cannot be written to")


def test_a_disk_that_is_nearly_full_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(tmp_path)
    small = os.statvfs_result([real.f_bsize, real.f_frsize, 9, 9, 9, *tuple(real)[5:]])
    monkeypatch.setattr(os, "statvfs", lambda _: small)
    check = checks(tmp_path)["disk"]
    assert check.outcome is Outcome.FAILED
    assert "make room" in check.hint


def test_unfinished_folders_are_a_warning(tmp_path: Path) -> None:
    for name, count in (("x", "1 unfinished folder"), ("y", "2 unfinished folders")):
        (tmp_path / f"{DRAFT_PREFIX}{name}").mkdir()
        check = checks(tmp_path)["drafts"]
        assert check.outcome is Outcome.WARNING
        assert check.detail == f"{count} in {tmp_path}: a command died or is at work"


def test_a_runs_folder_that_no_folder_can_be_fails(tmp_path: Path) -> None:
    found = checks(tmp_path / ("x" * 300))
    assert found["runs folder"].outcome is Outcome.FAILED
    assert "name too long" in found["runs folder"].detail
    assert found["disk"].outcome is Outcome.WARNING
