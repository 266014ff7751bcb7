"""What the questions of a run to models add up to: calls, tokens, cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.errors import (
    ProviderOutputInvalidError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from curricle.printable import counted, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curricle.providers.prices import Prices
    from curricle.providers.retry import Attempt
    from curricle.runs.calls import Call


_MAY_COST: Final = {
    None,
    ProviderOutputInvalidError.code,
    ProviderTimeoutError.code,
    ProviderUnavailableError.code,
}
"""Codes of attempts that a server may have worked on; None where it answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """A sum over calls, with what attempts in vain took where the server told it."""

    calls: int
    """Questions that were put, each with all its attempts."""
    failed: int
    attempts: int
    seconds: float
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    cost_usd: float | None
    """Of the calls whose price is known; None where that is none."""
    unpriced: tuple[str, ...]
    """Models that have no known price."""
    uncounted: int
    """Calls of which nobody knows all tokens: an attempt may have cost some and did not tell."""
    prices_as_of: str

    def to_json(self) -> dict[str, Any]:
        """Return the sum as `status --json` tells it."""
        return {**asdict(self), "unpriced": list(self.unpriced)}


def add_up(calls: Sequence[Call], prices: Prices) -> Spending:
    """Return what calls add up to."""
    told = [call for call in calls if call.usage.input_tokens is not None]
    costs = [prices.find_cost(_model_of(call), call.usage) for call in told]
    known = [cost for cost in costs if cost is not None]
    return Spending(
        calls=len(calls),
        failed=sum(call.code is not None for call in calls),
        attempts=sum(len(call.attempts) for call in calls),
        seconds=sum(call.seconds for call in calls),
        input_tokens=sum(call.usage.input_tokens or 0 for call in calls),
        cached_input_tokens=sum(
            min(call.usage.cached_input_tokens or 0, call.usage.input_tokens or 0) for call in calls
        ),
        output_tokens=sum(call.usage.output_tokens or 0 for call in calls),
        reasoning_output_tokens=sum(call.usage.reasoning_output_tokens or 0 for call in calls),
        cost_usd=sum(known) if known else None,
        unpriced=tuple(
            sorted(
                {
                    _model_of(call) or f"the default model of {call.provider}"
                    for call, cost in zip(told, costs, strict=True)
                    if cost is None
                }
            )
        ),
        uncounted=sum(any(map(_is_uncounted, call.attempts)) for call in calls),
        prices_as_of=prices.as_of,
    )


def _is_uncounted(attempt: Attempt) -> bool:
    return attempt.usage.input_tokens is None and attempt.code in _MAY_COST


def _model_of(call: Call) -> str | None:
    return call.answered_by or call.model


def describe_spending(spending: Spending) -> str:
    """Return a sum in words."""
    failed = f" ({spending.failed} failed)" if spending.failed else ""
    cached = f" ({spending.cached_input_tokens:,} cached)" if spending.cached_input_tokens else ""
    return (
        f"{counted(spending.calls, 'model call')}{failed}, {spending.seconds:.1f} s;"
        f" {spending.input_tokens:,} tokens in{cached}, {spending.output_tokens:,} out;"
        f" {_cost(spending)}"
    )


def _cost(spending: Spending) -> str:
    known = (
        ""
        if spending.cost_usd is None
        else f"${spending.cost_usd:,.4f} by list prices of {spending.prices_as_of}"
    )
    models = listed(spending.unpriced[:3], len(spending.unpriced))
    unknown = f"no price is known for {models}" if spending.unpriced else ""
    calls = counted(spending.uncounted, "call")
    uncounted = f"not all tokens of {calls} are known" if spending.uncounted else ""
    return "; ".join(filter(None, [known, unknown, uncounted])) or "no cost"
