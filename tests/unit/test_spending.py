from __future__ import annotations

import pytest

from curricle.providers.client import Usage
from curricle.providers.prices import Price, Prices, load_prices
from curricle.providers.retry import Attempt
from curricle.runs.calls import Call
from curricle.runs.spending import add_up, describe_spending

TOLD = Usage(input_tokens=1_000_000, output_tokens=100_000)
PRICES = Prices(as_of="2026-06", models={"priced": Price(input=2.0, cached_input=0.5, output=10.0)})


def call(
    answered_by: str | None = "priced", *, code: str | None = None, usage: Usage | None = None
) -> Call:
    return Call(
        name="outline",
        stage="generated",
        provider="remote_llm",
        model=None,
        answered_by=answered_by,
        request="0" * 64,
        answer=None if code == "provider_timeout" else "1" * 64,
        code=code,
        usage=TOLD if usage is None else usage,
        attempts=(Attempt(seconds=1.5, code=code, usage=TOLD if usage is None else usage),),
        seconds=1.5,
    )


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (Usage(input_tokens=1_000_000, output_tokens=0), 2.0),
        (Usage(input_tokens=1_000_000, cached_input_tokens=400_000, output_tokens=0), 1.4),
        (Usage(input_tokens=0, output_tokens=100, reasoning_output_tokens=90), 0.001),
        (Usage(input_tokens=10, cached_input_tokens=99, output_tokens=0), 0.000005),
        (Usage(output_tokens=1), None),
        (Usage(input_tokens=1), None),
    ],
    ids=["input", "cached", "reasoning is output", "odd counts", "no input", "no output"],
)
def test_a_call_costs_what_its_tokens_cost(usage: Usage, cost: float | None) -> None:
    assert PRICES.find_cost("priced", usage) == pytest.approx(cost)


@pytest.mark.parametrize("model", ["unpriced", "priced-mini", "priced-2026", "", None])
def test_a_model_that_is_not_listed_has_no_price(model: str | None) -> None:
    assert PRICES.find_cost(model, Usage(input_tokens=1, output_tokens=1)) is None


def test_a_fixed_version_of_a_model_costs_as_the_model() -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    assert PRICES.find_cost("priced-2026-05-31", usage) == 2.0


def test_calls_are_added_up() -> None:
    silent = call(code="provider_timeout", usage=Usage())
    spending = add_up([call(), call("gpt-next"), silent], PRICES)
    assert (spending.calls, spending.failed, spending.attempts) == (3, 1, 3)
    assert (spending.input_tokens, spending.output_tokens) == (2_000_000, 200_000)
    assert spending.cost_usd == pytest.approx(3.0)
    assert spending.unpriced == ("gpt-next",)
    assert describe_spending(spending) == (
        "3 model calls (1 failed), 4.5 s; 2,000,000 tokens in, 200,000 out;"
        " $3.0000 by list prices of 2026-06; no price is known for gpt-next;"
        " not all tokens of 1 call are known"
    )


def test_calls_that_all_failed_cost_what_nobody_knows() -> None:
    spending = add_up([call(code="provider_timeout", usage=Usage())], PRICES)
    assert (spending.cost_usd, spending.unpriced) == (None, ())
    assert describe_spending(spending).endswith("not all tokens of 1 call are known")


def test_an_answer_that_was_unfit_is_a_failure_that_was_paid_for() -> None:
    spending = add_up([call(code="provider_output_invalid")], PRICES)
    assert (spending.calls, spending.failed) == (1, 1)
    assert spending.cost_usd == pytest.approx(3.0)


def test_answers_whose_tokens_nobody_counts_are_told() -> None:
    spending = add_up([call(usage=Usage()), call(usage=Usage())], PRICES)
    assert (spending.uncounted, spending.unpriced) == (2, ())
    assert describe_spending(spending).endswith("not all tokens of 2 calls are known")
    rejected = call(code="provider_auth_rejected", usage=Usage())
    assert add_up([rejected], PRICES).uncounted == 0


def test_a_model_that_nobody_names_is_the_default_one() -> None:
    assert add_up([call(None)], PRICES).unpriced == ("the default model of remote_llm",)


def test_every_price_of_the_shipped_list_is_possible() -> None:
    prices = load_prices()
    assert prices.as_of
    assert prices.models
    for price in prices.models.values():
        assert 0 < price.cached_input <= price.input <= price.output
