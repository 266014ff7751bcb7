"""The rules in force, compiled once, and what they say of the failures they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curricle.extraction.failure import Failure, find_failure
from curricle.failures.identity import Identity, identity_of
from curricle.failures.matching import Verdict, judge
from curricle.failures.patterns import RuleSet
from curricle.triage.redacting import without_secrets

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Set as AbstractSet

    from curricle.failures.rules import RuleBook
    from curricle.logs.held import HeldLog


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A failure, the bucket it falls into, and what makes it the same as another."""

    failure: Failure
    verdict: Verdict
    identity: Identity


class Judge:
    """Says what a failure is, by the rules of one book.

    `credentials` are values that are masked wherever they stand, beside all that look like secrets.
    """

    def __init__(self, book: RuleBook, credentials: Collection[str] = ()) -> None:
        self.book = book
        self._credentials = credentials
        self._rules = RuleSet([rule for rule in book.rules if rule.is_textual])
        self._structure = tuple(rule for rule in book.rules if not rule.is_textual)

    def of_log(self, held: HeldLog, green: AbstractSet[int] = frozenset()) -> Judged:
        """Return what a log says, `green` being templates of lines that do not count."""
        return self.of_failure(find_failure(held, green))

    def of_failure(self, failure: Failure) -> Judged:
        """Return what a failure is, without its secrets."""
        failure = without_secrets(failure, self._credentials)
        verdict = judge(self._rules, self._structure, failure)
        return Judged(
            failure=failure, verdict=verdict, identity=identity_of(failure, verdict.bucket)
        )
