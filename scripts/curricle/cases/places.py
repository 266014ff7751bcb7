"""Where the ledger, the packs of its cases and the index lie below a folder of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.fsio import path_within

if TYPE_CHECKING:
    from pathlib import Path

LEDGER: Final = "ledger.jsonl"
LEDGER_LOCK: Final = "ledger.lock"
INDEX: Final = "index.sqlite"
PACKS: Final = "cases"
TORN: Final = "cases/torn"
"""Unfinished last lines of the ledger, by digest."""

_DIGITS: Final = 2


def ledger_path(runs_dir: Path) -> Path:
    """Return the path of the ledger."""
    return path_within(runs_dir, LEDGER)


def pack_path(runs_dir: Path, case_id: str) -> Path:
    """Return the path of a case's pack; the first digits of its id name the folder."""
    digits = case_id.rpartition("-")[2]
    return path_within(runs_dir, f"{PACKS}/{digits[:_DIGITS]}/{case_id}.json")
