"""The identity of a typed failure across runs, machines and times.

A readable prefix, `code:what it is about`, and a digest of the message in which all that differs
from one time to the next is masked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import sha256_hex
from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

FINGERPRINT_VERSION: Final = "1"
_DIGITS: Final = 12
_SUBJECTS: Final = ("file", "artifact", "variable", "report", "provider", "path", "missing")
"""Details that say what an error is about, the most telling first."""
_SUBJECT_LENGTH_MAX: Final = 60
_MASKS: Final = (
    (re.compile(r"\d{8}-\d{6}-[a-z0-9-]+-[0-9a-f]{4}"), "RUN"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?"), "TIME"),
    (re.compile(r"(?<![\w.:/])/[^\s'\",;:]*/"), "…/"),
    (re.compile(r"\b[0-9a-f]{8,64}\b"), "HEX"),
    (re.compile(r"\d+(\.\d+)?"), "N"),
)


def fingerprint_of(code: str, message: str, details: Mapping[str, Any]) -> str:
    """Return the fingerprint of a typed failure, such as `topic_spec_invalid:topic_spec.json@…`.

    Run ids, times, folders, digests and numbers do not count; the rules that were broken do.
    """
    rules = details.get("rules")
    broken = sorted(map(str, rules)) if isinstance(rules, list) else []
    # How often a rule is broken does not count, so neither does the sentence that counts.
    facts = [code, *(broken or [normalise(message)])]
    digest = sha256_hex("\0".join(facts).encode(errors="replace"))
    return with_digest(f"{code}:{_subject(details)}", digest)


def with_digest(prefix: str, sha256: str) -> str:
    """Return a fingerprint: what is readable, the version of its rules, and the first digits."""
    # No colon before the digest: after a variable's name it would look like the key itself.
    return f"{prefix}@v{FINGERPRINT_VERSION}-{sha256[:_DIGITS]}"


def normalise(message: str) -> str:
    """Return a message without what differs from time to time."""
    for pattern, mask in _MASKS:
        message = pattern.sub(mask, message)
    return message


def _subject(details: Mapping[str, Any]) -> str:
    for name in _SUBJECTS:
        value = details.get(name)
        if isinstance(value, str) and value:
            shown = one_line(value.rpartition("/")[2] or value, _SUBJECT_LENGTH_MAX)
            return normalise(shown).replace(":", "_")
    return "-"
