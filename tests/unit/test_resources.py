from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from command import ROOT
from curricle import resources
from curricle.resources import schema_path, template_path
from curricle.schema import DocumentKind

if TYPE_CHECKING:
    from pathlib import Path

QUESTIONS = """
from curricle.resources import schema_path, template_path
print(schema_path("plan"), template_path("scopes/a.md"), sep="\\n")
"""


def answers(package_parent: Path, cwd: Path) -> list[str]:
    """Ask a copy of the module, in a process of its own, where things lie."""
    done = subprocess.run(
        [sys.executable, "-c", QUESTIONS],
        env={**os.environ, "PYTHONPATH": str(package_parent)},
        cwd=cwd,
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.splitlines()


def copied_package(parent: Path) -> Path:
    package = parent / "curricle"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copy(resources.__file__, package / "resources.py")
    return package


def test_in_a_checkout_they_are_the_top_folders() -> None:
    assert schema_path("plan") == ROOT / "schemas" / "plan.schema.json"
    assert template_path("examples/plan.json") == ROOT / "templates" / "examples" / "plan.json"


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_of_document_has_a_schema_and_an_example(kind: DocumentKind) -> None:
    assert schema_path(kind.value).is_file()
    assert template_path(f"examples/{kind.value}.json").is_file()


def test_every_schema_belongs_to_a_kind_of_document() -> None:
    files = {path.name for path in (ROOT / "schemas").iterdir()}
    assert files == {f"{kind.value}.schema.json" for kind in DocumentKind}


def test_a_checkout_is_found_from_any_folder_and_wherever_it_lies(tmp_path: Path) -> None:
    copied_package(tmp_path / "deep" / "scripts")
    assert answers(tmp_path / "deep" / "scripts", tmp_path) == [
        str(tmp_path / "deep" / "schemas" / "plan.schema.json"),
        str(tmp_path / "deep" / "templates" / "scopes" / "a.md"),
    ]


def test_in_an_installed_package_they_lie_inside_it(tmp_path: Path) -> None:
    package = copied_package(tmp_path / "site-packages")
    (package / "_data").mkdir()
    (tmp_path / "schemas").mkdir()
    assert answers(tmp_path / "site-packages", tmp_path) == [
        str(package / "_data" / "schemas" / "plan.schema.json"),
        str(package / "_data" / "templates" / "scopes" / "a.md"),
    ]
