from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curricle.audit.page import render_page
from curricle.printable import has_control_characters
from curricle.runs.journal import Head, read_chain
from curricle.runs.record import EVENT_ESCALATED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.audit.reconstruction import Reconstruction

    Tell = Callable[[bytes | None, Mapping[str, bytes], Head | None], Reconstruction]

RUN_ID = "20260131-093000-bread-0a1b"
SPEC = "inputs/topic_spec.json"
SCOPE = "inputs/scope.md"
CURRICULUM = "outputs/curriculum/curriculum.json"
NOTES = "outputs/curriculum/generation_notes.json"
REPORT = "outputs/reviews/validation_report.json"
PLAN = "outputs/plan/plan.json"
ORIGIN = {
    "source": "PROJ-12",
    "repository": "https://example.org/a/b",
    "branch": "main",
    "commit": "c" * 40,
    "job": "77/build",
    "request": "12",
}


def gaps_of(found: Reconstruction, question: str = "") -> list[str]:
    return [gap.what for gap in found.gaps if question in {"", gap.question}]


def complete(record: Any) -> None:
    """Write a record that answers everything it is asked."""
    record.begin(origin=ORIGIN)
    spec = record.keep({"scope_out": ["Replication"], "context_pack": {"local_paths": ["a.md"]}})
    sources = {
        SPEC: spec,
        SCOPE: record.keep(b"# Bread\n\n## Dough\n\nx\n\n## Oven\n\ny\n"),
        "inputs/context/a.md": record.keep(b"a"),
        "inputs/context/b.md": record.keep(b"b"),
    }
    notes = record.keep({"left_out": [{"title": "References", "line": 4, "reason": "no concept"}]})
    first = record.keep({"nodes": [1]})
    selection = {"mode": "section", "sections": ["Dough"]}
    record.stage(
        "generated",
        {CURRICULUM: first, NOTES: notes},
        inputs=sources,
        parameters={"origin": "provider", "selection": selection},
        provider="internal",
    )
    report = record.keep(
        {
            "findings": [{"rule": "dag.cycle", "severity": "error"}] * 2,
            "skipped": [{"rule": "quality.scope", "reason": "the topic spec is not ready"}],
        }
    )
    record.stage(
        "validated", {REPORT: report}, inputs={CURRICULUM: first}, parameters={"valid": False}
    )
    record.add(
        "failure",
        {
            "code": "validation_failed",
            "message": "it has 2 errors",
            "exit_status": 1,
            "stage": "validated",
            "details": {},
            "fingerprint": "validation_failed:x",
            "environment": {"python": "3.11"},
        },
        command="validate bread",
    )
    mended = record.keep({"nodes": [2]})
    asked = record.keep(b"shorter, please")
    record.stage(
        "generated",
        {CURRICULUM: mended, NOTES: notes},
        inputs=sources,
        replaced={CURRICULUM: first},
        parameters={
            "origin": "provider",
            "selection": selection,
            "mended": {"feedback": asked, "repair": True, "rounds": 2},
        },
        provider="internal",
        command="iterate bread --repair --feedback 'shorter, please'",
    )
    better = record.keep({"findings": [], "skipped": []})
    record.stage(
        "validated", {REPORT: better}, inputs={CURRICULUM: mended}, parameters={"valid": True}
    )
    record.add(
        "decided",
        {"decision": "accepted", "why": "it covers the ticket", "outputs": {CURRICULUM: mended}},
        actor="bob",
        command="audit decide bread accept",
    )


