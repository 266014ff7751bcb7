from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hands import CURRICULUM, DIFF, PREVIOUS, REPORT, edit, is_kept, load, stage_of, status_of

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle

FEEDBACK = "Please say more about Joins; and when to avoid them?"


def test_repair_mends_what_rules_can_mend_and_tells(forked: Curricle, given: Path) -> None:
    forked.good("run", given.name)
    broken = edit(
        given / CURRICULUM,
        {
            "/nodes/0/prerequisites": ["joins"],
            "/nodes/1/prerequisites": ["tables", "ghost"],
            "/nodes/3/id": "in dexes",
            "/nodes/3/resources/0/url": "javascript:alert(1)",
        },
    )
    assert forked("iterate", given.name).status == 1
    edit(given / "inputs/topic_spec.json", {"/evidence_mode": "minimal"})
    told = forked.good("iterate", given.name, "--repair").stderr
    nodes = {node["title"]: node for node in load(given / CURRICULUM)["nodes"]}
    assert nodes["Queries"]["prerequisites"] == ["tables"]
    assert nodes["Indexes"]["id"] == "in-dexes"
    assert nodes["Indexes"]["resources"] == []
    assert "'ghost'" in told
    assert "the id 'in dexes' became 'in-dexes'" in told
    assert stage_of(given) == "iterated"
    assert is_kept(given, broken)
    assert (given / PREVIOUS).read_bytes() == broken


def test_run_repair_mends_on_the_way(forked: Curricle, given: Path) -> None:
    edit(given / CURRICULUM, {"/nodes/0/prerequisites": ["tables", "ghost"]})
    assert forked("run", given.name).status == 1
    forked.good("run", given.name, "--repair")
    assert load(given / CURRICULUM)["nodes"][0]["prerequisites"] == []
    assert status_of(given)["last_failure"] is None


@pytest.mark.parametrize("command", ["run", "iterate"])
def test_repair_stops_where_a_person_has_to_decide(
    command: str, forked: Curricle, given: Path
) -> None:
    edit(
        given / CURRICULUM,
        {"/nodes/0/prerequisites": ["ghost"], "/nodes/1/title": "replace_with_title"},
    )
    done = forked(command, given.name, "--repair", "--json")
    assert (done.status, done.error["code"]) == (8, "stop_rule_hit")
    assert "quality.placeholder" in done.error["details"]["rules"]
    kept = load(given / CURRICULUM)["nodes"]
    assert kept[0]["prerequisites"] == []
    assert kept[1]["title"] == "replace_with_title"
    assert status_of(given)["last_failure"]["code"] == "stop_rule_hit"
    assert stage_of(given) == "generated"
    report = load(given / REPORT)
    assert {f["rule"] for f in report["findings"] if f["severity"] == "error"} == {
        "quality.placeholder"
    }


def test_a_curriculum_that_breaks_its_schema_is_not_guessed_at(
    forked: Curricle, given: Path
) -> None:
    broken = edit(given / CURRICULUM, {"/nodes/0/estimate_minutes": "an hour"})
    done = forked("iterate", given.name, "--repair", "--json")
    assert (done.status, done.error["code"]) == (4, "curriculum_invalid")
    assert (given / CURRICULUM).read_bytes() == broken


def test_feedback_that_no_rule_can_act_on_becomes_an_open_question_for_a_person(
    forked: Curricle, given: Path
) -> None:
    forked.good("run", given.name)
    before = load(given / CURRICULUM)
    done = forked("iterate", given.name, "--feedback", FEEDBACK, "--json")
    assert (done.status, done.error["code"]) == (8, "stop_rule_hit")
    after = load(given / CURRICULUM)
    assert after["nodes"] == before["nodes"]
    added = after["open_questions"][len(before["open_questions"]) :]
    question = {"question": f"Feedback to be acted on: {FEEDBACK}", "related_nodes": ["joins"]}
    assert added == [question]
    forked.good("iterate", given.name)
    assert stage_of(given) == "iterated"
    assert [change["field"] for change in load(given / DIFF)["document"]] == ["open_questions"]


def test_feedback_comes_from_a_file_too_and_bad_feedback_is_a_usage_error(
    forked: Curricle, given: Path
) -> None:
    file = forked.cwd / "feedback.txt"
    file.write_text("Shorter, please")
    assert forked("iterate", given.name, "--feedback-file", str(file)).status == 8
    assert "Shorter, please" in (given / CURRICULUM).read_text()
    journal = (given / "logs/journal.jsonl").read_bytes()
    file.write_bytes(b"line\n\xff")
    for options in (
        ("--feedback-file", str(file)),
        ("--feedback", "  "),
        ("--feedback", "x" * 20_001),
        ("--feedback", "a", "--feedback-file", str(file)),
        ("--feedback-file", "missing.txt"),
    ):
        done = forked("iterate", given.name, *options, "--json")
        assert (done.status, done.error["code"]) == (2, "invalid_argument"), options
    assert (given / "logs/journal.jsonl").read_bytes() == journal


def test_a_bare_iterate_never_asks_a_provider(forked: Curricle, given: Path) -> None:
    forked.good("iterate", given.name)
    stages = load(given / "run.json")["stages"]
    assert {name: made["provider"] for name, made in stages.items()} == dict.fromkeys(stages)


def test_after_an_edit_iterate_shows_what_changed(forked: Curricle, given: Path) -> None:
    forked.good("run", given.name)
    edit(given / CURRICULUM, {"/nodes/1/estimate_minutes": 30, "/nodes/3/id": "indices"})
    done = forked.good("iterate", given.name)
    assert "0 added, 0 removed, 1 renamed, 1 changed" in done.stdout
    nodes = load(given / DIFF)["nodes"]
    assert nodes["renamed"] == [{"from": "indexes", "to": "indices"}]
    assert forked.good("diff", given.name, "--json").json["nodes"] == nodes


def test_an_id_that_stood_twice_and_was_mended_stops_nothing(forked: Curricle, given: Path) -> None:
    forked.good("run", given.name)
    edit(given / CURRICULUM, {"/nodes/1/id": "tables"})
    assert forked("iterate", given.name).status == 1
    forked.good("iterate", given.name, "--repair")
    forked.good("run", given.name)
    assert stage_of(given) == "iterated"
    forked.good("diff", given.name)
