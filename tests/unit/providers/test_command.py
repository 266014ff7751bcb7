from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from curricle.errors import ProviderCommandMissingError
from curricle.providers.command import resolve_command
from curricle.providers.settings import ModelSettings

if TYPE_CHECKING:
    from pathlib import Path


def program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_a_bare_name_is_looked_up_on_the_path_it_is_given(tmp_path: Path) -> None:
    there = program(tmp_path / "bin" / "codex")
    environment = {"PATH": os.pathsep.join(["/no/such/folder", str(there.parent)])}
    assert resolve_command(ModelSettings().command, environment) == there


def test_an_absolute_path_may_hold_spaces(tmp_path: Path) -> None:
    there = program(tmp_path / "my tools" / "codex")
    assert resolve_command(str(there), {}) == there


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("./codex", "relative"),
        ("bin/codex", "relative"),
        ("~/codex", "relative"),
        ("codex exec", "one word"),
        ("--help", "one word"),
        ("no-such-command", "not on PATH"),
        ("plain", "not executable"),
        ("{folder}/none", "not there"),
        ("{folder}/plain", "not executable"),
        ("{folder}", "no file"),
    ],
)
def test_what_cannot_be_run_is_refused_with_the_reason(
    tmp_path: Path, command: str, why: str
) -> None:
    program(tmp_path / "plain", mode=0o644)
    with pytest.raises(ProviderCommandMissingError, match=why) as caught:
        resolve_command(command.format(folder=tmp_path), {"PATH": str(tmp_path)})
    assert str(caught.value).startswith("CODING_AGENT_CMD ")
    assert "name or absolute path" in caught.value.hint


def test_a_folder_of_the_path_that_depends_on_where_we_are_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "codex")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProviderCommandMissingError, match="not on PATH"):
        resolve_command("codex", {"PATH": os.pathsep.join([".", ""])})


def test_without_a_path_there_is_no_command() -> None:
    with pytest.raises(ProviderCommandMissingError, match="not on PATH"):
        resolve_command("sh", {})


def test_the_native_binary_is_taken_in_place_of_the_wrapper(codex: Path, tmp_path: Path) -> None:
    wrapper = codex.parents[4] / "codex" / "bin" / "codex.js"
    link = tmp_path / "codex"
    link.symlink_to(wrapper)
    assert resolve_command("codex", {"PATH": str(tmp_path)}) == codex


def test_a_wrapper_without_a_binary_is_run_itself(tmp_path: Path) -> None:
    wrapper = program(tmp_path / "package" / "bin" / "codex.js")
    assert resolve_command(str(wrapper), {}) == wrapper