@pytest.mark.capability("G14")
@pytest.mark.capability("G48")
def test_a_complete_record_answers_all_six_questions(record: Any) -> None:
    complete(record)
    found = record.told()
    answers = found.answers
    assert (found.gaps, found.completeness, found.unknown) == ((), 1.0, ())
    assert answers.started is not None
    assert (answers.started.actor, answers.started.source) == ("ann", "PROJ-12")
    assert [(c.seq, c.stage, c.provider) for c in answers.changed] == [
        (2, "generated", "internal"),
        (3, "validated", None),
        (5, "generated", "internal"),
        (6, "validated", None),
    ]
    first, second = answers.checked.checks
    assert [(f.rule, f.severity, f.count) for f in first.findings] == [("dag.cycle", "error", 2)]
    assert (first.valid, second.valid, answers.checked.job) == (False, True, "77/build")
    (failure,) = answers.failed
    assert (failure.code, failure.settled_by) == ("validation_failed", 6)
    assert (failure.fingerprint, failure.environment) == (
        "validation_failed:x",
        {"python": "3.11"},
    )
    (mend,) = answers.repaired.curricula
    assert (mend.rounds, mend.repair, mend.feedback_text) == (2, True, "shorter, please")
    (decision,) = answers.decided.decisions
    assert (decision.actor, decision.decision, decision.current) == ("bob", "accepted", True)
    assert answers.decided.actors == ("ann", "bob")


@pytest.mark.capability("G17")
def test_sources_that_were_used_and_those_that_were_excluded_are_told_apart(record: Any) -> None:
    complete(record)
    context = record.told().context
    assert [(one.path, one.part) for one in context.used] == [
        ("inputs/context/a.md", None),
        (SCOPE, "the sections Dough"),
        (SPEC, None),
    ]
    assert [(one.kind, one.what, one.said_by) for one in context.excluded] == [
        ("scope_out", "Replication", SPEC),
        ("section", "Bread", SCOPE),
        ("section", "Oven", SCOPE),
        ("context_file", "inputs/context/b.md", SPEC),
        ("left_out", "References", NOTES),
    ]


@pytest.mark.capability("G15")
@pytest.mark.capability("G16")
def test_ticket_repository_commit_job_and_request_are_told(record: Any) -> None:
    record.begin(origin=ORIGIN)
    started = record.told().to_json()["answers"]["started"]
    assert {name: started[name] for name in ORIGIN} == ORIGIN
    assert not gaps_of(record.told(), "started")


def test_a_record_of_an_older_version_names_what_it_never_held(record: Any) -> None:
    record.begin()
    record.add("failure", {"code": "stage_conflict", "message": "topic spec not ready"})
    found = record.told()
    assert gaps_of(found) == [
        "the source ticket that authorised the run is not recorded",
        "the repository, branch or commit that the run was begun from is not recorded",
        "whether a CI job began the run is not recorded",
        "nothing was checked",
        "failures without a fingerprint: entry 2",
        "no reviewer's decision is recorded",
        "which sources the run was made from is not recorded",
    ]
    assert 0 < found.completeness < 0.5


@pytest.mark.parametrize("part", ["source", "commit"])
def test_each_fact_that_is_recorded_makes_the_record_more_complete(record: Any, part: str) -> None:
    record.begin(origin={**ORIGIN, part: None})
    without = record.told()
    assert without.completeness < 1
    complete_again = type(record)()
    complete_again.begin(origin=ORIGIN)
    assert complete_again.told().completeness > without.completeness
    assert len(complete_again.told().gaps) == len(without.gaps) - 1


def test_a_person_s_edit_that_was_taken_over_or_put_aside_is_told(record: Any) -> None:
    record.begin()
    made, edit, other = (record.keep({"nodes": [at]}) for at in range(3))
    plan, hand, again = (record.keep({"weeks": [at]}) for at in range(3))
    by = {"origin": "provider"}
    record.stage("generated", {CURRICULUM: made}, parameters=by, provider="internal")
    record.stage("planned", {PLAN: plan})
    record.stage(
        "generated",
        {CURRICULUM: edit},
        replaced={CURRICULUM: edit},
        parameters={"origin": "person"},
    )
    record.stage("planned", {PLAN: again}, replaced={PLAN: hand})
    record.stage(
        "generated", {CURRICULUM: other}, replaced={CURRICULUM: edit}, parameters=by, provider="x"
    )
    found = record.told()
    _, _, taken, planned, generated = found.answers.changed
    assert taken.taken_over == edit
    assert [one.put_aside for one in taken.outputs] == [None]
    assert [(o.before, o.after, o.put_aside) for o in planned.outputs] == [(plan, again, hand)]
    assert (generated.taken_over, generated.outputs[0].before) == (None, edit)
    assert any("who typed it is not recorded" in note for note in found.notes)


