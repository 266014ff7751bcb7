from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from command import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```sh( fails)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)")


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    for name in ("scripts", "templates", "schemas"):
        (tmp_path / name).symlink_to(ROOT / name)
    blocks = BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text())
    script = "set -eu\nmake() { :; }\n" + "\n".join(
        f"if (\n{code}); then exit 99; fi" if fails else code for fails, code in blocks
    )
    python = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{python}:{os.environ['PATH']}", "CURRICLE_ACTOR": "tester"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "constraints.hours_per_week" in done.stdout
    assert '"Shaping" → "Shaping a loaf"' in done.stdout
    assert (tmp_path / "bread.html").stat().st_size > 10_000
    assert len(blocks) > 8


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []
