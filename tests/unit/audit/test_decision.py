from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from command import tree
from curricle.audit.decision import Verdict, decide
from curricle.audit.reconstruction import reconstruct_run
from curricle.audit.verification import verify_run
from curricle.canonical import sha256_hex
from curricle.errors import InvalidArgumentError, StageConflictError
from curricle.layout import CURRICULUM
from curricle.runs.journal import load_journal
from curricle.runs.objects import find_object
from histories import asked_run, finish, new_run, session_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_recorded_with_the_outputs_that_are_there(
    verdict: Verdict, tmp_path: Path
) -> None:
    run_dir = asked_run(tmp_path)
    finish(run_dir)
    (run_dir / CURRICULUM).write_bytes(b"mine")
    recorded = decide(session_in(tmp_path), run_dir, verdict, "because")
    last = load_journal(run_dir).entries[-1]
    assert (last.seq, last.event, last.data) == (
        recorded.seq,
        "decided",
        recorded.decision.to_json(),
    )
    assert last.data["decision"] == verdict.value
    outputs = {f"outputs/{p}": sha256_hex(d) for p, d in tree(run_dir / "outputs").items()}
    assert last.data["outputs"] == outputs
    assert all(find_object(run_dir, digest) is not None for digest in outputs.values())
    assert verify_run(run_dir).head.entries == last.seq
    (told,) = reconstruct_run(run_dir).answers.decided.decisions
    assert (told.decision, told.outputs) == (verdict.value, outputs)


def test_nothing_can_be_accepted_where_there_is_no_curriculum(tmp_path: Path) -> None:
    run_dir = new_run(tmp_path)
    with pytest.raises(StageConflictError):
        decide(session_in(tmp_path), run_dir, Verdict.ACCEPTED, "because")
    assert len(load_journal(run_dir).entries) == 1
    recorded = decide(session_in(tmp_path), run_dir, Verdict.REJECTED, "because")
    assert recorded.decision.outputs == {}


@pytest.mark.parametrize("why", ["", " \t\n", "x" * 2001, "\udcff"])
def test_a_reason_that_says_nothing_or_too_much_is_refused(why: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="--why"):
        decide(session_in(tmp_path), tmp_path / "nosuch", Verdict.REJECTED, why)
