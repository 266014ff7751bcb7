"""The rules by which the failure of a CI job falls into a bucket, and what each leads to.

How a file of them is read: `rule_file.py`. How they are held against a failure: `matching.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.failures.bucket import Bucket, Lane

if TYPE_CHECKING:
    from collections.abc import Mapping

PRIORITY: Final = 50
"""Of a rule that names none."""
PLAIN_PRIORITY: Final = 30
"""Of the plain strings of a bucket."""
FORK: Final = "fork"
LANE_OF_ACTION: Final[Mapping[str, Lane]] = {
    "patch": Lane.PATCH,
    "rerun_once": Lane.RERUN,
    "cooldown_retry": Lane.COOLDOWN,
    "escalate": Lane.ESCALATE,
}
"""The words of a rule file for the lanes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """A condition: one of some strings stands within so many lines."""

    match_any: tuple[str, ...]
    lines: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One signature of a failure."""

    id: str
    bucket: Bucket
    priority: int
    owner: str
    review_by: str
    """An ISO date."""
    example: str
    is_shipped: bool
    is_fork_boundary: bool = False
    match_any: tuple[str, ...] = ()
    match_regex: tuple[str, ...] = ()
    tools: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    step: str = ""
    near: Near | None = None
    unless_any: tuple[str, ...] = ()
    exit_codes: frozenset[int] = frozenset()
    signal: tuple[tuple[str, str], ...] = ()

    @property
    def is_guarded(self) -> bool:
        """Whether no rule of a user may win against it."""
        return self.is_shipped and (self.bucket is Bucket.SECRET_OR_CONFIG or self.is_fork_boundary)

    @property
    def is_textual(self) -> bool:
        """Whether the rule asks for something in a line."""
        return bool(self.match_any or self.match_regex or self.signal)


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketPolicy:
    """What a bucket leads to."""

    lane: Lane
    max_auto_retries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleBook:
    """All rules, and what each bucket leads to."""

    rules: tuple[Rule, ...]
    policies: Mapping[Bucket, BucketPolicy]
    sha256: str
    """Of the files that they come from."""

    def policy_of(self, bucket: Bucket) -> BucketPolicy:
        """Return what a bucket leads to; what is in none is for a person."""
        return self.policies.get(bucket, BucketPolicy(lane=Lane.ESCALATE, max_auto_retries=0))


def rule_from_json(row: Mapping[str, Any], *, is_shipped: bool) -> Rule:
    """Return the rule of a row that passed its schema."""
    near = row.get("near")
    return Rule(
        id=row["id"],
        bucket=Bucket(row["bucket"]),
        priority=row.get("priority", PRIORITY),
        owner=row["owner"],
        review_by=row["review_by"],
        example=row["example"],
        is_shipped=is_shipped,
        is_fork_boundary=row.get("boundary") == FORK,
        match_any=tuple(row.get("match_any", ())),
        match_regex=tuple(row.get("match_regex", ())),
        tools=frozenset(row.get("tool", ())),
        kinds=frozenset(row.get("kind", ())),
        step=row.get("step", ""),
        near=Near(match_any=tuple(near["match_any"]), lines=near["lines"]) if near else None,
        unless_any=tuple(row.get("unless_any", ())),
        exit_codes=frozenset(row.get("exit_code", ())),
        signal=tuple(row.get("signal", {}).items()),
    )


def plain_rules(bucket: Bucket, row: Mapping[str, Any], *, is_shipped: bool) -> tuple[Rule, ...]:
    """Return the plain strings of a bucket as rules."""
    return tuple(
        Rule(
            id=f"{bucket.value.replace('_', '-')}-{'plain' if is_shipped else 'added'}-{number}",
            bucket=bucket,
            priority=PLAIN_PRIORITY,
            owner="curricle",
            review_by="9999-12-31",
            example=text,
            is_shipped=is_shipped,
            match_any=(text,),
        )
        for number, text in enumerate(row.get("match_any", ()), start=1)
    )
