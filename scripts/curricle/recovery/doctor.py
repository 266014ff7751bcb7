"""Checks the installation: what it needs, where it writes, what the settings say."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Final

from curricle import __version__
from curricle.errors import CurricleError
from curricle.fsio import DRAFT_PREFIX, read_file, translated
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.printable import counted
from curricle.recovery.check import Check, Outcome
from curricle.recovery.provider_checks import examine_provider
from curricle.resources import schema_path, template_path
from curricle.schema import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PACKAGES: Final = (
    "ahocorasick-rs",
    "click",
    "google-re2",
    "jinja2",
    "jsonschema-rs",
    "markdown-it-py",
    "mdit-py-plugins",
    "networkx",
    "openai",
    "orjson",
    "pyyaml",
    "rapidfuzz",
    "rich",
    "snowballstemmer",
    "zstandard",
)
PYTHON_MIN: Final = (3, 11)
FREE_BYTES_MIN: Final = 100_000_000


def examine(
    runs_dir: Path,
    provider: str | None,
    environment: Mapping[str, str],
    *,
    probe: bool = False,
) -> tuple[Check, ...]:
    """Return what was looked at, in the order in which it matters.

    With `probe`, a model is asked one short question, which may have to be paid for.
    """
    return (
        _python(),
        *_packages(),
        _resources(),
        _runs_dir(runs_dir),
        *_left_drafts(runs_dir),
        _free_space(runs_dir),
        *examine_provider(provider, environment, probe=probe),
    )


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    is_new_enough = sys.version_info[:2] >= PYTHON_MIN
    return Check(
        name="python",
        outcome=Outcome.OK if is_new_enough else Outcome.FAILED,
        detail=f"{version}, curricle {__version__}",
        hint="" if is_new_enough else "use Python 3.11 or newer",
    )


def _packages() -> Iterator[Check]:
    for name in PACKAGES:
        try:
            yield Check(name=name, outcome=Outcome.OK, detail=metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Check(
                name=name, outcome=Outcome.FAILED, detail="not installed", hint="make setup"
            )


def _resources() -> Check:
    wanted = [schema_path(kind.value) for kind in DocumentKind]
    wanted.append(template_path("topic_spec.json"))
    for path in wanted:
        try:
            parse_json(read_file(path))
        except (CurricleError, MalformedJsonError) as error:
            return Check(
                name="schemas and templates",
                outcome=Outcome.FAILED,
                detail=f"{path} is damaged or missing: {error}",
                hint="install the package again, or check out the whole repository",
            )
    return Check(
        name="schemas and templates", outcome=Outcome.OK, detail=str(wanted[0].parent.parent)
    )


def _runs_dir(runs_dir: Path) -> Check:
    try:
        existing = _nearest(runs_dir)
    except CurricleError as error:
        return Check(
            name="runs folder",
            outcome=Outcome.FAILED,
            detail=str(error),
            hint="name another with --runs-dir",
        )
    if not existing.is_dir():
        return Check(
            name="runs folder",
            outcome=Outcome.FAILED,
            detail=f"{existing} is no folder",
            hint="name another with --runs-dir",
        )
    if not os.access(existing, os.W_OK | os.X_OK):
        return Check(
            name="runs folder",
            outcome=Outcome.FAILED,
            detail=f"{existing} cannot be written to",
            hint="check its owner and mode, or name another with --runs-dir",
        )
    will = "" if existing == runs_dir else ", will be made"
    return Check(name="runs folder", outcome=Outcome.OK, detail=f"{runs_dir}{will}")


def _nearest(runs_dir: Path) -> Path:
    """Return the runs folder, or what is there of the way to it."""
    with translated(runs_dir):
        return next((p for p in (runs_dir, *runs_dir.absolute().parents) if p.exists()), runs_dir)


def _left_drafts(runs_dir: Path) -> Iterator[Check]:
    try:
        left = [e.name for e in os.scandir(runs_dir) if e.name.startswith(DRAFT_PREFIX)]
    except OSError:
        return
    if left:
        yield Check(
            name="drafts",
            outcome=Outcome.WARNING,
            detail=f"{counted(len(left), 'unfinished folder')} in {runs_dir}:"
            " a command died or is at work",
            hint="the next `init` or `restore` removes those that nobody is working on",
        )


def _free_space(runs_dir: Path) -> Check:
    try:
        with translated(runs_dir):
            free = shutil.disk_usage(_nearest(runs_dir)).free
    except CurricleError as error:
        return Check(name="disk", outcome=Outcome.WARNING, detail=str(error))
    is_enough = free >= FREE_BYTES_MIN
    return Check(
        name="disk",
        outcome=Outcome.OK if is_enough else Outcome.FAILED,
        detail=f"{free / 1e9:.1f} GB free",
        hint="" if is_enough else "make room: a full disk stops every command that writes",
    )
