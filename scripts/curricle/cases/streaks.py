"""On how many commits in a row a job had passed before a failure was first seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def passed_streak(outcomes: Iterable[tuple[int, str, bool]]) -> int:
    """Return how many commits passed before one that did not.

    `outcomes` are commit, shard and whether it passed, newest first. A commit passed when the
    newest outcome of each of its shards did, so one that passed on a rerun did.
    """
    has_passed: dict[int, bool] = {}
    seen: set[tuple[int, str]] = set()
    for commit, shard, is_pass in outcomes:
        if (commit, shard) in seen:
            continue
        seen.add((commit, shard))
        has_passed[commit] = has_passed.get(commit, True) and is_pass
    streak = 0
    for is_pass in has_passed.values():
        if not is_pass:
            break
        streak += 1
    return streak
