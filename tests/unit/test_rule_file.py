from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from curricle.errors import RulesInvalidError
from curricle.failures.bucket import Bucket, Lane
from curricle.failures.patterns import RuleSet, find_problem, is_too_general
from curricle.failures.rule_file import SHIPPED, load_rules
from curricle.failures.rules import BucketPolicy, Rule
from curricle.fsio import read_file
from curricle.resources import template_path
from curricle.schema import DocumentKind, check_document
from curricle.yamltext import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

BOOK: Final = load_rules()
ADDED: Final[dict[str, Any]] = {
    "id": "acme-till-jammed",
    "bucket": "infra_fault",
    "match_any": ["the till is jammed"],
    "owner": "shop",
    "review_by": "2027-05-21",
    "example": "error: the till is jammed",
}


def file_of(tmp_path: Path, *rules: dict[str, Any], **members: Any) -> Path:
    path = tmp_path / "rules.yaml"
    document = {"schema_version": "1.0", **members}
    if rules:
        document["rules"] = list(rules)
    path.write_text(yaml.safe_dump(document))
    return path


def why_not(path: Path) -> str:
    with pytest.raises(RulesInvalidError) as caught:
        load_rules(path)
    assert caught.value.details["file"] == str(path)
    message = str(caught.value)
    assert message.startswith(f"the bucket rules in {path}")
    return message.removeprefix(f"the bucket rules in {path}")


def test_the_shipped_rules_are_valid_by_their_schema() -> None:
    assert check_document(DocumentKind.BUCKETS, parse_yaml(read_file(template_path(SHIPPED)))) == ()


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_a_shipped_rule_can_be_used_and_holds_for_its_example(rule: Rule) -> None:
    texts = rule.match_any
    assert [text for text in texts if is_too_general(text)] == []
    assert find_problem(rule) == ""
    assert date.fromisoformat(rule.review_by) > date(2026, 11, 21)
    assert rule.owner


def test_one_pass_over_a_line_finds_every_rule_that_holds_for_it() -> None:
    rules = RuleSet([rule for rule in BOOK.rules if rule.is_textual])
    for rule in BOOK.rules:
        if rule.is_textual:
            assert rule in rules.rules_of(rule.example)


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in BOOK.rules]
    assert len(set(ids)) == len(ids)
    assert len(ids) > 300


@pytest.mark.capability("T8")
@pytest.mark.capability("T39")
def test_each_bucket_has_its_lane_and_its_own_budget() -> None:
    assert BOOK.policies == {
        Bucket.CODE_REGRESSION: BucketPolicy(lane=Lane.PATCH, max_auto_retries=0),
        Bucket.FLAKY_TEST: BucketPolicy(lane=Lane.RERUN, max_auto_retries=1),
        Bucket.INFRA_FAULT: BucketPolicy(lane=Lane.COOLDOWN, max_auto_retries=2),
        Bucket.SECRET_OR_CONFIG: BucketPolicy(lane=Lane.ESCALATE, max_auto_retries=0),
    }
    assert BOOK.policy_of(Bucket.UNKNOWN) == BucketPolicy(lane=Lane.ESCALATE, max_auto_retries=0)


@pytest.mark.capability("T8")
def test_the_shipped_file_says_what_each_bucket_leads_to_in_a_few_lines() -> None:
    document = parse_yaml(read_file(template_path(SHIPPED)))
    assert {
        name: (row["action"], row["max_auto_retries"], len(row["match_any"]))
        for name, row in document["buckets"].items()
    } == {
        "code_regression": ("patch", 0, 3),
        "flaky_test": ("rerun_once", 1, 3),
        "infra_fault": ("cooldown_retry", 2, 3),
        "secret_or_config": ("escalate", 0, 3),
    }


def test_added_rules_come_after_the_shipped_ones_and_are_known_as_added(tmp_path: Path) -> None:
    book = load_rules(file_of(tmp_path, ADDED))
    assert book.rules[:-1] == BOOK.rules
    added = book.rules[-1]
    assert (added.id, added.bucket, added.priority) == (
        "acme-till-jammed",
        Bucket.INFRA_FAULT,
        50,
    )
    assert (added.is_shipped, added.is_guarded) == (False, False)
    assert book.policies == BOOK.policies


