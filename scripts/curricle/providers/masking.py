"""Takes the credentials that the program holds out of a text, by their exact values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection

MASK: Final = "[redacted:credential]"
SECRET_LENGTH_MIN: Final = 7
"""What is shorter is no secret but what local servers are given for one, such as `none`, and
would be cut out of ordinary words."""


def mask(text: str, secrets: Collection[str]) -> str:
    """Return a text without the secrets, also where they stand in it as JSON writes them."""
    for secret in sorted(_spellings(secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def mask_json(value: Any, secrets: Collection[str]) -> Any:
    """Return a JSON value without the secrets in any of its texts."""
    if isinstance(value, str):
        return mask(value, secrets)
    if isinstance(value, Mapping):
        return {mask(name, secrets): mask_json(part, secrets) for name, part in value.items()}
    return [mask_json(part, secrets) for part in value] if isinstance(value, list) else value


def _spellings(secrets: Collection[str]) -> set[str]:
    long_enough = {secret for secret in secrets if len(secret) >= SECRET_LENGTH_MIN}
    return long_enough | {json.dumps(secret)[1:-1] for secret in long_enough}
