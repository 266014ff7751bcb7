"""The names of things that hold secrets, by how much a name says about its value."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Trust(StrEnum):
    """What a value must look like, beside its name, to be taken as a secret."""

    PASSWORD = "password"  # noqa: S105 - the kind of a name
    """Any value that is no placeholder."""
    SECRET = "secret"  # noqa: S105 - the kind of a name
    """A value that is no placeholder, name in a program, word or path."""
    KEY = "key"
    """A value that looks random and is no digest."""


NAMES: Final[tuple[tuple[Trust, str, str], ...]] = (
    (
        Trust.PASSWORD,
        "password",
        (
            r"pass[_ -]?w(?:or)?[dt]|passwd|pass[_-]?phrase|passcode|contrase(?:n|\xc3\xb1)a|senha"
            r"|kennwort|mot[_-]de[_-]passe|(?:key|store|trust|db|user|admin|root|my|sql)[_-]?pass\b"
            r"|_pass\b"
            r"|pwd|identified[ \t]+by|requirepass|masterauth|sshpass"
        ),
    ),
    (
        Trust.SECRET,
        "api-key",
        (
            r"api[_. -]{0,2}(?:secret[_. -]?)?key|app(?:lication)?[_-]?key|access[_-]?key"
            r"|secret[_-]?key"
            r"|priv(?:ate)?[_-]?key|enc(?:ryption)?[_-]?key|sign(?:ing)?[_-]?key|master[_-]?key"
            r"|service[_-]?key|account[_-]?key|client[_-]?key|licen[cs]e[_-]?key|database[_-]?key"
            r"|db[_-]?key|shared[_-]?key|deploy[_-]?key|auth[_-]?key|security[_-]?key|admin[_-]?key"
            r"|subscription[_-]?key|hmac[_-]?key|session[_-]?key|jwt[_-]?key|iam[_-]?key"
        ),
    ),
    (
        Trust.SECRET,
        "secret",
        r"secret|hmac|connection[_-]?string|webhook[_-]?url|contribsys__com|cloudant",
    ),
    (Trust.SECRET, "token", r"token|jwt|bearer|oauth|otp|mfa[_-]?code|recovery[_-]?code"),
    (Trust.SECRET, "credential", r"credential|creds|user[_-]?auth"),
    (Trust.KEY, "api-key", r"key"),
    (Trust.KEY, "credential", r"access|auth|api|session|sid|cookie|login|sig|salt"),
)
"""Trust, kind of the secret, and the names as an expression without regard to case."""
