"""Whether a failure keeps to one shard of its job."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNIFICANT: Final = 0.05
_NEGLIGIBLE: Final = 1e-18


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardShare:
    """How many cases of a fingerprint one shard holds."""

    shard: str
    """As `2/5`."""
    cases: int
    fraction: float
    """Of the cases in jobs split into as many shards."""
    probability: float
    """Of so many or more, if all shards were alike."""

    @property
    def is_skewed(self) -> bool:
        """Tell whether the shard holds more than chance explains."""
        return self.probability < SIGNIFICANT


def shard_shares(cases: Mapping[str, int]) -> tuple[ShardShare, ...]:
    """Return the share of each shard, the largest first, from `2/5` to its number of cases.

    A job may be split anew at any time: shards count only with those of the same split.
    """
    totals: dict[int, int] = {}
    for shard, count in cases.items():
        totals[_split(shard)] = totals.get(_split(shard), 0) + count
    shares = [
        ShardShare(
            shard=shard,
            cases=count,
            fraction=count / totals[_split(shard)],
            probability=binomial_tail(count, totals[_split(shard)], 1 / _split(shard)),
        )
        for shard, count in cases.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.cases, share.shard)))


def binomial_tail(least: int, tries: int, chance: float) -> float:
    """Return the probability of `least` or more successes in `tries`.

    Summed term by term, not approximated: a fingerprint has few cases.
    """
    if least <= 0 or chance >= 1:
        return 1.0
    term = exp(
        lgamma(tries + 1)
        - lgamma(least + 1)
        - lgamma(tries - least + 1)
        + least * log(chance)
        + (tries - least) * log(1 - chance)
    )
    total = 0.0
    for successes in range(least, tries + 1):
        total += term
        term *= (tries - successes) / (successes + 1) * chance / (1 - chance)
        if successes > tries * chance and term < total * _NEGLIGIBLE:
            break
    return min(1.0, total)


def _split(shard: str) -> int:
    return int(shard.partition("/")[2])
