"""The bucket rules as commands use them: the shipped ones, and those of a file named on purpose."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from curricle.failures.rules import RuleBook

RULES_VARIABLE: Final = "CURRICLE_RULES"
rules_option = click.option(
    "--rules", metavar="FILE", help="Bucket rules of your own, as YAML [$CURRICLE_RULES]."
)


def rules_path(option: str | None) -> Path | None:
    """Return the file that is named, or None; none is ever looked for."""
    name = option or os.environ.get(RULES_VARIABLE)
    return Path(name) if name else None


def load_rulebook(option: str | None) -> RuleBook:
    """Return the rules in force.

    Raises:
        RulesInvalidError: the file cannot be used.
    """
    from curricle.failures.rule_file import load_rules

    return load_rules(rules_path(option))
