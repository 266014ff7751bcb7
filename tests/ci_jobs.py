"""Logs of failed CI jobs, and readers of what `triage` says that read as CI services do."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft202012Validator

from command import EXIT_STATUSES, ROOT, SECONDS_MAX, Curricle, Done, tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SHA: Final = "4f1d2c3b" * 5
LABELS: Final = ("bucket", "fingerprint", "sha", "next-action", "why")
"""What every summary begins with, in this order."""
_PACK: Final = Draft202012Validator(
    json.loads((ROOT / "schemas" / "artifact_pack.schema.json").read_bytes())
)
_REGISTERED: Final = frozenset(
    """
    add-mask add-matcher add-path debug echo endgroup error group notice remove-matcher save-state
    set-env set-output stop-commands warning
    """.split()
)
_HEREDOC: Final = re.compile(r"(?P<name>[^=]*?)<<(?P<end>.+)")


def broken_assertion(test: str = "test_total", *, got: int = 5, want: int = 6) -> str:
    """Return the log of a test that fails since the code is wrong."""
    return f"""\
============================= test session starts ==============================
collected 2 items

tests/test_cart.py .F                                                    [100%]

=================================== FAILURES ===================================
{f" {test} ":_^80}

    def {test}():
>       assert total([2, 3]) == {want}
E       assert {got} == {want}
E        +  where {got} = total([2, 3])

tests/test_cart.py:8: AssertionError
=========================== short test summary info ============================
FAILED tests/test_cart.py::{test} - assert {got} == {want}
========================= 1 failed, 1 passed in 0.05s ==========================
##[error]Process completed with exit code 1.
"""


def slow_page(test: str = "shows the form") -> str:
    """Return the log of a browser test that waited in vain."""
    return f"""\
FAIL src/login.test.ts
  ● login › {test}

    TimeoutError: page.waitForSelector: Timeout 30000ms exceeded.

      12 |   it("{test}", async () => {{
    > 13 |     await page.waitForSelector("#form");
         |                ^
      at Object.<anonymous> (src/login.test.ts:13:16)

Tests:       1 failed, 4 passed, 5 total
"""


def missing_image(host: str = "registry.example.org") -> str:
    """Return the log of a job whose image could not be fetched."""
    return f"""\
Step 1/3 : pull
docker: failed to pull image "{host}/base:1": dial tcp 203.0.113.9:443: i/o timeout
ERROR: Job failed: exit code 1
"""


def missing_variable(name: str = "DEPLOY_URL") -> str:
    """Return the log of a job that was not given a variable."""
    return f"""\
> deploy
Error: Missing required environment variable: {name}
    at main (deploy.js:4:9)
##[error]Process completed with exit code 1.
"""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of failure, and what is done about it."""

    log: str
    bucket: str
    action: str
    lane: str
    status: int
    """With --exit-code."""


KINDS: Final[Mapping[str, Kind]] = {
    kind.lane: kind
    for kind in (
        Kind(
            log=broken_assertion(),
            bucket="code_regression",
            action="open_patch_lane",
            lane="patch",
            status=10,
        ),
        Kind(
            log=slow_page(), bucket="flaky_test", action="rerun_same_sha", lane="rerun", status=11
        ),
        Kind(
            log=missing_image(),
            bucket="infra_fault",
            action="cooldown_retry",
            lane="cooldown",
            status=12,
        ),
        Kind(
            log=missing_variable(),
            bucket="secret_or_config",
            action="escalate",
            lane="escalate",
            status=8,
        ),
    )
}
"""One failure for each lane."""


def triage(program: Curricle, *arguments: str, stdin: bytes | None = None) -> Done:
    """Run `triage` to its end; with --exit-code it may leave with the status of a lane."""
    done = subprocess.run(
        program.command("triage", *arguments),
        cwd=program.cwd,
        env=program.full_environment,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    result = Done(
        status=done.returncode,
        stdout=done.stdout.decode(errors="surrogateescape"),
        stderr=done.stderr.decode(errors="surrogateescape"),
    )
    assert "Traceback" not in result.stdout + result.stderr, result.stderr
    lanes = {kind.status for kind in KINDS.values()} if "--exit-code" in arguments else set()
    assert result.status in (EXIT_STATUSES | lanes) - {70}, result
    return result


def on_record(runs_dir: Path) -> dict[str, bytes]:
    """Return path to bytes of all that is on record, without the index, which is made from it."""
    files = tree(runs_dir) if runs_dir.exists() else {}
    return {path: data for path, data in files.items() if not path.startswith("index.sqlite")}


def verify_pack(document: Mapping[str, Any]) -> None:
    """Hold a pack against the published schema; raises where it does not fit."""
    _PACK.validate({name: value for name, value in document.items() if name != "id"})


def summary_of(text: str) -> list[tuple[str, str]]:
    """Return the labels and texts of a summary, which are one line each."""
    rows = [re.fullmatch(r"([a-z-]+): +(\S.*)", line) for line in text.splitlines()]
    assert all(rows), text
    return [(row[1], row[2]) for row in rows if row]


def notes_of(text: str) -> list[str]:
    """Return the notes of a summary."""
    return [note for label, note in summary_of(text) if label == "notes"]


def outputs_of(path: Path) -> dict[str, str]:
    """Return the outputs of a step from its file, read as the runner of GitHub Actions does."""
    lines = iter(path.read_text().splitlines())
    found = {}
    for line in lines:
        if not line:
            continue
        heredoc = _HEREDOC.fullmatch(line)
        if heredoc:
            found[heredoc["name"]] = "\n".join(iter(partial(next, lines), heredoc["end"]))
            continue
        name, equals, text = line.partition("=")
        assert equals, line
        assert name not in found, name
        found[name] = text
    return found


def commands_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the commands that the runner of GitHub Actions finds in an output.

    Each with its properties and its message; the new form at the beginning of a line, after spaces,
    and the old one anywhere.
    """
    for line in text.split("\n"):
        new = re.match(r"\s*::(?P<name>[^ :]+)(?: (?P<properties>.*?))?::(?P<text>.*)", line)
        old = re.search(r"##\[(?P<name>[^ \]]+)(?: (?P<properties>[^\]]*))?\](?P<text>.*)", line)
        for found in (new, old):
            if found and found["name"].lower() in _REGISTERED:
                yield found["name"], found["properties"] or "", found["text"]
                break
