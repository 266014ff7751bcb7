from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.recovery.ledger import read_attempts
from curricle.recovery.outcome import Outcome
from curricle.runs.journal import Entry
from histories import AT


def entry(event: str, **data: Any) -> Entry:
    return Entry(seq=1, at=AT, actor="a", event=event, command="c", previous="0" * 64, data=data)


BEGUN = entry("recovery_begun", attempt=1, code="io_error", path="odd-file", fingerprint="f")
STEP = entry("recovery_step", attempt=1, cause="c", step="archive", outcome="done", detail="d")
ENDED = entry("recovery_ended", attempt=1, outcome="resolved", reason="r", seconds=1.5)


def test_a_walk_is_what_began_with_its_steps_and_its_end() -> None:
    (attempt,) = read_attempts([entry("stage"), BEGUN, STEP, ENDED])
    assert (attempt.code, attempt.path, attempt.outcome) == (
        "io_error",
        "odd-file",
        Outcome.RESOLVED,
    )
    assert (attempt.reason, attempt.seconds, attempt.fingerprint) == ("r", 1.5, "f")
    assert [(s.cause, s.step, s.is_done, s.detail) for s in attempt.steps] == [
        ("c", "archive", True, "d")
    ]


def test_a_walk_whose_command_died_has_no_outcome() -> None:
    (attempt,) = read_attempts([BEGUN, STEP])
    assert attempt.outcome is None


@pytest.mark.parametrize("events", [[STEP, ENDED], [entry("recovery_begun")]])
def test_what_never_began_is_no_walk(events: list[Entry]) -> None:
    assert read_attempts(events) == ()


VALUES = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["recovery_begun", "recovery_step", "recovery_ended"]),
            st.dictionaries(
                st.sampled_from(["attempt", "code", "step", "outcome", "seconds"]), VALUES
            ),
        ),
        max_size=8,
    )
)
def test_entries_that_make_no_sense_are_passed_over(rows: list[tuple[str, Any]]) -> None:
    for attempt in read_attempts(entry(event, **data) for event, data in rows):
        assert attempt.outcome is None
        assert 0 <= attempt.seconds < math.inf