def test_a_decision_on_outputs_that_changed_since_leaves_a_gap(record: Any) -> None:
    complete(record)
    record.stage("planned", {PLAN: record.keep({"weeks": []})})
    found = record.told()
    (decision,) = found.answers.decided.decisions
    assert not decision.current
    assert gaps_of(found) == [
        "nobody decided on the outputs as they are now: entry 7 is about earlier ones"
    ]


@pytest.mark.capability("G19")
def test_requested_changes_rejection_and_escalation_are_told(record: Any) -> None:
    record.begin()
    for decision in ("changes_requested", "rejected"):
        record.add("decided", {"decision": decision, "why": "too long", "outputs": {}})
    data = {"to": "ops", "code": "journal_broken", "fingerprint": "f", "environment": {"a": 1}}
    record.add(EVENT_ESCALATED, data)
    decided = record.told().answers.decided
    assert [one.decision for one in decided.decisions] == ["changes_requested", "rejected"]
    (escalation,) = decided.escalations
    assert (escalation.to, escalation.code, escalation.environment) == (
        "ops",
        "journal_broken",
        {"a": 1},
    )
    page = "\n".join(render_page(record.told()))
    assert "CHANGES REQUESTED on 0 outputs: too long" in page
    assert "escalated to ops for journal_broken" in page


@pytest.mark.capability("G18")
def test_recoveries_are_told_with_their_steps_and_how_they_ended(record: Any) -> None:
    record.begin(recovered_from={"run_id": "20260101-000000-old-0000", "archive_sha256": "a" * 64})
    begun = {"attempt": 1, "code": "disk_full", "path": "room", "message": "full"}
    begun |= {"run_id": RUN_ID, "fingerprint": "disk_full:x"}
    step = {"attempt": 1, "cause": "disk", "step": "make room", "outcome": "done", "detail": "x"}
    ended = {"attempt": 1, "outcome": "resolved", "reason": "it fits", "fresh_run": None}
    record.add("recovery_begun", begun, command="recover bread --apply")
    record.add("recovery_step", step, command="recover bread --apply")
    record.add("recovery_ended", ended, command="recover bread --apply")
    record.add("recovery_begun", {**begun, "attempt": 2})
    record.add("recovery_step", {**step, "attempt": 2, "outcome": "failed"})
    record.add("recovery_ended", {**ended, "attempt": 4, "outcome": "escalate"})
    record.add("journal_mended", {"torn_line": record.keep(b"{"), "size_bytes": 1})
    found = record.told()
    recoveries = found.answers.repaired.recoveries
    assert [(r.attempt, r.code, r.outcome, len(r.steps)) for r in recoveries] == [
        (1, "disk_full", "resolved", 1),
        (2, "disk_full", None, 1),
        (4, None, "escalate", 0),
    ]
    assert (recoveries[0].of_run, recoveries[0].fingerprint) == (RUN_ID, "disk_full:x")
    assert "how a recovery ended: attempt 2" in gaps_of(found, "repaired")
    assert [one.size_bytes for one in found.answers.repaired.journal] == [1]
    assert found.answers.started is not None
    assert found.answers.started.recovered_from is not None
    page = "\n".join(render_page(found))
    assert "in place of the broken run 20260101-000000-old-0000, archive aaaaaaaaaaaa" in page
    assert "recovery 1 from disk_full by room: resolved (it fits)" in page
    assert "unfinished last line (1 byte) set aside" in page


