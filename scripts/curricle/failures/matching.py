"""Holds bucket rules against a failure, and says which bucket they lead to, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.failures.bucket import Bucket
from curricle.failures.patterns import RuleSet, find_step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from curricle.extraction.failure import Failure, Line
    from curricle.failures.rules import Rule

_OTHER_LOSS: Final = 24
"""What a rule's priority loses when its line tells of another failure in the same log."""
_AROUND_LOSS: Final = 16
"""What it loses when its line only stands near the end of the failed step."""
_LINES_MAX: Final = 5_000
_DOUBT: Final = 6
"""So near to a patch, a permission or configuration that may be wrong goes to a person."""
_WEAK: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleHit:
    """A rule that holds, and where."""

    rule: Rule
    line: Line
    score: int
    """The rule's priority, less where the line is not of the failure itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The bucket of a failure, and what it rests on."""

    bucket: Bucket
    hits: tuple[RuleHit, ...]
    """The one that decided first; empty when nothing held."""
    why: str
    is_fork_boundary: bool = False


def judge(rules: RuleSet, structure: Sequence[Rule], failure: Failure) -> Verdict:
    """Return the bucket of a failure.

    `structure` are the rules that ask for no text, only for a kind of lines or an exit status.
    """
    hits = sorted(
        _hits(rules, structure, failure),
        key=lambda hit: (-hit.score, not hit.rule.is_guarded, hit.line.number),
    )
    hits = _best_of_each(hits)
    if not hits:
        return Verdict(bucket=Bucket.UNKNOWN, hits=(), why="no rule holds for these lines")
    return _verdict(hits)


def _verdict(hits: list[RuleHit]) -> Verdict:
    top = hits[0]
    guarded = next((hit for hit in hits if hit.rule.is_guarded), None)
    fork = next((hit for hit in hits if hit.rule.is_fork_boundary), None)
    shipped = next((hit for hit in hits if hit.rule.is_shipped), top)
    if fork is not None and fork.score >= shipped.score - _DOUBT:
        return Verdict(
            bucket=Bucket.SECRET_OR_CONFIG,
            hits=_first(hits, fork),
            why=f"{fork.rule.id}: what a pull request from a fork is expected to be denied",
            is_fork_boundary=True,
        )
    if guarded is not None and not top.rule.is_shipped:
        return Verdict(
            bucket=guarded.rule.bucket,
            hits=_first(hits, guarded),
            why=f"{guarded.rule.id}, which no added rule outranks",
        )
    secret = next((h for h in hits if h.rule.bucket is Bucket.SECRET_OR_CONFIG), None)
    if (
        secret is not None
        and top.rule.bucket is Bucket.CODE_REGRESSION
        and (secret.score >= top.score - _DOUBT or not top.rule.is_textual)
        and secret.score > _WEAK
    ):
        return Verdict(
            bucket=Bucket.SECRET_OR_CONFIG,
            hits=_first(hits, secret),
            why=f"{secret.rule.id} comes close to {top.rule.id}: in doubt a person decides",
        )
    if top.score < _WEAK:
        return Verdict(
            bucket=Bucket.UNKNOWN, hits=tuple(hits), why=f"only {top.rule.id} holds, from afar"
        )
    return Verdict(bucket=top.rule.bucket, hits=tuple(hits), why=top.rule.id)


def _first(hits: list[RuleHit], lead: RuleHit) -> tuple[RuleHit, ...]:
    return (lead, *[hit for hit in hits if hit is not lead])


def _best_of_each(hits: Iterable[RuleHit]) -> list[RuleHit]:
    found: dict[str, RuleHit] = {}
    for hit in hits:
        found.setdefault(hit.rule.id, hit)
    return list(found.values())


def _hits(rules: RuleSet, structure: Sequence[Rule], failure: Failure) -> Iterator[RuleHit]:
    main = [line for block in failure.blocks if block.is_main for line in block.lines]
    other = [line for block in failure.blocks if not block.is_main for line in block.lines]
    known = {
        line.number: line.text
        for lines in (failure.around, failure.surroundings, other, main)
        for line in lines
    }
    seen: set[int] = set()
    for lines, loss in (
        (main[:_LINES_MAX], 0),
        (other, _OTHER_LOSS),
        (failure.surroundings, _AROUND_LOSS),
    ):
        for line in lines:
            if line.number in seen:
                continue
            seen.add(line.number)
            for rule in rules.rules_of(line.text):
                if _conditions_hold(rule, failure) and _is_near(rule, line, known):
                    yield RuleHit(rule=rule, line=line, score=rule.priority - loss)
    if failure.blocks:
        for rule in structure:
            if _conditions_hold(rule, failure):
                yield RuleHit(rule=rule, line=failure.blocks[0].key, score=rule.priority)


def _conditions_hold(rule: Rule, failure: Failure) -> bool:
    kinds = {block.kind.value for block in failure.blocks if block.is_main}
    return (
        (not rule.tools or bool(rule.tools & failure.tools))
        and (not rule.kinds or bool(rule.kinds & kinds))
        and (not rule.exit_codes or failure.exit_code in rule.exit_codes)
        and (not rule.step or find_step(rule.step, failure.step_command))
    )


def _is_near(rule: Rule, line: Line, known: Mapping[int, str]) -> bool:
    if rule.near is None:
        return True
    numbers = range(line.number - rule.near.lines, line.number + rule.near.lines + 1)
    around = [known[number] for number in numbers if number in known]
    return any(text in one for text in rule.near.match_any for one in around)
