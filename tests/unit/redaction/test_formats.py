"""Every format of tokens is found wherever it stands, and its value is gone."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curricle.redaction.formats import FORMATS, Format
from curricle.redaction.redactor import Redactor, find_left

LINES = ("{}", "the value is {} as of today", 'x = "{}"', '{{"message": "got\\n{}\\nthen"}}')


def _sample_ids(each: Format) -> str:
    return f"{each.kind}-{each.pattern[:16]}"


@pytest.mark.parametrize("each", FORMATS, ids=_sample_ids)
def test_a_token_of_every_format_is_gone_wherever_it_stands(each: Format) -> None:
    @settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.from_regex(each.pattern, fullmatch=True, alphabet=st.characters(codec="ascii")),
        st.sampled_from(LINES),
    )
    def check(token: str, line: str) -> None:
        text = line.format(token)
        masked = Redactor().redact(text)
        assert token not in masked
        assert "[redacted:" in masked
        assert find_left(masked) == ()

    check()


def test_kinds_are_words_that_a_mark_can_hold() -> None:
    assert all(each.kind.replace("-", "").isalnum() and each.kind.islower() for each in FORMATS)
