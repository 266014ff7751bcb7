"""Wording that many tools share, when nothing more telling is there."""

from __future__ import annotations

from typing import Final

from curricle.extraction.sign import Growth, Kind, Sign

GENERIC: Final = (
    Sign(
        "error-start",
        "any",
        Kind.GENERIC,
        50,
        r"^\W{0,4}(\S+: )?(ERROR|Error|error|FATAL|Fatal|fatal|CRITICAL|SEVERE)\b[\]:! ]",
        "ERROR: the schema is not valid",
        Growth.INDENTED,
        unless=r"(?i)\b(0|no|without) errors?\b|errors?: 0|error[_-]?(log|page|handl|report|count)"
        r"|^error: (could not compile|build failed|aborting)|^ERROR: (Step |Job failed)",
    ),
    Sign(
        "error-colon",
        "any",
        Kind.GENERIC,
        40,
        r"\b(ERROR|Error|error|fatal|FATAL)\b ?:",
        "app: error: cannot open config.toml",
        unless=r"(?i)\b(0|no|without) errors?\b|errors?: 0|-Werror|\bon-error:|\bif error:"
        r"|^ERROR: Job failed",
    ),
    Sign(
        "exception-word",
        "any",
        Kind.EXCEPTION,
        42,
        r"\b[A-Z]\w+(Exception|Error)\b(:| \[|$)",
        "Unhandled rejection SequelizeConnectionError: connect",
        Growth.TRACE,
    ),
    Sign(
        "failed-word",
        "any",
        Kind.GENERIC,
        30,
        r"\b(FAIL|FAILED|FAILURE|Failed|failed|failure|Failure|fails)\b",
        "Deploy failed.",
        unless=r"(?i)\b(0|no) (tests? )?(failed|failures?|fail)\b|(failed|failures?|fail): *0\b"
        r"|failed=0|if .* fail|fail-?fast|allow.?fail|\bfailed 0\b|on.?failure"
        r"|^ERROR: Job failed|artifacts for failed job",
    ),
    Sign(
        "cannot-word",
        "any",
        Kind.GENERIC,
        34,
        r"\b([Cc]annot|[Cc]an't|[Cc]ould not|[Cc]ouldn't|[Uu]nable to|[Nn]ot found|not exist"
        r"|[Nn]o such"
        r"|[Ii]nvalid|[Uu]nexpected|[Uu]nknown|[Mm]issing|[Dd]enied|[Rr]efused|[Tt]imed out"
        r"|[Tt]imeout"
        r"|[Uu]nsupported|[Uu]ndefined|[Ii]llegal|[Mm]ismatch|[Ee]xceeded|[Aa]borted|[Uu]nauthorized"
        r"|[Ff]orbidden|[Rr]ejected|[Ii]ncompatible|[Uu]nresolved|[Dd]oes not match|[Dd]oesn't"
        r" match)\b",
        "Could not connect to the display",
        unless=r"(?i)\bwarn(ing)?\b|\.invalid\b|^checking |not found \(ok\)|^npm ERR",
    ),
    Sign(
        "network-code",
        "any",
        Kind.GENERIC,
        29,
        r"\b(ECONNRESET|ECONNREFUSED|ECONNABORTED|ENOTFOUND|ETIMEDOUT|ESOCKETTIMEDOUT|EAI_AGAIN"
        r"|EHOSTUNREACH|ENETUNREACH)\b",
        "read ECONNRESET",
    ),
    Sign(
        "expected-word",
        "any",
        Kind.TEST,
        44,
        r"(?i)\bexpected\b.*\b(but|got|actual|was|received|to (be|equal|have|match))\b",
        "expected 3 but got 4",
    ),
    Sign(
        "cross",
        "any",
        Kind.GENERIC,
        56,
        r"^\s*(✗|✘|✖|✕|❌|×|\[x\]|\[✗\]|\[✘\]|FAIL:?) +\S",
        "✗ the page has a title",
        Growth.INDENTED,
    ),
)
