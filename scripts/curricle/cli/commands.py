"""Every command with the module that holds it and its line in `--help`.

A static table, since showing help must not import every command; a test compares it with the
commands' own docstrings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "init": ("curricle.cli.init", "Make a run."),
    "run": ("curricle.cli.run", "Bring a run up to date, doing only what is stale."),
    "status": ("curricle.cli.status", "Show how a run stands, or all runs."),
    "next": ("curricle.cli.next", "Show the one command to type next, and why."),
    "validate": ("curricle.cli.validate", "Check a curriculum by every rule."),
    "plan": ("curricle.cli.plan", "Validate, then lay the curriculum out over weeks."),
    "iterate": ("curricle.cli.iterate", "Validate, plan, and compare with the previous revision."),
    "diff": ("curricle.cli.diff", "Show what changed between two revisions."),
    "export": ("curricle.cli.export", "Make a document for people or other programs."),
    "list": ("curricle.cli.list", "List runs, newest first."),
    "log": ("curricle.cli.log", "Show what happened to a run."),
    "replay": (
        "curricle.cli.replay",
        "Make a run's outputs again, offline, and compare them.",
    ),
    "archive": ("curricle.cli.archive", "Keep a run as one file."),
    "restore": ("curricle.cli.restore", "Unpack an archive into a run."),
    "journal": ("curricle.cli.journal", "Check a run's journal, or show its head."),
    "audit": (
        "curricle.cli.audit",
        "Tell what the record says of a run, check it, or add a decision.",
    ),
    "recover": ("curricle.cli.recover", "Find out what is wrong with a run, and what helps."),
    "runbook": ("curricle.cli.runbook", "Show what is done about each error, and how that fares."),
    "escalate": ("curricle.cli.escalate", "Write a bundle of evidence for whoever takes over."),
    "triage": (
        "curricle.cli.triage",
        "Say what a failed job or run is, and what is to be done.",
    ),
    "index": (
        "curricle.cli.index",
        "Rebuild the index of cases, or move cases between machines.",
    ),
    "doctor": ("curricle.cli.doctor", "Check the installation and a provider's settings."),
}
