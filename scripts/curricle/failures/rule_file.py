"""Reads bucket rules: the file that ships with the program, and one that is named on purpose.

Rules that are added can neither lower nor outrank the shipped ones of `secret_or_config` and of
the boundary of forks, and a bucket's lane is not theirs to change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import sha256_hex
from curricle.errors import RulesInvalidError
from curricle.failures.bucket import Bucket, Lane
from curricle.failures.patterns import find_problem
from curricle.failures.rules import (
    LANE_OF_ACTION,
    BucketPolicy,
    RuleBook,
    plain_rules,
    rule_from_json,
)
from curricle.fsio import read_file
from curricle.pointers import parts_of
from curricle.resources import template_path
from curricle.schema import DocumentKind, check_document
from curricle.yamltext import MalformedYamlError, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SHIPPED: Final = "buckets.yaml"


def load_rules(extra: Path | None = None) -> RuleBook:
    """Return the shipped rules, and those of a file.

    Raises:
        RulesInvalidError: the file is no YAML of its schema, has an id twice, an expression that
            RE2 refuses or a text that everything holds, or a rule that does not match its example.
        IoError, PermissionDeniedError: it cannot be read.
    """
    shipped = _book(template_path(SHIPPED), is_shipped=True)
    if extra is None:
        return shipped
    added = _book(extra, is_shipped=False)
    known = {rule.id for rule in shipped.rules}
    for rule in added.rules:
        if rule.id in known:
            raise RulesInvalidError(str(extra), f"the shipped rules have the id {rule.id!r} too")
        why = find_problem(rule)
        if why:
            raise RulesInvalidError(str(extra), f"{rule.id}: {why}")
    policies = dict(shipped.policies)
    for bucket, policy in added.policies.items():
        policies[bucket] = _lowered(extra, bucket, policies[bucket], policy)
    return RuleBook(
        rules=(*shipped.rules, *added.rules),
        policies=policies,
        sha256=sha256_hex(f"{shipped.sha256} {added.sha256}".encode()),
    )


def _book(path: Path, *, is_shipped: bool) -> RuleBook:
    name = path.name if is_shipped else str(path)
    data = read_file(path)
    try:
        document = parse_yaml(data)
    except MalformedYamlError as error:
        raise RulesInvalidError(name, error.why, line=error.line) from error
    if not is_shipped:
        _verify(name, document)
    rows: Mapping[str, Mapping[str, Any]] = document.get("buckets", {})
    rules = [rule_from_json(row, is_shipped=is_shipped) for row in document.get("rules", ())]
    rules += [
        rule
        for bucket, row in rows.items()
        for rule in plain_rules(Bucket(bucket), row, is_shipped=is_shipped)
    ]
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RulesInvalidError(name, f"the id {rule.id!r} is there twice")
        seen.add(rule.id)
    return RuleBook(
        rules=tuple(rules),
        policies={
            Bucket(bucket): BucketPolicy(
                lane=LANE_OF_ACTION[row["action"]], max_auto_retries=row["max_auto_retries"]
            )
            for bucket, row in rows.items()
        },
        sha256=sha256_hex(data),
    )


def _verify(name: str, document: Any) -> None:
    # The shipped file is held against its schema by a test: it is read in every triage.
    if violations := check_document(DocumentKind.BUCKETS, document):
        first = violations[0]
        place = ".".join(parts_of(first.pointer)) or "the document"
        raise RulesInvalidError(name, f"{place}: {first.message}")


def _lowered(
    path: Path, bucket: Bucket, shipped: BucketPolicy, policy: BucketPolicy
) -> BucketPolicy:
    if policy.lane not in {shipped.lane, Lane.ESCALATE}:
        raise RulesInvalidError(
            str(path), f"the lane of {bucket.value} can only stay {shipped.lane} or be escalate"
        )
    return BucketPolicy(
        lane=policy.lane,
        max_auto_retries=min(policy.max_auto_retries, shipped.max_auto_retries),
    )
