"""Which bucket the program's own typed errors fall into, and what each bucket leads to.

The code decides, nothing is guessed. A code that stands for a decision of a person is `unknown`,
whose lane is escalation.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Bucket(StrEnum):
    """The kinds of failures."""

    CODE_REGRESSION = "code_regression"
    FLAKY_TEST = "flaky_test"
    INFRA_FAULT = "infra_fault"
    SECRET_OR_CONFIG = "secret_or_config"  # noqa: S105 - the kind, no secret
    UNKNOWN = "unknown"


class Lane(StrEnum):
    """What may be done about a failure."""

    PATCH = "patch"
    RERUN = "rerun"
    COOLDOWN = "cooldown"
    ESCALATE = "escalate"


_CODES: Final[Mapping[Bucket, str]] = {
    Bucket.CODE_REGRESSION: "internal_error",
    Bucket.FLAKY_TEST: "provider_output_invalid",
    Bucket.INFRA_FAULT: """
        provider_rate_limited provider_unavailable provider_timeout
        run_locked disk_full io_error interrupted
        """,
    Bucket.SECRET_OR_CONFIG: """
        provider_unknown provider_key_missing provider_base_url_invalid provider_command_missing
        provider_config_invalid provider_auth_rejected provider_model_unsupported
        provider_quota_exhausted provider_sandbox_denied dependency_missing permission_denied
        runbook_invalid rules_invalid redaction_incomplete
        """,
    Bucket.UNKNOWN: """
        validation_failed stage_conflict artifact_stale topic_spec_invalid scope_invalid
        curriculum_invalid run_metadata_invalid run_schema_unsupported journal_broken
        provider_refused provider_context_overflow budget_exhausted stop_rule_hit
        invalid_argument run_not_found revision_not_found archive_not_found case_not_found
        run_ambiguous run_exists log_invalid archive_invalid
        """,
}
BUCKET_OF: Final[Mapping[str, Bucket]] = {
    code: bucket for bucket, codes in _CODES.items() for code in codes.split()
}
"""Every code of `errors.py` to its bucket."""

LANE_OF: Final[Mapping[Bucket, Lane]] = {
    Bucket.CODE_REGRESSION: Lane.PATCH,
    Bucket.FLAKY_TEST: Lane.RERUN,
    Bucket.INFRA_FAULT: Lane.COOLDOWN,
    Bucket.SECRET_OR_CONFIG: Lane.ESCALATE,
    Bucket.UNKNOWN: Lane.ESCALATE,
}
RETRIES_OF: Final[Mapping[Bucket, int]] = {
    Bucket.CODE_REGRESSION: 0,
    Bucket.FLAKY_TEST: 1,
    Bucket.INFRA_FAULT: 2,
    Bucket.SECRET_OR_CONFIG: 0,
    Bucket.UNKNOWN: 0,
}
"""How often each bucket is retried where no rule file says less."""
ACTION_OF: Final[Mapping[Lane, str]] = {
    Lane.PATCH: "open_patch_lane",
    Lane.RERUN: "rerun_same_sha",
    Lane.COOLDOWN: "cooldown_retry",
    Lane.ESCALATE: "escalate",
}
"""What a lane is called where the next action is told."""
