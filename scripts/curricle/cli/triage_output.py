"""How `triage` commands speak: what a log says is no command for the CI service that reads along.

What they print beyond that: `output.py`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curricle.cli.output import SCHEMA_VERSION, write_answer, write_raw
from curricle.triage.github import json_without_commands, without_commands

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_text(text: str) -> None:
    """Print an answer for people."""
    write_answer(without_commands(text))


def write_object(document: Mapping[str, Any]) -> None:
    """Print one JSON object with a `schema_version` and nothing else."""
    whole = {"schema_version": SCHEMA_VERSION, **document}
    write_raw(json_without_commands(json.dumps(whole, indent=2)) + "\n")


def write_line(document: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own."""
    write_raw(json_without_commands(json.dumps(document, separators=(",", ":"))) + "\n")
