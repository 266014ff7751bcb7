from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import RevisionNotFoundError
from curricle.layout import CURRICULUM, PREVIOUS_CURRICULUM, TOPIC_SPEC
from curricle.revisions import compare_revisions, find_revision
from documents import changed
from histories import copy_of, finish, finished_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


def set_field(path: Path, changes: dict[str, Any]) -> None:
    path.write_bytes(document_bytes(changed(json.loads(path.read_bytes()), changes)))


def test_a_revision_is_current_previous_or_the_first_digits_of_a_digest(run_dir: Path) -> None:
    old = (run_dir / CURRICULUM).read_bytes()
    with pytest.raises(RevisionNotFoundError, match=PREVIOUS_CURRICULUM):
        find_revision(run_dir, "previous")
    set_field(run_dir / CURRICULUM, {"/nodes/0/title": "What a table is for"})
    finish(run_dir)
    assert find_revision(run_dir, "current") == (run_dir / CURRICULUM).read_bytes()
    assert find_revision(run_dir, "previous") == old
    assert find_revision(run_dir, sha256_hex(old)[:10]) == old
    assert find_revision(run_dir, sha256_hex(old).upper()) == old


@pytest.mark.parametrize(
    ("revision", "why"),
    [
        ("", "no object begins so"),
        ("f" * 64, "no object begins so"),
        ("../run.json", "no object begins so"),
        ("newest", "no object begins so"),
    ],
)
def test_a_revision_that_no_run_holds_is_not_found(revision: str, why: str, run_dir: Path) -> None:
    with pytest.raises(RevisionNotFoundError, match=why) as caught:
        find_revision(run_dir, revision)
    assert caught.value.exit_status == 3


def test_a_revision_that_is_ambiguous_or_damaged_is_told(run_dir: Path) -> None:
    names = [path.name for path in (run_dir / "objects").iterdir()]
    first = next(c for c in "0123456789abcdef" if sum(n[0] == c for n in names) > 1)
    with pytest.raises(RevisionNotFoundError, match="objects begin so"):
        find_revision(run_dir, first)
    (run_dir / "objects" / names[0]).write_bytes(b"damaged")
    with pytest.raises(RevisionNotFoundError, match="damaged"):
        find_revision(run_dir, names[0])


@pytest.mark.parametrize(
    ("spec", "has_weeks"), [(None, True), (b"{", False)], ids=["ready", "not ready"]
)
def test_two_revisions_are_compared_and_a_ready_spec_tells_the_weeks(
    spec: bytes | None, has_weeks: bool, run_dir: Path
) -> None:
    set_field(run_dir / CURRICULUM, {"/nodes/0/estimate_minutes": 900})
    finish(run_dir)
    if spec is not None:
        (run_dir / TOPIC_SPEC).write_bytes(spec)
    diff, report = compare_revisions(run_dir, "previous", "current")
    assert [change.field for _, changes in diff.changed for change in changes] == [
        "estimate_minutes"
    ]
    assert report["to"] == sha256_hex((run_dir / CURRICULUM).read_bytes())
    assert bool(diff.weeks_moved) is has_weeks
    assert compare_revisions(run_dir, "current", "current")[0].is_empty