def test_what_was_forced_is_told(record: Any) -> None:
    record.begin()
    for command in ("run bread", "run bread --force", "run 'unclosed --force", "run '--force x'"):
        record.stage("planned", {PLAN: record.keep({"weeks": [command]})}, command=command)
    commands = record.told().answers.decided.commands
    assert [done.forced for done in commands] == [False, True, True, False]


def test_a_model_that_nobody_named_is_a_gap_unless_an_answer_names_it(record: Any) -> None:
    record.begin()
    made = {CURRICULUM: record.keep({"nodes": []})}
    by = {"origin": "provider"}
    record.stage("generated", made, parameters=by, provider="codex_exec")
    assert gaps_of(record.told(), "changed") == [
        "which model made the curriculum of entry 2 is not recorded"
    ]
    call = {"provider": "codex_exec", "answered_by": "gpt-5.5"}
    record.add("call", {**call, "request": record.keep(b"?"), "answer": record.keep(b"!")})
    assert not gaps_of(record.told(), "changed")


def test_objects_that_are_gone_leave_gaps_and_the_rest_is_told(record: Any) -> None:
    complete(record)
    for digest in list(record.objects):
        del record.objects[digest]
    found = record.told()
    assert len(found.answers.changed) == 4
    assert [check.report_kept for check in found.answers.checked.checks] == [False, False]
    gone = gaps_of(found, "changed")
    assert all(one.startswith("objects/") and " named by entry " in one for one in gone)
    assert len(gone) == len(set(gone)) == 11
    assert len(gaps_of(found, "context")) == 3
    assert "what was asked for in words: entry 5" in gaps_of(found, "repaired")
    assert found.completeness < 0.8


def test_a_journal_that_breaks_is_told_up_to_there(record: Any, tell: Tell) -> None:
    complete(record)
    lines = record.journal.splitlines(keepends=True)
    changed = lines[2].replace(b'"valid":false', b'"valid":true ')
    found = tell(b"".join([*lines[:2], changed, *lines[3:]]), record.objects, record.head)
    assert found.head.entries == 3
    assert [check.valid for check in found.answers.checked.checks] == [True]
    (gap,) = [gap for gap in found.gaps if "breaks" in gap.what]
    assert gap.what == (
        "what happened after entry 3: the journal breaks at line 4 and 4 lines cannot be relied on"
    )
    assert "entry 3 itself may be what was changed" in gap.why
    assert found.completeness <= 3 / 7


def test_entries_cut_off_the_end_show_against_what_run_json_knows(record: Any) -> None:
    complete(record)
    found = record.told(lines=5, known=record.head)
    assert gaps_of(found, "record") == ["what happened after entry 5: entries were cut off"]
    assert found.completeness <= 5 / 7
    other = record.told(known=replace(record.head, sha256="0" * 64))
    assert gaps_of(other, "record") == ["whether entry 7 is what was recorded"]


def test_a_run_json_that_says_nothing_leaves_one_gap(record: Any, tell: Tell) -> None:
    complete(record)
    found = tell(record.journal, record.objects, None)
    assert gaps_of(found) == ["whether entries were cut off the end of the journal"]


def test_a_journal_that_is_ahead_of_run_json_is_no_gap(record: Any, tell: Tell) -> None:
    complete(record)
    known = read_chain(b"".join(record.journal.splitlines(keepends=True)[:6])).head
    found = tell(record.journal, record.objects, known)
    assert not found.gaps
    assert any("1 entry ahead of run.json" in note for note in found.notes)


@pytest.mark.parametrize("journal", [None, b"", b"\n", b"{", b"\xff" * 9], ids=repr)
def test_a_run_without_a_journal_answers_nothing_and_says_so(
    journal: bytes | None, tell: Tell
) -> None:
    found = tell(journal, {}, None)
    assert (found.completeness, found.answers.started, found.head) == (0, None, Head())
    assert gaps_of(found, "record")
    assert render_page(found)


