"""What the entries of the ledger may say; everything else is refused by name.

Who writes them: `recording.py` and `merging.py`. What follows from them: `indexing.py`.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from curricle.cases.identity import is_case_id
from curricle.cases.moments import is_timestamp
from curricle.failures.bucket import Bucket, Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CASE_FAILED: Final = "case_failed"
JOB_PASSED: Final = "job_passed"
CASE_CORRECTED: Final = "case_corrected"
FINGERPRINT_QUARANTINED: Final = "fingerprint_quarantined"
CASE_PROBED: Final = "case_probed"
CASE_CLOSED: Final = "case_closed"
CASE_ESCALATED: Final = "case_escalated"
"""A bundle of the case was handed to somebody; it changes nothing about the case."""
RULES_REVIEWED: Final = "rules_reviewed"
LEDGER_MENDED: Final = "ledger_mended"
"""About the file itself, so it stays on its machine."""

ORIGIN: Final = "origin"
"""Member of the data that came from another machine: when, by whom, and its entry's digest."""

NAME_LENGTH_MAX: Final = 1_000
_TEXT_LENGTH_MAX: Final = 20_000
_COUNT_MAX: Final = 1_000_000_000
_RULES_MAX: Final = 1_000
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SHARD: Final = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_BUCKETS: Final = frozenset(bucket.value for bucket in Bucket)
_LANES: Final = frozenset(lane.value for lane in Lane)


def find_fault(event: str, data: Mapping[str, Any]) -> str:
    """Return what is wrong with the data of a known event; empty when nothing is."""
    forms = FORMS[event]
    known = forms.keys()
    given = data.keys() - {ORIGIN} if ORIGIN in data else data.keys()
    if given != known:
        missing, odd = sorted(known - given), sorted(given - known)
        return f"it lacks {missing[0]}" if missing else f"{odd[0]!r:.80} is no member of {event}"
    for name, (is_right, expected) in forms.items():
        if not is_right(data[name]):
            return f"{name} is not {expected}"
    return "" if ORIGIN not in data or _is_origin(data[ORIGIN]) else "origin is not one"


def event_key(event: str, at: str, data: Mapping[str, Any]) -> bytes:
    """Return the digest by which an event is the same on two machines.

    `at` is when it was first recorded; where the data came from does not count. It is compared
    and never stored, so any encoding would do, and this is the fastest.
    """
    import orjson

    own = {name: value for name, value in data.items() if name != ORIGIN}
    return hashlib.sha256(orjson.dumps([event, at, own], option=orjson.OPT_SORT_KEYS)).digest()


# NOTE: a million lines pass here, each with a dozen names, hence in one expression.
def _is_name(value: object) -> bool:
    return (
        type(value) is str
        and 0 < len(value) <= NAME_LENGTH_MAX
        and (value.isascii() or _is_unicode(value))
    )


def _is_name_or_null(value: object) -> bool:
    return value is None or (
        type(value) is str
        and 0 < len(value) <= NAME_LENGTH_MAX
        and (value.isascii() or _is_unicode(value))
    )


def _is_text(value: object) -> bool:
    return type(value) is str and 0 < len(value) <= _TEXT_LENGTH_MAX and _is_unicode(value)


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _COUNT_MAX


def _is_attempt(value: object) -> bool:
    return type(value) is int and 1 <= value <= _COUNT_MAX


def _is_shard(value: object) -> bool:
    found = _SHARD.fullmatch(value) if isinstance(value, str) else None
    return found is not None and int(found[1]) <= int(found[2])


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_rules(value: object) -> bool:
    return type(value) is list and len(value) <= _RULES_MAX and all(map(_is_name, value))


def _is_origin(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"at", "actor", "sha256"}
        and is_timestamp(value["at"])
        and _is_name(value["actor"])
        and _is_digest(value["sha256"])
    )


def _one_of(words: frozenset[str]) -> Callable[[object], bool]:
    return lambda value: type(value) is str and value in words


def _or_null(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or check(value)


_Form = tuple["Callable[[object], bool]", str]
_NAME: Final[_Form] = (_is_name, f"a text of 1 to {NAME_LENGTH_MAX} characters")
_NAME_OR_NULL: Final[_Form] = (_is_name_or_null, f"{_NAME[1]} or null")
_TEXT: Final[_Form] = (_is_text, f"a text of 1 to {_TEXT_LENGTH_MAX} characters")
_COUNT: Final[_Form] = (_is_count, "a count")
_CASE: Final[_Form] = (is_case_id, "a case id")
_BUCKET: Final[_Form] = (_one_of(_BUCKETS), f"one of {', '.join(sorted(_BUCKETS))}")
_JOB: Final[Mapping[str, _Form]] = {
    "repo": _NAME_OR_NULL,
    "workflow": _NAME_OR_NULL,
    "job": _NAME_OR_NULL,
    "shard": (_or_null(_is_shard), "N/M with N up to M, or null"),
    "attempt": (_or_null(_is_attempt), "a number from 1 on, or null"),
    "run_id": _NAME_OR_NULL,
    "commit_sha": _NAME_OR_NULL,
}
FORMS: Final[Mapping[str, Mapping[str, _Form]]] = {
    CASE_FAILED: {
        **_JOB,
        "case": _CASE,
        "fingerprint": _NAME,
        "fingerprint_version": _NAME,
        "bucket": _BUCKET,
        "lane": (_one_of(_LANES), f"one of {', '.join(sorted(_LANES))}"),
        "action": _NAME,
        "reason": _TEXT,
        "retries_used": _COUNT,
        "max_retries": _COUNT,
        "rules": (_is_rules, f"a list of up to {_RULES_MAX} names"),
        "pack_sha256": (_is_digest, "a SHA-256"),
    },
    JOB_PASSED: {**_JOB, "fingerprint": _NAME_OR_NULL},
    CASE_CORRECTED: {"case": _CASE, "from": _BUCKET, "bucket": _BUCKET, "why": _TEXT},
    FINGERPRINT_QUARANTINED: {
        "fingerprint": _NAME,
        "owner": _NAME,
        "until": (_is_day, "a day as YYYY-MM-DD"),
        "why": (_or_null(_is_text), f"{_TEXT[1]} or null"),
    },
    CASE_PROBED: {
        "case": _CASE,
        "order": _TEXT,
        "result": (_one_of(frozenset({"passed", "failed"})), "passed or failed"),
    },
    CASE_CLOSED: {
        "case": _CASE,
        "by": (_one_of(frozenset({"probe", "person"})), "probe or person"),
        "why": _TEXT,
    },
    RULES_REVIEWED: {"rules_sha256": (_is_digest, "a SHA-256"), "why": _TEXT},
    CASE_ESCALATED: {
        "case": _CASE,
        "owner": _NAME,
        "bundle_sha256": (_is_digest, "a SHA-256"),
    },
}
"""Event to what each member of its data must be."""
