from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from command import ROOT, SCOPES

if TYPE_CHECKING:
    from pathlib import Path

CALL = "from curricle.cli.main import run; run()"


def test_the_program_works_from_its_wheel_with_its_schemas_and_templates(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("curricle-*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    # What is installed is a copy, whose coverage would count beside that of the checkout.
    unmeasured = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}
    environment = {**unmeasured, "PYTHONPATH": str(installed), "CURRICLE_ACTOR": "tester"}

    def call(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", CALL, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    run_id = call("init", "Bread", f"--scope-file={SCOPES / 'bread-baking.md'}").strip()
    assert "[x] iterated" in call("run", run_id)
    assert "<svg" in call("export", run_id, "--format", "html")
    assert (tmp_path / "runs" / run_id / "run.json").is_file()
    assert list(installed.glob("curricle/_data/schemas/*.json"))
