from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from curricle.cli.origin import RunOrigin, find_origin, verify_source
from curricle.errors import InvalidArgumentError

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = RunOrigin(source=None, repository=None, branch=None, commit=None, job=None, request=None)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=ann", "-c", "user.email=ann@example.org", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git checkout with one commit, as the working directory."""
    git(tmp_path, "init", "-q", "-b", "trunk", ".")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "first")
    return tmp_path


def test_github_s_variables_name_repository_branch_commit_job_and_request() -> None:
    variables = {
        "GITHUB_REPOSITORY": "team/course",
        "GITHUB_REF_NAME": "12/merge",
        "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_SHA": "c" * 40,
        "GITHUB_RUN_ID": "77",
        "GITHUB_JOB": "build",
    }
    assert find_origin("PROJ-1", variables) == RunOrigin(
        source="PROJ-1",
        repository="team/course",
        branch="12/merge",
        commit="c" * 40,
        job="77/build",
        request="12",
    )
    on_a_branch = find_origin(None, {**variables, "GITHUB_REF": "refs/heads/main"})
    assert on_a_branch.request is None
    assert find_origin(None, {"GITHUB_REPOSITORY": "a/b"}).job is None


def test_gitlab_s_variables_do_so_too() -> None:
    variables = {
        "CI_PROJECT_PATH": "team/course",
        "CI_COMMIT_REF_NAME": "main",
        "CI_COMMIT_SHA": "d" * 40,
        "CI_JOB_ID": "9",
        "CI_MERGE_REQUEST_IID": "3",
    }
    assert find_origin(None, variables) == RunOrigin(
        source=None,
        repository="team/course",
        branch="main",
        commit="d" * 40,
        job="9",
        request="3",
    )


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("https://ann:secret@example.org/team/course.git", "https://example.org/team/course.git"),
        ("https://example.org/course.git?token=secret", "https://example.org/course.git"),
        ("git@example.org:team/course.git", "example.org:team/course.git"),
        ("ssh://git@example.org:22/course.git", "ssh://example.org:22/course.git"),
        (None, None),
    ],
)
def test_outside_ci_git_is_asked_and_no_credential_of_a_remote_is_recorded(
    checkout: Path, remote: str | None, shown: str | None
) -> None:
    if remote is not None:
        git(checkout, "remote", "add", "origin", remote)
    found = find_origin(None, {})
    assert (found.repository, found.branch) == (shown, "trunk")
    assert found.commit == git(checkout, "rev-parse", "HEAD")
    assert "secret" not in str(found.to_json())


def test_a_commit_that_no_branch_is_on_has_none(checkout: Path) -> None:
    git(checkout, "checkout", "-q", "--detach")
    assert (find_origin(None, {}).branch, find_origin(None, {}).commit is None) == (None, False)


def test_outside_a_checkout_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert find_origin(None, {}) == NOTHING
    git(tmp_path, "init", "-q", ".")
    assert find_origin(None, {}) == NOTHING
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_origin(None, {}) == NOTHING


def test_a_git_that_hangs_is_left_after_two_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("curricle.cli.origin._GIT_SECONDS_MAX", 0.1)
    assert find_origin(None, {}) == NOTHING


def test_what_comes_from_outside_is_recorded_as_one_printable_line() -> None:
    found = find_origin(None, {"GITHUB_REPOSITORY": "a\n\x1b[31mb\udcff", "GITHUB_SHA": "x" * 900})
    assert found.repository == "a \\x1b[31mb\\udcff"
    assert found.commit is not None
    assert len(found.commit) == 500


@pytest.mark.parametrize(
    "source", ["", "  ", "a\nb", "a\tb", "a\x1bb", "a\u202eb", "\udcff", "x" * 501]
)
def test_a_source_that_cannot_be_shown_on_a_line_is_refused(source: str) -> None:
    with pytest.raises(InvalidArgumentError, match="--source"):
        verify_source(source)


@pytest.mark.parametrize("source", [None, "PROJ-1", "https://example.org/i/1?a=b", "x" * 500, "粉"])
def test_any_other_source_will_do(source: str | None) -> None:
    verify_source(source)
