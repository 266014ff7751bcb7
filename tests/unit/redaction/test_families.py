"""Tokens of all vendors, in the ways in which programs, settings and logs write them."""

from __future__ import annotations

import pytest

from curricle.redaction.redactor import Redactor, find_left
from unit.redaction.samples import ASSIGNED, TOKENS

ALONE = ("{}", 'x "{}" y', "token: {}", "got\\n{}\\n", "\x1b[32m{}\x1b[0m", "a%3D{}%26b")
NAMED = (
    '{0}_key = "{1}"',
    "{0}_TOKEN={1}",
    '"{0}_secret": "{1}"',
    "{0}: {1}",
    "{0} => '{1}'",
    "export {0}={1}",
    'set {0}Client="{1}";',
    "<{0}>{1}</{0}>",
    '\\"{0}Id\\": \\"{1}\\"',
    'get("{0}", "{1}")',
)


@pytest.mark.parametrize(("name", "token"), TOKENS, ids=[name for name, _ in TOKENS])
def test_a_token_is_gone_without_a_name_beside_it(name: str, token: str) -> None:
    for line in ALONE:
        masked = Redactor().redact(line.format(token))
        assert token[-12:] not in masked, f"{name} in {line!r}"
        assert find_left(masked) == ()


@pytest.mark.parametrize(("name", "value"), ASSIGNED, ids=[f"{n}-{len(v)}" for n, v in ASSIGNED])
def test_a_value_is_gone_beside_the_name_of_its_vendor(name: str, value: str) -> None:
    for line in NAMED:
        for written in (name, name.upper()):
            masked = Redactor().redact(line.format(written, value))
            assert value not in masked, line
            assert find_left(masked) == ()
