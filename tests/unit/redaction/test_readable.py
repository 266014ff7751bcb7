"""What a reader of a bundle needs stays: digests, ids, times, paths and words."""

from __future__ import annotations

import hashlib
import uuid

import pytest

from curricle.redaction.redactor import Redactor

SHA256 = hashlib.sha256(b"a").hexdigest()
SHA1 = hashlib.sha1(b"a", usedforsecurity=False).hexdigest()
RUN_ID = "20261121-120734-asking-a-database-16ea"


@pytest.mark.parametrize(
    "line",
    [
        SHA256,
        f"sha256:{SHA256}",
        f'"digest": "sha256:{SHA256}"',
        f'{{"sha256": "{SHA256}", "path": "outputs/plan.json"}}',
        f"objects/{SHA256}",
        f"plan.json is now {SHA256[:12]}, was {SHA256[12:24]}",
        f"commit {SHA1}",
        f"HEAD is now at {SHA1[:7]} Mend the journal",
        f"trace id {uuid.UUID(int=7**40, version=4)}",
        f'"request_id": "{uuid.UUID(int=7**41, version=4)}"',
        f"run {RUN_ID} failed at stage plan",
        f"runs/{RUN_ID}/outputs/reviews/validation_report.md",
        "2026-11-21T12:07:34.123456Z INFO stage plan done in 12.5 s",
        "outputs/reviews/validation_report.md",
        "Traceback (most recent call last):",
        '  File "scripts/curricle/providers/remote_llm.py", line 221, in _answer',
        "curricle.errors.ProviderBaseUrlInvalidError: it has no host",
        "sha512-" + "q9VhB" + "1dG" * 20 + "==",
        "pip install google-re2==1.1.20251105 --hash=sha256:" + SHA256,
        "Überprüfung abgeschlossen — 100 % 🎉",
        "tokens: 1200 in, 340 out",
        "error[artifact_stale]: plan.json is stale, so iterate cannot start",
    ],
)
def test_a_line_stays_as_it_is(line: str) -> None:
    assert Redactor().redact(line) == line
    assert Redactor().redact(f"before\n  {line}\nafter\n") == f"before\n  {line}\nafter\n"
