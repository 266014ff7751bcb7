"""A model that can be asked, and how patiently: what a chosen provider is before there is a run."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.providers.retry import Pace

if TYPE_CHECKING:
    from curricle.providers.client import Client
    from curricle.providers.settings import ModelSettings

REAL_PACE: Final = Pace(clock=time.monotonic, sleep=time.sleep, jitter=random.random)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelAccess:
    """A client with its settings; `steps/calls.py` makes a provider of it that keeps a record."""

    client: Client
    settings: ModelSettings
    pace: Pace = REAL_PACE

    @property
    def name(self) -> str:
        """Return the name it is chosen by."""
        return self.client.name
