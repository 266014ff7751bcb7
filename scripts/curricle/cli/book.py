"""The runbook as commands use it: with what an operator adds, and its commands made to be typed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from curricle.runbook.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.cli.settings import Settings
    from curricle.runbook.entry import Command, Entry

RUNBOOK_VARIABLE: Final = "CURRICLE_RUNBOOK"
book_option = click.option(
    "--runbook", metavar="FILE", help="Entries of your own, as YAML [$CURRICLE_RUNBOOK]."
)


def load_book(option: str | None) -> Mapping[str, Entry]:
    """Return the catalogue with the entries of an operator's file, where one is named.

    Raises:
        RunbookInvalidError: the file cannot be used.
    """
    name = option or os.environ.get(RUNBOOK_VARIABLE)
    if not name:
        return CATALOGUE
    from curricle.runbook.operators import load_operators_book

    return load_operators_book(Path(name))


def shown_command(settings: Settings, command: Command) -> str:
    """Return a command of the runbook as it has to be typed, quoted for a shell."""
    if command.program:
        return shlex.join([command.program, *command.arguments])
    return settings.command_line(command.arguments)