@pytest.mark.capability("T8")
def test_plain_strings_of_a_bucket_are_added_too(tmp_path: Path) -> None:
    row = {"action": "escalate", "max_auto_retries": 0, "match_any": ["no key for the till"]}
    book = load_rules(file_of(tmp_path, buckets={"infra_fault": row}))
    assert [rule.match_any for rule in book.rules if not rule.is_shipped] == [
        ("no key for the till",)
    ]
    assert len({rule.id for rule in book.rules}) == len(book.rules)
    assert book.rules[-1].id == "infra-fault-added-1"


def test_a_rule_cannot_take_the_id_that_a_plain_string_has(tmp_path: Path) -> None:
    row = {"action": "escalate", "max_auto_retries": 0, "match_any": ["no key for the till"]}
    path = file_of(tmp_path, ADDED | {"id": "infra-fault-added-1"}, buckets={"infra_fault": row})
    assert why_not(path) == " cannot be used: the id 'infra-fault-added-1' is there twice"


INVALID = {
    "no YAML": (b"rules: [", ":2 cannot be used: "),
    "no UTF-8": (b"rules: \xff", " cannot be used: "),
    "an alias": (b"a: &a [1]\nb: *a\n", " cannot be used: "),
    "a key twice": (b"schema_version: '1.0'\nrules: []\nrules: []\n", " cannot be used: "),
    "a list": (b"- 1\n", " cannot be used: the document: "),
    "nothing": (b"", " cannot be used: "),
    "no version": (b"rules: []\n", " cannot be used: the document: "),
    "another version": (b"schema_version: '2.0'\n", " cannot be used: schema_version: "),
    "an unknown member": (b"schema_version: '1.0'\nlanes: {}\n", " cannot be used: the document: "),
    "a bucket of their own": (
        b"schema_version: '1.0'\nbuckets: {mine: {action: patch, max_auto_retries: 0}}\n",
        " cannot be used: buckets: ",
    ),
    "an action of their own": (
        b"schema_version: '1.0'\nbuckets: {infra_fault: {action: merge, max_auto_retries: 0}}\n",
        " cannot be used: buckets.infra_fault.action: ",
    ),
    "more retries than there are": (
        (
            b"schema_version: '1.0'\n"
            b"buckets: {infra_fault: {action: cooldown_retry, max_auto_retries: 11}}\n"
        ),
        " cannot be used: buckets.infra_fault.max_auto_retries: ",
    ),
}


