from __future__ import annotations

from itertools import product

import pytest

from curricle.failures.bucket import ACTION_OF, LANE_OF, Bucket, Lane
from curricle.failures.decide import Decision, DecisionPolicy, decide, policy_of

RETRIES = range(4)
LIMITS = range(3)
COUNTS = (1, 2, 3, 6)
OUTAGE = "outage: most recent failures are one fault of infrastructure"


def told(bucket: Bucket, used: int, limit: int, count: int) -> tuple[str, str]:
    decision = decide(bucket, used, limit, count, policy_of(bucket))
    return decision.action, decision.reason


@pytest.mark.capability("T17")
@pytest.mark.capability("T21")
@pytest.mark.capability("T37")
@pytest.mark.capability("T42")
@pytest.mark.parametrize("bucket", Bucket, ids=lambda bucket: bucket.value)
def test_every_decision_is_the_one_that_bucket_budget_and_policy_allow(bucket: Bucket) -> None:
    for used, limit, count, lane, is_outage in product(
        RETRIES, LIMITS, COUNTS, Lane, (False, True)
    ):
        policy = DecisionPolicy(lane=lane, is_outage=is_outage)
        found = decide(bucket, used, limit, count, policy)
        assert found == decide(bucket, used, limit, count, policy)
        assert (found.retries_used, found.max_retries) == (used, limit)
        assert found.action == ACTION_OF[found.lane]
        assert found.lane in {LANE_OF[bucket], Lane.ESCALATE}
        if lane is not LANE_OF[bucket]:
            assert found.lane is Lane.ESCALATE
        match found.lane:
            case Lane.PATCH:
                assert bucket is Bucket.CODE_REGRESSION
                assert found.reason == "code evidence present"
            case Lane.RERUN:
                assert bucket is Bucket.FLAKY_TEST
                assert (used, found.reason) == (0, "rerun 1 of 1")
                assert limit >= 1
                assert not is_outage
            case Lane.COOLDOWN:
                assert bucket is Bucket.INFRA_FAULT
                assert used < limit
                assert found.reason == f"retry {used + 1} of {limit}"
                assert not is_outage
            case Lane.ESCALATE:
                told = "systemic" if count > 2 else "policy disallows"
                assert found.reason in ({told, OUTAGE} if is_outage else {told})
        if found.lane is not Lane.ESCALATE:
            assert count <= policy.repeat_cap


@pytest.mark.capability("T18")
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_regression_of_code_goes_to_the_patch_lane(count: int) -> None:
    for used, limit in product(RETRIES, LIMITS):
        assert told(Bucket.CODE_REGRESSION, used, limit, count) == (
            "open_patch_lane",
            "code evidence present",
        )


@pytest.mark.capability("T19")
def test_a_flaky_test_is_run_again_once_on_the_same_commit() -> None:
    assert told(Bucket.FLAKY_TEST, 0, 1, 1) == ("rerun_same_sha", "rerun 1 of 1")
    assert told(Bucket.FLAKY_TEST, 1, 1, 1) == ("escalate", "policy disallows")
    assert told(Bucket.FLAKY_TEST, 1, 2, 1) == ("escalate", "policy disallows")
    assert told(Bucket.FLAKY_TEST, 0, 0, 1) == ("escalate", "policy disallows")


@pytest.mark.capability("T20")
def test_a_fault_of_infrastructure_is_tried_again_after_a_while() -> None:
    assert told(Bucket.INFRA_FAULT, 0, 2, 1) == ("cooldown_retry", "retry 1 of 2")
    assert told(Bucket.INFRA_FAULT, 1, 2, 2) == ("cooldown_retry", "retry 2 of 2")
    assert told(Bucket.INFRA_FAULT, 2, 2, 2) == ("escalate", "policy disallows")
    assert told(Bucket.INFRA_FAULT, 2, 2, 3) == ("escalate", "systemic")


@pytest.mark.capability("T39")
def test_each_bucket_has_a_budget_of_its_own() -> None:
    budgets = {Bucket.FLAKY_TEST: 1, Bucket.INFRA_FAULT: 2}
    tried = {
        bucket: [
            used
            for used in RETRIES
            if decide(bucket, used, limit, 1, policy_of(bucket)).lane is not Lane.ESCALATE
        ]
        for bucket, limit in budgets.items()
    }
    assert tried == {Bucket.FLAKY_TEST: [0], Bucket.INFRA_FAULT: [0, 1]}


@pytest.mark.capability("T21")
@pytest.mark.parametrize("bucket", [Bucket.SECRET_OR_CONFIG, Bucket.UNKNOWN])
@pytest.mark.parametrize(
    ("count", "reason"),
    [(1, "policy disallows"), (2, "policy disallows"), (3, "systemic"), (6, "systemic")],
)
def test_what_no_machine_may_touch_escalates_and_tells_whether_it_is_systemic(
    bucket: Bucket, count: int, reason: str
) -> None:
    assert told(bucket, 0, 2, count) == ("escalate", reason)


@pytest.mark.capability("T37")
@pytest.mark.parametrize("lane", Lane)
def test_a_secret_never_opens_the_patch_lane_whatever_a_policy_says(lane: Lane) -> None:
    decision = decide(Bucket.SECRET_OR_CONFIG, 0, 2, 1, DecisionPolicy(lane=lane))
    assert decision.lane is Lane.ESCALATE


@pytest.mark.parametrize("bucket", [Bucket.FLAKY_TEST, Bucket.INFRA_FAULT])
def test_an_outage_stops_what_would_be_tried_again(bucket: Bucket) -> None:
    policy = DecisionPolicy(lane=LANE_OF[bucket], is_outage=True)
    decision = decide(bucket, 0, 2, 1, policy)
    assert (decision.lane, decision.reason) == (Lane.ESCALATE, OUTAGE)


def test_an_outage_does_not_stop_a_patch() -> None:
    policy = DecisionPolicy(lane=Lane.PATCH, is_outage=True)
    assert decide(Bucket.CODE_REGRESSION, 0, 0, 1, policy).lane is Lane.PATCH


@pytest.mark.parametrize("bucket", [Bucket.CODE_REGRESSION, Bucket.INFRA_FAULT])
@pytest.mark.parametrize("cap", [1, 5, 9])
def test_what_comes_back_too_often_goes_to_a_person(bucket: Bucket, cap: int) -> None:
    policy = DecisionPolicy(lane=LANE_OF[bucket], repeat_cap=cap)
    assert decide(bucket, 0, 2, cap, policy).lane is LANE_OF[bucket]
    beyond = decide(bucket, 0, 2, cap + 1, policy)
    assert (beyond.lane, beyond.reason) == (Lane.ESCALATE, "systemic")


def test_a_decision_stands_in_a_pack_with_its_budget() -> None:
    decision = decide(Bucket.INFRA_FAULT, 1, 2, 2, policy_of(Bucket.INFRA_FAULT))
    assert decision == Decision(
        action="cooldown_retry",
        lane=Lane.COOLDOWN,
        reason="retry 2 of 2",
        retries_used=1,
        max_retries=2,
    )
    assert decision.to_json() == {
        "action": "cooldown_retry",
        "lane": Lane.COOLDOWN.value,
        "reason": "retry 2 of 2",
        "retries_used": 1,
        "max_retries": 2,
    }
