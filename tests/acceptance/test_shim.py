from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from typing import TYPE_CHECKING

import pytest

from command import ROOT, SHIM, Curricle
from curricle.cli.output import SCHEMA_VERSION, error_json
from curricle.errors import DependencyMissingError

if TYPE_CHECKING:
    from pathlib import Path

SECONDS_MAX = 20
LACKING = DependencyMissingError("click")
"""What the program itself says of a library that is not there; the shim cannot import it."""


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python of this version with nothing installed."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    return folder / "bin" / "python"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what running needs, without a virtual environment."""
    folder = tmp_path / "my checkout"
    for name in ("scripts", "schemas", "templates"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def run(python: Path | str, shim: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), str(shim), "--runs-dir", str(shim.parent / "runs"), *arguments],
        cwd=shim.parent,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def test_a_python_that_lacks_something_says_what_and_how_to_get_it(
    bare_python: Path, checkout: Path
) -> None:
    done = run(bare_python, checkout / "scripts" / "orchestration.py", "list")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (f"error[dependency_missing]: {LACKING}\nhint: {LACKING.hint}\n")
    assert "`make setup`" in LACKING.hint


def test_it_says_so_as_one_json_object_too(bare_python: Path, checkout: Path) -> None:
    done = run(bare_python, checkout / "scripts" / "orchestration.py", "list", "--json")
    assert (done.returncode, done.stderr) == (LACKING.exit_status, "")
    assert json.loads(done.stdout) == {
        "schema_version": SCHEMA_VERSION,
        "error": {**error_json(LACKING), "fingerprint": None},
    }


def with_dependencies(folder: Path) -> None:
    """Make a virtual environment that finds what this Python has installed."""
    venv.create(folder, symlinks=True)
    (site,) = (folder / "lib").glob("python*/site-packages")
    paths = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (site / "found.pth").write_text("\n".join(paths))


@pytest.mark.parametrize("way", ["plain", "folder", "file"])
def test_the_checkout_s_environment_takes_over_also_behind_a_symbolic_link(
    bare_python: Path, checkout: Path, tmp_path: Path, way: str
) -> None:
    with_dependencies(checkout / ".venv")
    (tmp_path / "linked").symlink_to(checkout)
    (tmp_path / "link").symlink_to(checkout / "scripts" / "orchestration.py")
    shim = {
        "plain": checkout / "scripts" / "orchestration.py",
        "folder": tmp_path / "linked" / "scripts" / "orchestration.py",
        "file": tmp_path / "link",
    }[way]
    done = run(bare_python, shim, "list", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["runs"] == []


@pytest.mark.parametrize("way", ["plain", "folder", "file"])
def test_an_environment_that_lacks_something_ends_the_search(
    bare_python: Path, checkout: Path, tmp_path: Path, way: str
) -> None:
    venv.create(checkout / ".venv", symlinks=True)
    (tmp_path / "linked").symlink_to(checkout)
    (tmp_path / "link").symlink_to(checkout / "scripts" / "orchestration.py")
    shim = {
        "plain": checkout / "scripts" / "orchestration.py",
        "folder": tmp_path / "linked" / "scripts" / "orchestration.py",
        "file": tmp_path / "link",
    }[way]
    done = run(bare_python, shim, "list")
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1] == f"hint: {LACKING.hint}"


def test_it_works_from_any_directory_and_through_a_link(curricle: Curricle, tmp_path: Path) -> None:
    run_dir = curricle.init()
    (tmp_path / "courses").symlink_to(SHIM)
    for folder, shim in (("/", SHIM), (tmp_path, tmp_path / "courses")):
        done = subprocess.run(
            [sys.executable, str(shim), "--runs-dir", str(curricle.runs_dir), "next", run_dir.name],
            cwd=folder,
            env=curricle.full_environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith(f"python {shim} --runs-dir ")