@pytest.mark.parametrize(("data", "told"), INVALID.values(), ids=INVALID)
def test_a_file_that_is_no_rule_file_is_refused_with_its_place(
    tmp_path: Path, data: bytes, told: str
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(data)
    assert told in why_not(path)


WRONG = {
    "an unknown member": ({"severity": 3}, "rules.0: "),
    "an unknown bucket": ({"bucket": "mine"}, "rules.0.bucket: "),
    "an id that is no name": ({"id": "The Till"}, "rules.0.id: "),
    "a priority beyond all": ({"priority": 101}, "rules.0.priority: "),
    "no owner": ({"owner": ""}, "rules.0.owner: "),
    "a day that is none": ({"review_by": "soon"}, "rules.0.review_by: "),
    "an exit status beyond all": ({"exit_code": [0]}, "rules.0.exit_code.0: "),
    "a kind of their own": ({"kind": ["mine"]}, "rules.0.kind.0: "),
    "a boundary of their own": ({"boundary": "none"}, "rules.0.boundary: "),
    "an empty string": ({"match_any": [""]}, "rules.0.match_any.0: "),
    "too many strings": ({"match_any": ["the till"] * 101}, "rules.0.match_any: "),
    "a shipped id": (
        {"id": "structure-compile"},
        "the shipped rules have the id 'structure-compile' too",
    ),
    "a string that stands everywhere": (
        {"match_any": ["error"], "example": "error"},
        "acme-till-jammed: 'error' stands in nearly every line",
    ),
    "a short string": (
        {"match_any": ["!!"], "example": "!!"},
        "acme-till-jammed: '!!' stands in nearly every line",
    ),
    "an expression with a look ahead": (
        {"match_regex": ["till(?= is)"]},
        "acme-till-jammed: RE2 refuses 'till(?= is)': ",
    ),
    "an expression with a back reference": (
        {"match_regex": [r"(till) \1"]},
        "acme-till-jammed: RE2 refuses ",
    ),
    "an expression that is none": ({"match_regex": ["till("]}, "acme-till-jammed: RE2 refuses "),
    "an expression that is huge": (
        {"match_regex": ["((till{1,900}){1,900}){1,900}"]},
        "acme-till-jammed: RE2 refuses ",
    ),
    "an expression for every line": (
        {"match_regex": [".*"]},
        "acme-till-jammed: '.*' is found in nearly every line",
    ),
    "an expression that may be empty": (
        {"match_regex": ["(the till is jammed)?"]},
        "acme-till-jammed: '(the till is jammed)?' is found in nearly every line",
    ),
    "an expression for everyday lines": (
        {"match_regex": ["(?i)warning|jammed"]},
        "acme-till-jammed: '(?i)warning|jammed' is found in nearly every line",
    ),
    "a step with a look ahead": (
        {"step": "make(?! test)"},
        "acme-till-jammed: RE2 refuses 'make(?! test)': ",
    ),
    "an example that it does not hold for": (
        {"example": "error: the drawer is jammed"},
        "acme-till-jammed: it does not match its own example",
    ),
    "an example that it is cancelled for": (
        {"unless_any": ["error:"]},
        "acme-till-jammed: it does not match its own example",
    ),
    "an example without its signal": (
        {"signal": {"error.code": "jammed"}},
        "acme-till-jammed: it does not match its own example",
    ),
}


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG)
def test_a_rule_that_cannot_be_used_is_refused_by_its_place_or_its_id(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    assert f" cannot be used: {told}" in why_not(file_of(tmp_path, ADDED | change))


@pytest.mark.parametrize("member", ["id", "bucket", "owner", "review_by", "example", "match_any"])
def test_a_rule_that_misses_a_member_is_refused(tmp_path: Path, member: str) -> None:
    rule = {name: value for name, value in ADDED.items() if name != member}
    assert "cannot be used: rules.0: " in why_not(file_of(tmp_path, rule))


def test_an_id_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    told = why_not(file_of(tmp_path, ADDED, deepcopy(ADDED)))
    assert told == " cannot be used: the id 'acme-till-jammed' is there twice"


@pytest.mark.capability("T37")
@pytest.mark.parametrize("bucket", [bucket for bucket in Bucket if bucket is not Bucket.UNKNOWN])
@pytest.mark.parametrize("action", ["patch", "rerun_once", "cooldown_retry", "escalate"])
def test_a_file_can_take_a_lane_away_but_never_give_one(
    tmp_path: Path, bucket: Bucket, action: str
) -> None:
    row = {"action": action, "max_auto_retries": 9}
    path = file_of(tmp_path, buckets={bucket.value: row})
    shipped = BOOK.policies[bucket]
    lanes = {
        "patch": Lane.PATCH,
        "rerun_once": Lane.RERUN,
        "cooldown_retry": Lane.COOLDOWN,
        "escalate": Lane.ESCALATE,
    }
    if lanes[action] in {shipped.lane, Lane.ESCALATE}:
        assert load_rules(path).policies[bucket] == BucketPolicy(
            lane=lanes[action], max_auto_retries=shipped.max_auto_retries
        )
    else:
        assert why_not(path) == (
            f" cannot be used: the lane of {bucket.value} can only stay"
            f" {shipped.lane} or be escalate"
        )


@pytest.mark.capability("T39")
def test_a_file_can_lower_a_budget_only(tmp_path: Path) -> None:
    for wanted, allowed in ((0, 0), (1, 1), (2, 2), (7, 2)):
        row = {"action": "cooldown_retry", "max_auto_retries": wanted}
        book = load_rules(file_of(tmp_path, buckets={"infra_fault": row}))
        assert book.policies[Bucket.INFRA_FAULT].max_auto_retries == allowed
        assert book.policies[Bucket.FLAKY_TEST].max_auto_retries == 1
