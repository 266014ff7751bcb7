from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from command import ROOT
from curricle.export.runbook_page import render_page
from curricle.runbook.catalogue import CATALOGUE
from mermaid import charts_of, read_charts

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle

PAGE = ROOT / "docs" / "incident-runbook.md"


def test_mermaid_reads_every_chart_of_the_runbook(mermaid: Path) -> None:
    charts = charts_of(PAGE.read_text())
    letters = [entry for entry in CATALOGUE.values() if entry.letter]
    assert len(charts) == len(letters) + 2
    assert read_charts(mermaid, charts) == ""


def test_mermaid_would_complain_about_a_chart_that_is_none(mermaid: Path) -> None:
    assert "Parse error" in read_charts(mermaid, ["flowchart TD\n  a[open --> b"])


@pytest.mark.capability("R1")
@pytest.mark.capability("R2")
def test_the_page_is_made_from_the_catalogue(curricle: Curricle) -> None:
    printed = curricle.good("runbook", "render").stdout
    assert printed == render_page()
    assert PAGE.read_text().endswith(printed)
    for code, entry in CATALOGUE.items():
        assert f"`{code}`: {entry.meaning}" in printed


@pytest.mark.capability("R19")
@pytest.mark.capability("R20")
@pytest.mark.capability("R21")
@pytest.mark.capability("R22")
def test_the_page_says_what_comes_after_an_incident() -> None:
    afterwards = render_page().partition("## After the incident")[2]
    for word in ("a test that fails without the fix", "Change the pages", "`make gate`", "Publish"):
        assert word in afterwards
