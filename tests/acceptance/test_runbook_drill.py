from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curricle.errors import error_types
from curricle.runbook.catalogue import CATALOGUE, FIRST_TRIAGE
from runbook_drill import INCIDENTS, PAGE, read_page, rehearse, render

if TYPE_CHECKING:
    from pathlib import Path

    from runbook_drill import Incident

SAID = read_page(PAGE.read_text())


def test_every_code_has_an_entry_and_every_entry_an_incident() -> None:
    codes = {error.code for error in error_types()}
    assert codes == CATALOGUE.keys() - {FIRST_TRIAGE.code}
    assert codes == {incident.code for incident in INCIDENTS}


def test_the_page_shows_every_incident_and_nothing_else() -> None:
    assert list(SAID) == [incident.name for incident in INCIDENTS]
    assert render(SAID) == PAGE.read_text()


def of(needs: str) -> list[Incident]:
    return [incident for incident in INCIDENTS if incident.needs == needs]


def play(incident: Incident, folder: Path) -> None:
    ending = rehearse(incident, folder)
    said = SAID[incident.name]
    assert (ending.paths, ending.outcome) == (said.paths, said.outcome)


@pytest.mark.capability("R2")
@pytest.mark.capability("R4")
@pytest.mark.capability("R6")
@pytest.mark.capability("R8")
@pytest.mark.capability("R9")
@pytest.mark.capability("R10")
@pytest.mark.capability("R12")
@pytest.mark.capability("R13")
@pytest.mark.parametrize("incident", of(""), ids=lambda incident: incident.name)
def test_an_incident_ends_as_the_page_says(incident: Incident, tmp_path: Path) -> None:
    play(incident, tmp_path)


@pytest.mark.usefixtures("codex")
@pytest.mark.parametrize("incident", of("codex"), ids=lambda incident: incident.name)
def test_an_incident_that_codex_ends_does_too(incident: Incident, tmp_path: Path) -> None:
    play(incident, tmp_path)


@pytest.mark.usefixtures("mounting")
@pytest.mark.parametrize("incident", of("mounting"), ids=lambda incident: incident.name)
def test_an_incident_of_a_full_disk_does_too(incident: Incident, tmp_path: Path) -> None:
    play(incident, tmp_path)
