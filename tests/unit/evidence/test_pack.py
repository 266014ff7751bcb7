from __future__ import annotations

import pytest

from curricle.errors import error_types
from curricle.evidence.pack import pack_of_error
from curricle.failures.bucket import BUCKET_OF
from curricle.schema import DocumentKind, check_document


def pack_of(code: str, message: str = "it failed", **settings: str) -> dict[str, object]:
    pack = pack_of_error(
        code,
        message,
        {},
        run_id="r-1",
        line=3,
        suspect_files=(),
        run_link="r-1",
        artifacts_link=None,
        environment={"settings": settings},
    )
    return pack.to_json()


@pytest.mark.capability("T14")
@pytest.mark.parametrize("code", [error.code for error in error_types()])
def test_every_code_makes_a_pack_of_its_bucket(code: str) -> None:
    pack = pack_of(code)
    assert check_document(DocumentKind.ARTIFACT_PACK, pack) == ()
    assert pack["bucket"] == BUCKET_OF[code]


def test_a_pack_names_the_job_and_commit_of_ci() -> None:
    github = pack_of("io_error", GITHUB_SHA="a" * 40, GITHUB_JOB="build", GITHUB_WORKFLOW="ci")
    assert (github["commit_sha"], github["failed_job"], github["workflow"]) == (
        "a" * 40,
        "build",
        "ci",
    )
    gitlab = pack_of("io_error", CI_COMMIT_SHA="b" * 40, CI_JOB_NAME="test")
    assert (gitlab["commit_sha"], gitlab["failed_job"], gitlab["workflow"]) == (
        "b" * 40,
        "test",
        None,
    )


def test_the_first_line_of_a_pack_is_one_line_of_a_length() -> None:
    line = str(pack_of("io_error", "a\nb\x1b[31m" + "c" * 900)["first_failure_line"])
    assert len(line) == 500
    assert "\n" not in line
    assert line.startswith("error[io_error]: a b")


@pytest.mark.parametrize(
    ("code", "is_eligible"),
    [
        ("provider_rate_limited", True),
        ("provider_output_invalid", True),
        ("io_error", True),
        ("provider_key_missing", False),
        ("internal_error", False),
        ("stage_conflict", False),
    ],
)
def test_only_what_a_rerun_may_help_is_eligible_for_one(code: str, is_eligible: bool) -> None:
    assert pack_of(code)["rerun_eligible"] is is_eligible
