"""Private keys are gone as a whole, however they are cut and wrapped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from curricle.redaction.redactor import Redactor, find_left
from unit.redaction.samples import ALNUM, drawn

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = [drawn(ALNUM + "+/", 64) for _ in range(12)]
DASHES = "-" * 5


def _block(kind: str) -> str:
    title = f"{kind}PRIVATE" + " KEY"
    return "\n".join(
        (f"{DASHES}BEGIN {title}{DASHES}", *LINES, "Ab3d=", f"{DASHES}END {title}{DASHES}")
    )


@pytest.mark.parametrize(
    "kind", ["", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ", "SSH2 ENCRYPTED "]
)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda block: f"before\n{block}\nafter",
        lambda block: json.dumps({"key": f"before {block} after"}),
        lambda block: json.dumps(json.dumps({"key": f"before {block} after"})),
        lambda block: f"before\n{block.replace(chr(10), chr(10) + '    ')}\nafter",
        lambda block: f"before\n{block.replace(chr(10), chr(13) + chr(10))}\nafter",
        lambda block: f"before {block.replace(chr(10), ' ')} after",
    ],
    ids=["plain", "json", "json twice", "indented", "carriage returns", "one line"],
)
def test_a_block_is_gone_from_its_first_line_to_its_last(
    kind: str, wrap: Callable[[str], str]
) -> None:
    masked = Redactor().redact(wrap(_block(kind)))
    assert not [line for line in LINES if line[:20] in masked]
    assert "before" in masked
    assert "after" in masked
    assert masked.count("[redacted:private-key#1]") == 1
    assert find_left(masked) == ()


def test_a_block_that_was_cut_off_is_gone_as_far_as_it_goes() -> None:
    head, tail = _block("RSA ").split(LINES[6])
    for text in (f"x\n{head}\nthe log ends here", f"the log begins here\n{tail}\nx"):
        masked = Redactor().redact(text)
        assert not [line for line in LINES if line in masked]
        assert "the log" in masked
        assert find_left(masked) == ()


def test_a_block_in_the_middle_of_a_large_text_is_gone() -> None:
    filler = "an ordinary line of a log\n" * 39_990
    for shift in range(0, 1_200, 300):
        masked = Redactor().redact(f"{filler}{'x' * shift}\n{_block('')}\n{filler}")
        assert not [line for line in LINES if line in masked]


def test_a_certificate_may_be_read() -> None:
    text = f"{DASHES}BEGIN CERTIFICATE{DASHES}\nMIIB\n{DASHES}END CERTIFICATE{DASHES}\n"
    assert Redactor().redact(text) == text
