"""Finds the command of the Codex CLI on this machine."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from curricle.errors import ProviderCommandMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MACHINES: Final = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_WRAPPER: Final = "codex.js"


def resolve_command(command: str, environment: Mapping[str, str]) -> Path:
    """Return the file to run for a bare name or an absolute path.

    Where the name leads to the wrapper that npm installs, returns the native binary beside it:
    without node in between, ending it ends all of it.

    Raises:
        ProviderCommandMissingError: there is none, or none that can be run.
    """
    path = _absolute(command) if os.sep in command else _on_path(command, environment)
    real = Path(os.path.realpath(path))
    return next(_native_binaries(real), path) if real.name == _WRAPPER else path


def _absolute(command: str) -> Path:
    path = Path(command)
    if not path.is_absolute():
        raise ProviderCommandMissingError(command, "is a relative path, which no command may be")
    if not os.path.exists(path):  # noqa: PTH110 - a path too long to be is not there, either
        raise ProviderCommandMissingError(command, "is not there")
    if not path.is_file():
        raise ProviderCommandMissingError(command, "is no file")
    if not os.access(path, os.X_OK):
        raise ProviderCommandMissingError(command, "is not executable")
    return path


def _on_path(command: str, environment: Mapping[str, str]) -> Path:
    if not command.strip():
        raise ProviderCommandMissingError(command, "is empty")
    if command.startswith("-") or len(command.split()) > 1 or command != command.strip():
        raise ProviderCommandMissingError(
            command, "is not one word: it takes neither options nor spaces"
        )
    folders = environment.get("PATH", "").split(os.pathsep)
    # A folder relative to where we are could hold anybody's file.
    searched = [folder for folder in folders if Path(folder).is_absolute()]
    found = shutil.which(command, path=os.pathsep.join(searched))
    if found is None:
        is_there = any(os.path.isfile(Path(folder, command)) for folder in searched)  # noqa: PTH113
        raise ProviderCommandMissingError(
            command, "is on PATH, but not executable" if is_there else "is not on PATH"
        )
    return Path(found)


def _native_binaries(wrapper: Path) -> Iterator[Path]:
    """Yield the binaries that npm has installed for this machine beside or below the wrapper."""
    package = wrapper.parent.parent
    name = f"codex-{sys.platform}-{_MACHINES.get(platform.machine(), platform.machine())}"
    for folder in (package / "node_modules" / "@openai" / name, package.parent / name):
        for path in sorted(folder.glob("vendor/*/bin/codex")):
            if path.is_file() and os.access(path, os.X_OK):
                yield path
