"""What tokens cost, by the price list that ships with the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.fsio import read_file
from curricle.resources import template_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.providers.client import Usage

_MILLION: Final = 1_000_000
_DATE: Final = re.compile(r"-\d{4}-\d{2}-\d{2}$")
"""How the name of a model's fixed version ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    cached_input: float
    output: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """A price list."""

    as_of: str
    models: Mapping[str, Price]

    def find_cost(self, model: str | None, usage: Usage) -> float | None:
        """Return what a call cost in US dollars; None where its model or tokens are not known."""
        price = self.models.get(_DATE.sub("", model)) if model else None
        if price is None or usage.input_tokens is None or usage.output_tokens is None:
            return None
        cached = min(usage.cached_input_tokens or 0, usage.input_tokens)
        fresh = usage.input_tokens - cached
        total = (
            fresh * price.input + cached * price.cached_input + usage.output_tokens * price.output
        )
        return total / _MILLION


def load_prices() -> Prices:
    """Return the list that ships with the program."""
    import yaml

    document = yaml.safe_load(read_file(template_path("prices.yaml")))
    return Prices(
        as_of=document["as_of"],
        models={name: Price(**row) for name, row in document["models"].items()},
    )