def test_a_torn_last_line_is_a_gap(record: Any, tell: Tell) -> None:
    complete(record)
    found = tell(record.journal + b'{"seq": 8', record.objects, record.head)
    assert gaps_of(found) == ["what the last command did: its entry of 9 bytes was never finished"]
    assert len(found.answers.decided.decisions) == 1


def test_entries_of_other_versions_are_listed(record: Any) -> None:
    record.begin(origin=ORIGIN)
    record.add("pruned", {"objects": 3})
    record.add("stage", {"stage": 7})
    record.add("decided", {"decision": "accepted", "why": "", "outputs": {"a": 1}})
    found = record.told()
    assert [(one.seq, one.event, one.why) for one in found.unknown] == [
        (2, "pruned", "this version does not know the event"),
        (3, "stage", "its stage is missing or of another form"),
        (4, "decided", "its outputs holds something that is no digest"),
    ]
    assert gaps_of(found, "record") == ["what entry 2 (pruned), 3 (stage), 4 (decided) says"]


def test_a_stage_of_another_version_is_told_by_its_name(record: Any) -> None:
    record.begin()
    record.stage("baked", {"outputs/loaf": record.keep(b"x")})
    assert [change.stage for change in record.told().answers.changed] == ["baked"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3) | st.just("a" * 64),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["origin", "mended", "selection", "mode", "sections", CURRICULUM, "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
MEMBERS = [
    *("run_id", "name", "files", "origin", "recovered_from", "stage", "inputs", "outputs"),
    *("replaced", "version", "parameters", "provider", "model", "code", "message", "details"),
    *("fingerprint", "environment", "torn_line", "size_bytes", "attempt", "step", "outcome"),
    *("decision", "why", "to", "request", "answer", "answered_by"),
]
EVENTS = [
    *("init", "stage", "failure", "call", "journal_mended", "recovery_begun", "recovery_step"),
    *("recovery_ended", "escalated", "decided", "note"),
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(EVENTS),
            st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=12),
        ),
        max_size=4,
    )
)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_that_entries_may_hold_makes_telling_fail(
    record: Any, entries: list[tuple[str, dict[str, Any]]]
) -> None:
    fresh = type(record)()
    complete(fresh)
    for event, data in entries:
        fresh.add(event, data)
    found = fresh.told()
    assert 0 <= found.completeness <= 1
    assert (found.completeness == 1) == (not found.gaps)
    json.dumps(found.to_json())
    assert render_page(found) == render_page(fresh.told())


def test_what_is_shown_holds_no_control_character_and_one_line_a_fact(record: Any) -> None:
    record.begin(origin={**ORIGIN, "branch": "\x1b[31mred\n\u202e"})
    record.add(
        "decided",
        {"decision": "accepted\x07", "why": "a\nb\x1b]0;x\x07", "outputs": {}},
        actor="\x1b[2Jeve",
        command="x\ny",
    )
    lines = render_page(record.told())
    assert not any(has_control_characters(line) or "\n" in line for line in lines)


def test_a_long_record_is_cut_short_for_people_and_not_for_programs(record: Any) -> None:
    record.begin()
    for at in range(200):
        record.stage("planned", {PLAN: record.keep({"weeks": [at]})}, command=f"plan {at}")
    found = record.told()
    lines = render_page(found)
    assert len(lines) < 70
    assert "  … 188 more, see --json" in lines
    assert len(found.to_json()["answers"]["changed"]) == 200


def test_json_has_stable_keys(record: Any) -> None:
    complete(record)
    document = record.told().to_json()
    assert list(document) == [
        *("run_id", "answers", "context", "gaps", "completeness", "facts", "notes", "unknown"),
        "head",
    ]
    assert list(document["answers"]) == [
        *("started", "changed", "checked", "failed", "repaired", "decided")
    ]
    assert list(document["context"]) == ["used", "excluded"]
