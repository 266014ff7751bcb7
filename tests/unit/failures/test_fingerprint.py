from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.errors import error_types
from curricle.failures.bucket import ACTION_OF, BUCKET_OF, LANE_OF, Bucket, Lane
from curricle.failures.fingerprint import fingerprint_of
from curricle.printable import has_control_characters
from curricle.redaction.redactor import find_left

SAME = [
    (
        "curriculum.json of 20261121-190831-asking-a-database-44d4 has 1 error",
        "curriculum.json of 20250101-000000-bread-baking-0000 has 12 errors".replace(
            "errors", "error"
        ),
    ),
    ("no access to /tmp/one/runs: denied", "no access to /home/ada/runs: denied"),
    ("it is in use since 2026-01-31T09:30:00.5Z", "it is in use since 2025-12-01T10:31:07Z"),
    ("objects/" + "ab12" * 16, "objects/" + "cd34" * 16),
    ("no answer in 20.5 s", "no answer in 300 s"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_differs_from_time_to_time_does_not_count(one: str, other: str) -> None:
    assert fingerprint_of("x", one, {}) == fingerprint_of("x", other, {})


def test_how_often_a_rule_is_broken_does_not_count() -> None:
    rules = {"rules": ["dag.cycle"]}
    once = fingerprint_of("validation_failed", "it has 1 error", rules)
    assert once == fingerprint_of("validation_failed", "it has 2 errors", rules)


DISTINCT = [
    ("io_error", "it is a FIFO", {}),
    ("io_error", "it is a socket", {}),
    ("disk_full", "it is a FIFO", {}),
    ("io_error", "it is a FIFO", {"file": "inputs/scope.md"}),
    ("io_error", "it is a FIFO", {"rules": ["dag.cycle"]}),
    ("io_error", "it is a FIFO", {"rules": ["dag.cycle", "quality.placeholder"]}),
]


def test_distinct_failures_have_distinct_fingerprints() -> None:
    assert len({fingerprint_of(*failure) for failure in DISTINCT}) == len(DISTINCT)


@pytest.mark.capability("T16")
def test_a_fingerprint_says_what_it_is_about() -> None:
    details = {"variable": "OPENAI_API_KEY"}
    found = fingerprint_of("provider_key_missing", "it is not set", details)
    assert found.startswith("provider_key_missing:OPENAI_API_KEY@")
    assert fingerprint_of("io_error", "x", {"path": "/a/b:c.md"}).startswith("io_error:b_c.md@")
    assert find_left(f'"fingerprint": "{found}"') == ()
    assert fingerprint_of("x", "y", {"rules": "no list"}).startswith("x:-@")


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_message_has_a_fingerprint_on_one_line(message: str) -> None:
    found = fingerprint_of("x", message, {"file": message})
    assert not has_control_characters(found)
    assert "\n" not in found
    assert found.count(":") == 1


def test_every_code_of_the_program_falls_into_one_bucket() -> None:
    assert BUCKET_OF.keys() == {error.code for error in error_types()}
    assert LANE_OF.keys() == set(Bucket)
    assert ACTION_OF.keys() == set(Lane)


@pytest.mark.capability("T42")
def test_what_a_key_or_a_setting_causes_is_never_tried_again_by_itself() -> None:
    for code in ("provider_key_missing", "provider_auth_rejected", "permission_denied"):
        assert LANE_OF[BUCKET_OF[code]] is Lane.ESCALATE
