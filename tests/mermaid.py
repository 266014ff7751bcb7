"""Has Mermaid itself read the charts of a page; `make mermaid` installs it outside the clone."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Final

VERSION: Final = "11.17.2"
NOT_TESTED: Final = (
    f"not tested: what needs Mermaid {VERSION}; `make mermaid` installs it where there is npm"
)
SECONDS_MAX: Final = 60
_CHART: Final = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
_READER: Final = """
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";
const dom = new JSDOM("<!doctype html>");
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const { default: mermaid } = await import("mermaid");
for (const chart of JSON.parse(readFileSync(0, "utf8"))) await mermaid.parse(chart);
"""


def find_mermaid() -> Path | None:
    """Return the folder that it is installed in, or None."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home, "curricle", f"mermaid-{VERSION}")
    return folder if (folder / "node_modules" / "mermaid").is_dir() else None


def charts_of(page: str) -> list[str]:
    """Return the charts of a Markdown page."""
    return _CHART.findall(page)


def read_charts(folder: Path, charts: list[str]) -> str:
    """Return what Mermaid complains about in charts; empty when it can read all of them."""
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", _READER],
        cwd=folder,
        input=json.dumps(charts),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    return done.stderr if done.returncode else ""
