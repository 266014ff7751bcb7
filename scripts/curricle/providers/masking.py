"""Takes the credentials that the program holds out of a text, by their exact values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from curricle.printable import without_control_characters

if TYPE_CHECKING:
    from collections.abc import Collection

MASK: Final = "[redacted:credential]"


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


def mask_answer(text: str, secrets: Collection[str]) -> str:
    """Return the text of an answer without the secrets, however JSON writes them.

    A value may hold one only after its escapes are read and its control characters left out, as
    readers of answers do; then the whole is written anew.
    """
    plain = mask(text, secrets).encode(errors="replace").decode()
    if not secrets:
        return plain
    try:
        value = json.loads(plain)
        cleaned = _without_control_characters(value)
        masked = mask_json(cleaned, secrets)
    except (ValueError, RecursionError):
        return plain
    return plain if masked == cleaned else json.dumps(masked, ensure_ascii=False)


def _without_control_characters(value: Any) -> Any:
    if isinstance(value, str):
        return without_control_characters(value)
    if isinstance(value, Mapping):
        return {
            without_control_characters(name): _without_control_characters(part)
            for name, part in value.items()
        }
    return list(map(_without_control_characters, value)) if isinstance(value, list) else value


def _spellings(secrets: Collection[str]) -> set[str]:
    return {*secrets, *(json.dumps(secret)[1:-1] for secret in secrets)} - {""}
