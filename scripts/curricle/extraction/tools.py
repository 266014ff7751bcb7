"""Which tools speak in a log: those whose signs it bears, and those it says it calls."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import ahocorasick_rs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.extraction.scanning import Hit

_MARKS: Final[Mapping[bytes, str]] = {
    b"travis_": "travis",
    b"##[group]": "github",
    b"section_start:": "gitlab",
    b"[Pipeline]": "jenkins",
    b"circleci": "circleci",
    b"buildkite": "buildkite",
    b"test session starts": "pytest",
    b"vitest": "vitest",
    b"playwright": "playwright",
    b"cypress": "cypress",
    b"selenium": "selenium",
    b"karma": "karma",
    b"mocha": "mocha",
    b"jest": "jest",
    b"rspec": "rspec",
    b"phpunit": "phpunit",
    b"PHPUnit": "phpunit",
    b"gradle": "gradle",
    b"[INFO] Scanning for projects": "maven",
    b"cargo ": "cargo",
    b"docker": "docker",
    b"npm ": "npm",
    b"yarn ": "yarn",
    b"pnpm": "pnpm",
    b"pip install": "pip",
    b"bundle ": "bundler",
    b"apt-get": "apt",
    b"terraform": "terraform",
    b"go test": "go",
    b"dotnet": "dotnet",
    b"xcodebuild": "xcode",
    b"codex": "codex",
    b"openai": "openai",
}
_CALLED: Final = re.compile(r"[a-z][\w+-]*")
_SAMPLE_BYTES: Final = 1 << 18


def find_tools(hits: Sequence[Hit], command: str, text: bytes) -> frozenset[str]:
    """Return the tools of a log, by the names that bucket rules use.

    `command` is what the failed step called. Of a long text the beginning and the end are searched.
    """
    sample = (
        text if len(text) <= 2 * _SAMPLE_BYTES else text[:_SAMPLE_BYTES] + text[-_SAMPLE_BYTES:]
    )
    spoken = {hit.sign.tool for hit in hits} - {"any", "ci", "shell", "lint"}
    marked = {_TOOLS[number] for number, _, _ in _finder().find_matches_as_indexes(sample)}
    return frozenset(spoken | marked | (set(_CALLED.findall(command)) & _NAMES))


@cache
def _finder() -> ahocorasick_rs.BytesAhoCorasick:
    return ahocorasick_rs.BytesAhoCorasick(list(_MARKS))


_TOOLS: Final = tuple(_MARKS.values())
_NAMES: Final = frozenset(_TOOLS) | frozenset(
    "pytest tox mypy ruff flake8 black eslint tsc prettier make cmake ctest git uv ninja".split()
)
