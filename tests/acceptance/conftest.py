"""What tests of the command line start from, beyond what all tests have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forked import ForkedCurricle

if TYPE_CHECKING:
    from command import Curricle


@pytest.fixture
def forked(curricle: Curricle) -> Curricle:
    """The program of the fixture `curricle`, for many commands."""
    return ForkedCurricle(runs_dir=curricle.runs_dir, cwd=curricle.cwd)
