"""Takes secrets out of documents, value by value, so that they stay documents of their kind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curricle.redaction.redactor import Redactor, find_left

if TYPE_CHECKING:
    from collections.abc import Mapping


def without_secrets(documents: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return JSON documents in which no text holds a secret; those without any as they are.

    What one of them gives away is masked in all, also where it stands in a name.
    """
    texts = [json.dumps(document, ensure_ascii=False) for document in documents.values()]
    if not any(find_left(text) for text in texts):
        return documents
    redactor = Redactor()
    for text in texts:
        redactor.learn(text)
    return {name: _redacted(document, redactor) for name, document in documents.items()}


def _redacted(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, str):
        return redactor.redact(value)
    if isinstance(value, dict):
        return {redactor.redact(name): _redacted(part, redactor) for name, part in value.items()}
    return [_redacted(part, redactor) for part in value] if isinstance(value, list) else value
