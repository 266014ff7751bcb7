"""Entries that an operator adds to the runbook, from a YAML file that is named on purpose.

They add causes to a code, which come after our own. A step of theirs is an action that the program
has, or a text for a person; never a line for a shell. What has to hold at the end of a path, and
when a person takes over, stays ours.
"""

from __future__ import annotations

from dataclasses import replace
from string import Formatter
from typing import TYPE_CHECKING, Any

from curricle.errors import RunbookInvalidError
from curricle.fsio import read_file
from curricle.pointers import parts_of
from curricle.runbook.catalogue import CATALOGUE
from curricle.runbook.entry import PLACES, Action, Cause, NeedsYou, Probe, Safe
from curricle.schema import DocumentKind, check_document
from curricle.yamltext import MalformedYamlError, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from curricle.runbook.entry import Entry, Step


def load_operators_book(path: Path) -> Mapping[str, Entry]:
    """Return the catalogue with the causes that a file adds.

    Raises:
        RunbookInvalidError: the file is no YAML of its schema, or names what there is not.
        IoError, PermissionDeniedError: it cannot be read.
    """
    try:
        document = parse_yaml(read_file(path))
    except MalformedYamlError as error:
        raise RunbookInvalidError(path, error.why, line=error.line) from error
    if violations := check_document(DocumentKind.RUNBOOK, document):
        first = violations[0]
        place = ".".join(parts_of(first.pointer)) or "the document"
        raise RunbookInvalidError(path, f"{place}: {first.message}")
    book = dict(CATALOGUE)
    for added in document["entries"]:
        book[added["code"]] = _extended(path, book, added)
    return book


def _extended(path: Path, book: Mapping[str, Entry], added: Mapping[str, Any]) -> Entry:
    code = added["code"]
    if code not in book:
        raise RunbookInvalidError(path, f"there is no code {code!r}")
    entry = book[code]
    causes = tuple(_causes(path, added["causes"]))
    names = [cause.name for cause in (*entry.causes, *causes)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RunbookInvalidError(path, f"{code} has the cause {twice!r} twice")
    return replace(entry, causes=(*entry.causes, *causes))


def _causes(path: Path, rows: list[Mapping[str, Any]]) -> Iterator[Cause]:
    for row in rows:
        yield Cause(
            name=row["name"],
            text=_text(path, row["text"]),
            probe=Probe(row.get("probe", Probe.CANNOT_TELL)),
            steps=tuple(_step(path, step) for step in row["steps"]),
        )


def _step(path: Path, row: Mapping[str, str]) -> Step:
    if "tell" in row:
        return NeedsYou(text=_text(path, row["tell"]))
    action = Action(row["do"])
    return Safe(
        action=action,
        text=_text(path, row.get("text", action.value.replace("_", " "))),
        undo=_text(path, row.get("undo", "as the program's own step of this kind")),
    )


def _text(path: Path, text: str) -> str:
    """Return a text whose places are all known, and nothing else."""
    try:
        places = [part[1:] for part in Formatter().parse(text)]
    except ValueError as error:
        raise RunbookInvalidError(path, f"{text!r} has a place that has no end") from error
    for name, form, conversion in places:
        if name is not None and (name not in PLACES or form or conversion):
            known = ", ".join(f"{{{place}}}" for place in PLACES)
            raise RunbookInvalidError(path, f"{text!r} has the place {name!r}, known are {known}")
    return text
