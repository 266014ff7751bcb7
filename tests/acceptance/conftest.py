"""What tests of the command line start from, beyond what all tests have."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from asking import new_caller
from forked import ForkedCurricle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asking import Caller
    from command import Curricle


@pytest.fixture
def forked(curricle: Curricle) -> Curricle:
    """The program of the fixture `curricle`, for many commands."""
    return ForkedCurricle(runs_dir=curricle.runs_dir, cwd=curricle.cwd)


@pytest.fixture
def ask(codex: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """The real Codex CLI, with temporary files in a folder of the test's own."""
    caller = new_caller(codex, tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(caller.temporary))
    yield caller
    assert not (tmp_path / "nobody").exists()
