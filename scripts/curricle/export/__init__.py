"""Documents for people and other programs, made from a run's artifacts: one literal table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.export.calendar import render_ics
from curricle.export.csv import render_csv
from curricle.export.dot import render_dot
from curricle.export.markdown import render_markdown
from curricle.export.mermaid import render_mermaid
from curricle.export.page import render_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.export.material import Material

FORMATS: Final[Mapping[str, Callable[[Material], str]]] = {
    "md": render_markdown,
    "html": render_html,
    "ics": render_ics,
    "mermaid": render_mermaid,
    "dot": render_dot,
    "csv": render_csv,
}
NEEDS_PLAN: Final = frozenset({"ics"})
"""Formats that say nothing without a current plan."""
