from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from curricle.inspection import inspect_run
from curricle.layout import JOURNAL
from curricle.pipeline import bring_up_to_date, init_run
from curricle.providers.internal import InternalProvider
from curricle.session import Session
from curricle.steps.spec import ScopeChoice
from histories import session_in

if TYPE_CHECKING:
    from pathlib import Path


def test_the_journal_says_who_typed_what_and_when(tmp_path: Path) -> None:
    moments = iter(datetime(2026, 1, 31, 9, minute, tzinfo=UTC) for minute in range(60))
    session = Session(
        runs_dir=tmp_path,
        actor="Zoë <zoe@example.org>",
        command="run 'a b' --force",
        clock=lambda: next(moments),
        tell=lambda _: None,
    )
    run_dir = init_run(session, "Bread", spec=None, scope=None, curriculum=None, context={})
    scope = b"# Bread\n\n- Kneading\n- Baking\n"
    from curricle.generation.selection import Selection

    choice = ScopeChoice(data=scope, selection=Selection())
    bring_up_to_date(session, run_dir, InternalProvider(), scope=choice)
    entries = [json.loads(line) for line in (run_dir / JOURNAL).read_bytes().splitlines()]
    assert {(e["actor"], e["command"]) for e in entries} == {(session.actor, session.command)}
    times = [entry["at"] for entry in entries]
    assert times == sorted(set(times))
    assert times[0].startswith("2026-01-31T09:00:00")


def test_what_is_told_are_sentences_for_a_person(tmp_path: Path) -> None:
    from curricle.generation.selection import Selection

    told: list[str] = []
    session = session_in(tmp_path, told.append)
    run_dir = init_run(session, "Bread", spec=None, scope=None, curriculum=None, context={})
    choice = ScopeChoice(data=b"# Bread\n\n- Kneading\n- Baking\n", selection=Selection())
    bring_up_to_date(session, run_dir, InternalProvider(), scope=choice)
    assert inspect_run(run_dir).stage == "iterated"
    assert any(sentence.startswith("filled from the scope document: ") for sentence in told)
    assert all(sentence.strip() and "\n" not in sentence for sentence in told)
