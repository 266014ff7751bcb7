"""Moments as they stand in the ledger, and as the index counts them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def is_timestamp(value: object) -> bool:
    """Tell whether a value is a moment in the one form of the ledger."""
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def microseconds_of(moment: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def microseconds_at(timestamp: str) -> int:
    """Return a timestamp of the ledger as microseconds since 1970.

    Raises:
        ValueError: it is none.
    """
    if not _TIMESTAMP.fullmatch(timestamp):
        raise ValueError(timestamp)
    return (datetime.fromisoformat(timestamp) - _EPOCH) // _MICROSECOND


def moment_of(microseconds: int) -> datetime:
    """Return the moment of so many microseconds since 1970, in UTC."""
    return _EPOCH + microseconds * _MICROSECOND
