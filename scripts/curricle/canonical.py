"""The one way in which JSON is written, and the digest of bytes.

Same value, same bytes, on any machine. What is read: `jsontext.py`.
"""

from __future__ import annotations

import hashlib
import json


def document_bytes(value: object) -> bytes:
    """Return a JSON document: UTF-8, sorted keys, two spaces, a final newline."""
    import orjson

    try:
        body = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    except TypeError:
        # NOTE: orjson stops at 64 bits; a document may carry integers of 30 digits.
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
        body = text.encode()
    return body + b"\n"


def line_bytes(value: object) -> bytes:
    """Return a JSON object as one line: UTF-8, sorted keys, no spaces, a final newline."""
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
    )
    return text.encode() + b"\n"


def is_same_json(one: object, other: object) -> bool:
    """Tell whether two values are written alike: to Python `1`, `1.0` and `True` are equal."""
    import orjson

    if one != other:
        return False
    try:
        return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(
            other, option=orjson.OPT_SORT_KEYS
        )
    except TypeError:
        return document_bytes(one) == document_bytes(other)


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
