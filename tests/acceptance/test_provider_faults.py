from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provider_faults import MODES, PAGE, SCENES, read_page, rehearse, render

if TYPE_CHECKING:
    from pathlib import Path

CODEX = "codex_exec"
REMOTE = [mode for mode in MODES if mode != CODEX]
SAID = read_page(PAGE.read_text())


def test_the_page_shows_every_fault_in_every_mode_and_nothing_else() -> None:
    assert set(SAID) == {(scene.name, mode) for scene in SCENES.values() for mode in scene.modes}
    assert render(SAID) == PAGE.read_text()


@pytest.mark.capability("R2")
@pytest.mark.capability("R8")
@pytest.mark.parametrize("name", [s.name for s in SCENES.values() if CODEX in s.modes])
@pytest.mark.usefixtures("codex")
def test_a_fault_under_codex_ends_as_the_page_says(name: str, tmp_path: Path) -> None:
    assert rehearse(SCENES[name], CODEX, tmp_path).text == SAID[name, CODEX].text


@pytest.mark.capability("R2")
@pytest.mark.capability("R9")
@pytest.mark.capability("R10")
@pytest.mark.parametrize("mode", REMOTE)
@pytest.mark.parametrize("name", [s.name for s in SCENES.values() if set(REMOTE) & set(s.modes)])
def test_a_fault_of_a_server_ends_as_the_page_says(name: str, mode: str, tmp_path: Path) -> None:
    assert rehearse(SCENES[name], mode, tmp_path).text == SAID[name, mode].text
