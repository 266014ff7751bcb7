from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from curricle.extraction.scanning import find_candidates
from curricle.failures.bucket import Bucket
from curricle.failures.rule_file import load_rules
from curricle.logs.held import hold_log
from curricle.triage.facts import JobFacts
from curricle.triage.judge import Judge, Judged
from curricle.triage.packing import pack_failure
from curricle.triage.probe import probe_commands

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

BOOK: Final = load_rules()
PRIVATE: Final = """\
-----BEGIN RSA PRIVATE KEY-----
MIIEpAIBAAKCAQEAx81kQpw77LmNabcdefghij
MIIEpAIBAAKCAQEAx81kQpw77LmNabcdefghik
-----END RSA PRIVATE KEY-----
"""


def judged(log: str, *credentials: str) -> Judged:
    held = hold_log([log.encode()], find_candidates)
    return Judge(BOOK, credentials).of_log(held)


def pack_of(log: str, *credentials: str) -> Mapping[str, Any]:
    return pack_failure(judged(log, *credentials), JobFacts(), BOOK).to_json()


def test_a_fingerprint_does_not_depend_on_a_secret() -> None:
    one, other = (
        judged(f"$ ./deploy\nError: network timed out: password={secret}\nmake: *** [x] Error 1\n")
        for secret in ("hunter2hunter2zz", "correcthorse9battery")
    )
    assert one.identity == other.identity
    assert "hunter2" not in repr(one)


def test_what_one_line_tells_to_be_a_secret_is_masked_in_all() -> None:
    log = "export DB_PASSWORD=Zx81kQpw77LmN\nError: cannot log in as admin with Zx81kQpw77LmN\n"
    told = repr(pack_of(log))
    assert "Zx81kQpw77LmN" not in told
    assert "cannot log in as admin with [redacted:" in told


def test_values_of_variables_are_masked_wherever_they_stand() -> None:
    log = "$ curl\n--- FAIL: TestTree (0.0s)\n    a_test.go:1: got plumtree7 of ours\nFAIL\n"
    told = repr(judged(log, "plumtree7"))
    assert "TestTree" in told
    assert "plumtree7" not in told


def test_a_private_key_leaves_every_line_its_number() -> None:
    log = (
        f"--- FAIL: TestKey (0.0s)\n    k_test.go:3: bad key\n{PRIVATE}    k_test.go:9: end\nFAIL\n"
    )
    failure = judged(log.replace("-----", "    -----").replace("MIIE", "    MIIE")).failure
    lines = {line.number: line.text for line in failure.blocks[0].lines}
    assert lines[2].endswith("bad key")
    assert {lines[number] for number in range(3, 7)} == {"[redacted:private-key]"}
    assert lines[7].endswith("end")


@pytest.mark.capability("T37", "T42")
@pytest.mark.parametrize(
    "line",
    [
        "PermissionError: [Errno 13] Permission denied: '/var/lib/app'",
        "java.nio.file.AccessDeniedException: /srv/data",
        "Error: Invalid API key",
        'psycopg2.OperationalError: FATAL:  password authentication failed for user "app"',
        "RefreshError: invalid_grant",
        "jwt.exceptions.ExpiredSignatureError: Signature has expired",
        "RuntimeError: Missing credentials for service account",
        "panic: required key STRIPE_KEY missing value",
        "ValueError: Missing or empty API token",
        "Error: EACCES: permission denied, open '/home/ci/.npmrc'",
    ],
)
def test_what_may_be_a_matter_of_permission_is_no_patch(line: str) -> None:
    alone = f"$ make\n{line}\nmake: *** [x] Error 1\n"
    in_test = f"""\
=================================== FAILURES ===================================
___________________________________ test_app ___________________________________

    def test_app():
>       client()

tests/test_app.py:3:
E   {line}

tests/test_app.py:9: Error
=========================== short test summary info ============================
"""
    for log in (alone, in_test):
        assert judged(log).verdict.bucket is Bucket.SECRET_OR_CONFIG, log


def test_what_stands_in_the_middle_of_a_long_block_counts() -> None:
    lines = "\n".join(f"    step {number} of the client" for number in range(190))
    middle = lines.replace("step 95 ", "Missing required environment variable: PAY_KEY ")
    log = f"--- FAIL: TestPay (0.0s)\n{middle}\nFAIL\n"
    assert judged(log).verdict.bucket is Bucket.SECRET_OR_CONFIG


@pytest.mark.parametrize(
    ("fingerprint", "test", "commands"),
    {
        "a parameter with a dot": (
            "pytest-assertionerror:test_a.py:test_speed@v1-0",
            "test_speed[1.5]",
            ["python -m pytest tests/test_a.py -k test_speed"],
        ),
        "a jest name with an expression's characters": (
            "jest-error:a.test.js:math@v1-0",
            "math › adds (1+1)",
            [r"npx jest tests/test_a.py -t 'math adds \(1\+1\)'"],
        ),
        "no test": ("pytest-error:-:-@v1-0", "", ["# run the failing test alone"]),
    }.values(),
    ids=["a parameter with a dot", "a jest name with an expression's characters", "no test"],
)
def test_a_probe_names_the_test_as_its_runner_does(
    fingerprint: str, test: str, commands: list[str]
) -> None:
    pack = {
        "fingerprint": fingerprint,
        "failing_tests": [test] if test else [],
        "suspect_files": ["tests/test_a.py"],
        "first_failure_line": "it failed",
    }
    told = probe_commands(pack)
    assert told[0].startswith(commands[0])


def test_an_added_rule_does_not_take_the_boundary_of_forks_away() -> None:
    fork = next(rule for rule in BOOK.rules if rule.is_fork_boundary and rule.near is None)
    louder = replace(
        fork,
        id="mine",
        is_shipped=False,
        is_fork_boundary=False,
        priority=100,
        bucket=Bucket.CODE_REGRESSION,
    )
    book = replace(BOOK, rules=(*BOOK.rules, louder))
    held = hold_log([f"{fork.example}\n".encode()], find_candidates)
    verdict = Judge(book).of_log(held).verdict
    assert verdict.bucket is Bucket.SECRET_OR_CONFIG
    assert verdict.is_fork_boundary
