from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from command import SCOPES, Curricle, tree
from hands import CURRICULUM, edit

if TYPE_CHECKING:
    from pathlib import Path

SURROUNDINGS: Final[dict[str, dict[str, str]]] = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 4242": {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati"},
    "LC_ALL=C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "LC_ALL=POSIX": {"LC_ALL": "POSIX", "TZ": "America/St_Johns"},
    "C.UTF-8": {"LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu", "COLUMNS": "20"},
    "another user": {"HOME": "/nonexistent", "USER": "someone", "CURRICLE_ACTOR": "other"},
}
RUN_ID: Final = re.compile(rb"\d{8}-\d{6}-[a-z0-9-]+-[0-9a-f]{4}")
TIME: Final = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}|\b\d{2}:\d{2}:\d{2}\b")


def outputs_of(program: Curricle, name: str) -> dict[str, bytes]:
    """Take a run through generation, an edit, a repair and a plan; return its outputs."""
    run = program.init(name)
    options = ("--scope-file", str(SCOPES / "bread-baking.md"))
    program.good("run", run.name, *options)
    edit(run / CURRICULUM, {"/nodes/5/prerequisites": ["ghost", "water", "water"]})
    program.good("iterate", run.name, "--repair")
    program.good("plan", run.name, "--start", "2026-01-05")
    program.good("run", run.name)
    return tree(run / "outputs")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The outputs in the surroundings of the tests."""
    folder = tmp_path_factory.mktemp("expected")
    return outputs_of(Curricle(runs_dir=folder / "runs", cwd=folder), "Bread")


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_same_inputs_give_the_same_bytes_in_any_surroundings(
    name: str, curricle: Curricle, expected: dict[str, bytes]
) -> None:
    cwd = curricle.cwd / "größe 東京"
    cwd.mkdir()
    program = Curricle(runs_dir=cwd / "r", cwd=cwd, environment=SURROUNDINGS[name])
    assert outputs_of(program, f"Another name, {name}") == expected


def test_outputs_hold_no_run_id_no_time_and_no_absolute_path(expected: dict[str, bytes]) -> None:
    assert len(expected) >= 8
    for path, data in expected.items():
        assert not RUN_ID.search(data), path
        assert not TIME.search(data), path
        assert b"/tmp/" not in data, path
        assert b"tester" not in data, path


def test_outputs_are_text_in_utf_8_with_a_final_newline(expected: dict[str, bytes]) -> None:
    for path, data in expected.items():
        assert data.endswith(b"\n"), path
        assert data.decode().replace("\n", "").isprintable(), path


def test_making_everything_anew_gives_the_same_bytes(curricle: Curricle, finished: Path) -> None:
    before = tree(finished / "outputs")
    curricle.good("run", finished.name, "--force")
    assert tree(finished / "outputs") == before


def test_exports_and_archives_are_the_same_in_any_locale(
    curricle: Curricle, finished: Path
) -> None:
    programs = [curricle.with_environment(**SURROUNDINGS[n]) for n in ("LC_ALL=C", "C.UTF-8")]
    for style in ("md", "html", "mermaid", "dot", "csv"):
        written = []
        for number, program in enumerate(programs):
            out = curricle.cwd / f"{number}.{style}"
            program.good("export", finished.name, "--format", style, "-o", str(out))
            written.append(out.read_bytes())
        assert written[0] == written[1], style
    answers = [p.good("archive", finished.name, "--json").json["sha256"] for p in programs]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_text_beyond_ascii_is_read_and_shown_in_any_locale(locale: str, curricle: Curricle) -> None:
    scope = curricle.cwd / "Übung.md"
    scope.write_bytes("# Bücher\n\n## Größe\n\nText.\n\n## 東京\n\nText.\n".encode())
    program = curricle.with_environment(LC_ALL=locale)
    run = program.init("Bücher", scope_file=scope)
    program.good("run", run.name)
    assert "Größe" in (run / CURRICULUM).read_text(encoding="utf-8")
    assert "Bücher" in program.good("status", run.name).stdout
    assert program.good("status", run.name, "--json").json["name"] == "Bücher"
