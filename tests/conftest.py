"""What tests start from: the program with an empty folder of runs, and a finished run."""

from __future__ import annotations

import json
import os
import shutil
import signal
from typing import TYPE_CHECKING, Any, Final

import pytest

import codex as codex_tool
import disks
import mermaid as mermaid_tool
from codex import find_codex
from command import EXAMPLES, SCOPES, Curricle
from disks import may_mount
from mermaid import find_mermaid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


TOOLS: Final[Mapping[str, tuple[Callable[[], Path | None], str]]] = {
    "codex": (find_codex, codex_tool.NOT_TESTED),
    "mermaid": (find_mermaid, mermaid_tool.NOT_TESTED),
}
"""Fixture to how what it gives is found, and what is said where that is not installed."""
RIGHTS: Final[Mapping[str, tuple[Callable[[], bool], str]]] = {
    "mounting": (may_mount, disks.NOT_TESTED),
}
"""Fixture to whether what it stands for is allowed, and what is said where it is not."""


CAPABILITY: Final = "capability"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the capabilities be asked for that have tests."""
    parser.addoption("--capabilities", action="store_true", help="list what is proven")


def missing_tools() -> dict[str, str]:
    """Return the tools that are not installed, with what is said of each."""
    return {name: told for name, (find, told) in TOOLS.items() if find() is None}


def not_tested() -> dict[str, str]:
    """Return what tests have to do without here, with what is said of each."""
    return missing_tools() | {name: told for name, (may, told) in RIGHTS.items() if not may()}


def pytest_configure() -> None:
    """Stop in CI where a tool is not installed: there, all is tested or nothing."""
    # A shell has what it runs in the background ignore interrupts, which commands would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.environ.get("CI") == "true" and (missing := missing_tools()):
        raise pytest.UsageError("; ".join(missing.values()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a tool that is not installed, or a right that is not given."""
    missing = not_tested()
    left_out = [i for i in items if missing.keys() & set(getattr(i, "fixturenames", ()))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        for mark in item.iter_markers(CAPABILITY):
            item.user_properties.append((CAPABILITY, mark.args[0]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, and if asked, which capabilities have tests that passed."""
    for told in not_tested().values():
        terminalreporter.write_line(told, yellow=True)
    if terminalreporter.config.getoption("capabilities"):
        ends = {end: _capabilities_of(terminalreporter, end) for end in ("passed", "failed")}
        proven = ends["passed"] - ends["failed"]
        terminalreporter.write_line(f"capabilities proven: {' '.join(sorted(proven, key=_order))}")


def _capabilities_of(terminalreporter: pytest.TerminalReporter, end: str) -> set[str]:
    reports = terminalreporter.getreports(end)
    return {value for r in reports for name, value in r.user_properties if name == CAPABILITY}


def _order(capability: str) -> tuple[str, int]:
    return capability[0], int(capability[1:])


@pytest.fixture(scope="session")
def codex() -> Path:
    """The real Codex CLI."""
    path = find_codex()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def mermaid() -> Path:
    """The real Mermaid."""
    path = find_mermaid()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def mounting() -> None:
    """The right to mount a disk."""
    assert may_mount()


@pytest.fixture
def curricle(tmp_path: Path) -> Curricle:
    """The program with an empty folder of runs."""
    return Curricle(runs_dir=tmp_path / "runs", cwd=tmp_path)


@pytest.fixture(scope="session")
def _finished_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    program = Curricle(runs_dir=folder / "runs", cwd=folder)
    run = program.init("Bread", scope_file=SCOPES / "bread-baking.md")
    program.good("run", run.name)
    return run


@pytest.fixture
def finished(_finished_once: Path, curricle: Curricle) -> Path:
    """A run of a real scope document that has come to `iterated`."""
    target = curricle.runs_dir / _finished_once.name
    shutil.copytree(_finished_once, target)
    return target


@pytest.fixture
def given(curricle: Curricle) -> Path:
    """A run whose curriculum was given by a person, with a topic spec and a scope document."""
    return curricle.init(
        "Asking a database",
        topic_spec=EXAMPLES / "topic_spec.json",
        scope_file=EXAMPLES / "scope.md",
        curriculum=EXAMPLES / "curriculum.json",
    )


@pytest.fixture
def example_spec() -> dict[str, Any]:
    """The topic spec that ships as an example."""
    document: dict[str, Any] = json.loads((EXAMPLES / "topic_spec.json").read_bytes())
    return document


@pytest.fixture
def example_curriculum() -> dict[str, Any]:
    """The curriculum that ships as an example."""
    document: dict[str, Any] = json.loads((EXAMPLES / "curriculum.json").read_bytes())
    return document
