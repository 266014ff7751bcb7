from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from curricle.canonical import document_bytes
from curricle.layout import JOURNAL, RUN_FILE, STAGES, Stage
from curricle.runs.journal import Entry, Head, read_chain
from curricle.runs.record import Failure, RunRecord, apply_entries, first_record, stage_data
from curricle.schema import DocumentKind, check_document
from histories import AT, COMMAND, finished_run

if TYPE_CHECKING:
    from pathlib import Path


def record_with(failure: str | None) -> RunRecord:
    stopped = Failure(
        code="stop_rule_hit", message="no", exit_status=8, command="run", at=AT, stage=failure
    )
    return RunRecord(run_id="r", name="R", created_at=AT, last_failure=stopped)


def entry_of(event: str, data: dict[str, Any]) -> Entry:
    return Entry(seq=2, at=AT, actor="a", event=event, command=COMMAND, previous="", data=data)


def stage_entry(stage: Stage) -> Entry:
    parameters = {"origin": "provider", "valid": True}
    data = stage_data(stage, inputs={}, outputs={}, replaced={}, version=1, parameters=parameters)
    return entry_of("stage", data)


@pytest.mark.capability("R11")
def test_run_json_can_be_rebuilt_from_the_journal_byte_for_byte(tmp_path: Path) -> None:
    run_dir = finished_run(tmp_path)
    chain = read_chain((run_dir / JOURNAL).read_bytes())
    first, *more = chain.entries
    rebuilt = apply_entries(first_record(first), more, chain.head)
    assert document_bytes(rebuilt.to_json(Stage.ITERATED)) == (run_dir / RUN_FILE).read_bytes()


def test_run_json_comes_back_as_the_record_it_was_and_fits_its_schema(tmp_path: Path) -> None:
    document = json.loads((finished_run(tmp_path) / RUN_FILE).read_bytes())
    assert check_document(DocumentKind.RUN, document) == ()
    assert RunRecord.from_json(document).to_json(Stage.ITERATED) == document
    assert set(document["stages"]) == {stage.value for stage in STAGES[1:]}


@pytest.mark.parametrize("failed", STAGES)
@pytest.mark.parametrize("done", STAGES)
def test_a_failure_is_settled_by_its_stage_or_one_after_it(failed: Stage, done: Stage) -> None:
    record = apply_entries(record_with(failed.value), [stage_entry(done)], Head())
    assert (record.last_failure is None) is (STAGES.index(done) >= STAGES.index(failed))


@pytest.mark.parametrize("done", STAGES)
def test_a_failure_of_no_stage_is_settled_by_any(done: Stage) -> None:
    assert apply_entries(record_with(None), [stage_entry(done)], Head()).last_failure is None


def test_the_last_failure_counts_and_says_when_and_by_which_command() -> None:
    failure = {"code": "io_error", "message": "m", "exit_status": 6, "stage": None, "details": {}}
    record = apply_entries(record_with("planned"), [entry_of("failure", failure)], Head())
    assert record.last_failure == Failure(**failure, command=COMMAND, at=AT)


def test_an_event_that_changes_no_state_moves_the_head_only() -> None:
    before, head = record_with("planned"), Head(entries=2, sha256="a" * 64, size_bytes=9)
    after = apply_entries(before, [entry_of("journal_mended", {"size_bytes": 3})], head)
    assert (after.head, after.last_failure, after.stages) == (head, before.last_failure, {})
