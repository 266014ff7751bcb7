from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from command import ROOT
from curricle.runbook.operators import load_operators_book
from model_server import model_server
from reading_model import read_and_answer

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```sh( fails)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)")


MAKE_RUN = 'RUN=$(python scripts/orchestration.py init "Course")\n'
REPOSITORY = f"""
curricle() {{ python scripts/orchestration.py "$@"; }}
{MAKE_RUN}
curricle run $RUN --scope-file templates/scopes/bread-baking.md
cp runs/$RUN/inputs/topic_spec.json spec.json
cp runs/$RUN/inputs/scope.md .
sed 's/"topic":/"subject": "",\\n&/' runs/$RUN/outputs/curriculum/curriculum.json > curriculum.json
"""
GIVEN = {
    "README.md": "",
    "docs/tutorial.md": "",
    "docs/how-to/recover.md": MAKE_RUN,
    "docs/how-to/use-a-model.md": "",
    "docs/how-to/use-in-ci.md": REPOSITORY,
    "docs/how-to/write-a-scope-document.md": "",
}
"""Page with commands to what its reader has before the first of them."""


def follow(page: str, folder: Path, **variables: str) -> str:
    """Type all commands of a page in a checkout without runs; return what they print."""
    for name in ("scripts", "templates", "schemas"):
        (folder / name).symlink_to(ROOT / name)
    blocks = BLOCK.findall((ROOT / page).read_text())
    script = f"set -eu\nmake() {{ :; }}\n{GIVEN[page]}\n" + "\n".join(
        f"if (\n{code}); then exit 99; fi" if fails else code for fails, code in blocks
    )
    python = Path(sys.executable).parent
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CURRICLE_")}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={
            **kept,
            "PATH": f"{python}:{os.environ['PATH']}",
            "CURRICLE_ACTOR": "tester",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_page_with_commands_is_followed_here() -> None:
    pages = {page.relative_to(ROOT).as_posix() for page in PAGES if BLOCK.search(page.read_text())}
    assert pages == GIVEN.keys()


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    shown = follow("docs/tutorial.md", tmp_path)
    assert "constraints.hours_per_week" in shown
    assert '"Shaping" → "Shaping a loaf"' in shown
    assert (tmp_path / "bread.html").stat().st_size > 10_000


def test_the_readme_leads_from_a_document_to_a_page(tmp_path: Path) -> None:
    shown = follow("README.md", tmp_path)
    assert "iterated" in shown
    assert (tmp_path / "bread.html").stat().st_size > 10_000
    summary = (ROOT / "README.md").read_text().partition("```text\nbucket:")[2]
    assert "bucket:" + summary.partition("\n```")[0] in shown


def test_the_ways_to_recover_can_be_gone(tmp_path: Path) -> None:
    shown = follow("docs/how-to/recover.md", tmp_path)
    assert "healthy: nothing is left to do" in shown
    assert "completeness" in shown
    assert "accepted by tester" in shown
    assert len([*tmp_path.glob("runs/escalations/*.tar.gz")]) == 1


def test_the_runbook_of_one_s_own_on_the_page_can_be_used(tmp_path: Path) -> None:
    page = (ROOT / "docs/how-to/recover.md").read_text()
    book = tmp_path / "book.yaml"
    book.write_text(page.partition("```yaml\n")[2].partition("```")[0])
    (*_, last) = load_operators_book(book)["provider_unavailable"].causes
    assert last.name == "nightly-restart"


@pytest.mark.capability("R24")
def test_a_run_is_written_by_a_server_then_by_codex_and_replayed(
    tmp_path: Path, codex: Path
) -> None:
    with model_server([read_and_answer]) as server:
        shown = follow(
            "docs/how-to/use-a-model.md",
            tmp_path,
            OPENAI_BASE_URL=server.url,
            AGENT_MODEL="gpt-5.5",
            CODING_AGENT_CMD=str(codex),
        )
        assert [request.is_responses for request in server.requests] == [False, True]
    assert "2 model calls" not in shown
    assert "1 model call, " in shown
    assert "artifacts: the same, byte for byte" in shown
    (path,) = tmp_path.glob("runs/*/run.json")
    made = json.loads(path.read_bytes())["stages"]["generated"]
    assert (made["provider"], made["model"]) == ("codex_exec", "gpt-5.5")
    kept = (path.parent / "outputs/curriculum/curriculum.json").read_text()
    assert "Flour" in kept


def test_findings_in_ci_stand_at_the_lines_of_the_repository(tmp_path: Path) -> None:
    shown = follow("docs/how-to/use-in-ci.md", tmp_path)
    lines = (tmp_path / "curriculum.json").read_text().splitlines()
    told = re.findall(r"^::\w+ file=([^,]*),line=(\d+),", shown, re.MULTILINE)
    assert told
    assert all(name == "curriculum.json" and lines[int(line) - 1] for name, line in told)
    (log,) = json.loads((tmp_path / "curricle.sarif").read_bytes())["runs"]
    places = [result["locations"][0]["physicalLocation"] for result in log["results"]]
    assert [
        (place["artifactLocation"]["uri"], str(place["region"]["startLine"])) for place in places
    ] == told


def test_a_part_of_a_document_and_a_list_become_curricula(tmp_path: Path) -> None:
    follow("docs/how-to/write-a-scope-document.md", tmp_path)
    nodes = [
        {node["title"]: node["prerequisites"] for node in json.loads(path.read_bytes())["nodes"]}
        for path in sorted(tmp_path.glob("runs/*/outputs/curriculum/curriculum.json"))
    ]
    assert {"Loops": [], "Functions": [], "Recursion": ["functions"]} in nodes
    assert any("B-Tree Indexes" in own and "Transactions" not in own for own in nodes)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []
