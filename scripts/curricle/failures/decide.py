"""What is to be done next about a failure: one pure function, the same for logs and for runs.

No model is asked, and no caller can widen what a bucket allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from curricle.failures.bucket import ACTION_OF, LANE_OF, Bucket, Lane

SYSTEMIC_ABOVE: Final = 2
"""A failure seen more often than that is called systemic when it escalates."""
REPEAT_CAP: Final = 5
"""A failure seen more often than that is handled by no machine any more, whatever its bucket."""
RERUNS_MAX: Final = 1
"""A flaky test is run again on the same commit so often, whatever a policy allows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What is to be done next, and why."""

    action: str
    lane: Lane
    reason: str
    retries_used: int
    max_retries: int

    def to_json(self) -> dict[str, Any]:
        """Return the decision as it stands in a pack."""
        return {
            "action": self.action,
            "lane": self.lane.value,
            "reason": self.reason,
            "retries_used": self.retries_used,
            "max_retries": self.max_retries,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionPolicy:
    """What the rules in force allow for a bucket, and what holds everywhere now."""

    lane: Lane
    """Where the bucket's rules lead; `decide` goes there or to a person, never elsewhere."""
    repeat_cap: int = REPEAT_CAP
    is_outage: bool = False
    """Whether most recent failures are one fault of infrastructure: then nothing is retried."""


def policy_of(bucket: Bucket) -> DecisionPolicy:
    """Return the policy of a bucket where no rule file says otherwise."""
    return DecisionPolicy(lane=LANE_OF[bucket])


def decide(
    bucket: Bucket,
    retries_used: int,
    max_retries: int,
    same_fingerprint_count: int,
    policy: DecisionPolicy,
) -> Decision:
    """Return what is to be done about a failure.

    `retries_used` is how often this failure was rerun already, `max_retries` how often its bucket
    may be; `same_fingerprint_count` is how often the failure was seen, this time included.
    """
    wanted, reason = _wanted(bucket, retries_used, max_retries, policy)
    if wanted is Lane.ESCALATE and not reason:
        is_systemic = same_fingerprint_count > SYSTEMIC_ABOVE
        reason = "systemic" if is_systemic else "policy disallows"
    elif wanted is not Lane.ESCALATE and same_fingerprint_count > policy.repeat_cap:
        wanted, reason = Lane.ESCALATE, "systemic"
    return Decision(
        action=ACTION_OF[wanted],
        lane=wanted,
        reason=reason,
        retries_used=retries_used,
        max_retries=max_retries,
    )


def _wanted(
    bucket: Bucket, retries_used: int, max_retries: int, policy: DecisionPolicy
) -> tuple[Lane, str]:
    # Each bucket has one lane of its own; a policy can only take it away.
    if policy.lane is not LANE_OF[bucket]:
        return Lane.ESCALATE, ""
    if bucket is Bucket.CODE_REGRESSION:
        return Lane.PATCH, "code evidence present"
    if bucket in {Bucket.FLAKY_TEST, Bucket.INFRA_FAULT} and policy.is_outage:
        return Lane.ESCALATE, "outage: most recent failures are one fault of infrastructure"
    if bucket is Bucket.FLAKY_TEST and retries_used < min(max_retries, RERUNS_MAX):
        return Lane.RERUN, f"rerun {retries_used + 1} of {min(max_retries, RERUNS_MAX)}"
    if bucket is Bucket.INFRA_FAULT and retries_used < max_retries:
        return Lane.COOLDOWN, f"retry {retries_used + 1} of {max_retries}"
    return Lane.ESCALATE, ""
