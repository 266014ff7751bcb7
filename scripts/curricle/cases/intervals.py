"""How sure a rate is that was measured on a few tries."""

from __future__ import annotations

from math import sqrt
from typing import Final

_Z: Final = 1.959963984540054
"""Quantile of the normal distribution that leaves 2.5 % on each side."""


def wilson_interval(passed: int, total: int) -> tuple[float, float]:
    """Return the bounds, both in 0 to 1, that hold the true rate with 95 % confidence.

    With no tries at all nothing is known, and the bounds are 0 and 1.

    Raises:
        ValueError: `passed` is no part of `total`.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    J. Am. Stat. Assoc. 22 (1927) 209-212; recommended for few tries by Brown, Cai and DasGupta,
    Interval estimation for a binomial proportion, Statist. Sci. 16 (2001) 101-133.
    """
    if not 0 <= passed <= total:
        raise ValueError(f"{passed} of {total} is no share")
    if total == 0:
        return 0.0, 1.0
    rate = passed / total
    scale = 1 + _Z**2 / total
    middle = (rate + _Z**2 / (2 * total)) / scale
    half = _Z / scale * sqrt(rate * (1 - rate) / total + _Z**2 / (4 * total**2))
    # At the ends the bound is the rate itself, which rounding would miss by a hair.
    low = 0.0 if passed == 0 else max(0.0, middle - half)
    high = 1.0 if passed == total else min(1.0, middle + half)
    return low, high
