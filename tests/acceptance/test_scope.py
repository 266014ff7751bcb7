from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, SCOPES
from curricle.canonical import sha256_hex
from hands import CURRICULUM, PLAN, SCOPE, SPEC, edit, is_kept, load, stage_of, status_of

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle, Done

BREAD = SCOPES / "bread-baking.md"
DATABASES = EXAMPLES / "scope.md"


def run_with(forked: Curricle, run: Path, scope: Path, *options: str) -> Done:
    return forked.good("run", run.name, "--scope-file", str(scope), *options)


def titles(run: Path) -> list[str]:
    return [node["title"] for node in load(run / CURRICULUM)["nodes"]]


def test_mode_full_takes_the_whole_document(forked: Curricle) -> None:
    run = forked.init("Databases")
    run_with(forked, run, DATABASES, "--scope-mode", "full")
    assert titles(run) == ["Tables", "Queries", "Joins", "Indexes"]
    assert (run / SCOPE).read_bytes() == DATABASES.read_bytes()


def test_mode_section_takes_the_named_headings_and_what_is_below_them(forked: Curricle) -> None:
    run = forked.init("Bread")
    sections = ("--scope-section", "Kneading", "--scope-section", "Part Two: The Numbers")
    run_with(forked, run, BREAD, "--scope-mode", "section", *sections)
    assert set(titles(run)) >= {"Kneading", "Baker's Percentages", "Hydration"}
    assert "Flour" not in titles(run)
    assert (run / SCOPE).read_bytes() == BREAD.read_bytes()
    recorded = load(run / "run.json")["stages"]["spec_ready"]["parameters"]["selection"]
    assert recorded == {"mode": "section", "sections": ["Kneading", "Part Two: The Numbers"]}


def test_mode_seed_list_takes_every_line_for_a_concept(forked: Curricle) -> None:
    seeds = forked.cwd / "seeds.md"
    seeds.write_text("# Containers\n\n- Sets and multisets\n- Maps\n\nGraphs\nTrees\n")
    run = forked.init("Containers")
    run_with(forked, run, seeds, "--scope-mode", "seed-list")
    assert titles(run) == ["Sets and multisets", "Maps", "Graphs", "Trees"]


def test_a_selection_stays_until_another_is_made(forked: Curricle) -> None:
    run = forked.init("Bread")
    run_with(forked, run, BREAD, "--scope-section", "Kneading")
    kneading = titles(run)
    forked.good("run", run.name, "--force")
    assert titles(run) == kneading
    run_with(forked, run, BREAD)
    assert len(titles(run)) > 30
    assert stage_of(run) == "iterated"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scope-mode", "section"), "go together"),
        (("--scope-mode", "full", "--scope-section", "Salt"), "go together"),
        (("--scope-mode", "half"), "'half' is not one of 'full', 'section', 'seed-list'"),
        (("--scope-section", "Sugar"), "has no heading 'Sugar'"),
    ],
)
def test_a_selection_that_selects_nothing_is_a_usage_error_and_changes_nothing(
    options: tuple[str, ...], said: str, forked: Curricle
) -> None:
    run = forked.init("Bread")
    spec = (run / SPEC).read_bytes()
    done = forked("run", run.name, "--scope-file", str(BREAD), *options, "--json")
    assert (done.status, done.error["code"]) == (2, "invalid_argument")
    assert said in done.error["message"]
    assert (run / SPEC).read_bytes() == spec
    assert not (run / SCOPE).exists()


def test_an_unknown_heading_is_answered_with_those_there_are(forked: Curricle) -> None:
    run = forked.init("Databases")
    done = forked("run", run.name, "--scope-file", str(DATABASES), "--scope-section", "Views")
    assert "Tables, Queries, Joins, Indexes" in done.stderr


def test_a_spec_alone_is_enough(forked: Curricle) -> None:
    run = forked.init("Databases", topic_spec=EXAMPLES / "topic_spec.json")
    edit(run / SPEC, {"/evidence_mode": "minimal"})
    forked.good("run", run.name)
    assert stage_of(run) == "iterated"
    assert sorted(titles(run)) == ["Indexes", "Joins", "Queries", "Tables"]
    assert not (run / SCOPE).exists()


SET_BY_A_PERSON: dict[str, Any] = {
    "/goal": "Find an answer without help",
    "/audience": "Analysts",
    "/scope_out": ["Replication"],
    "/constraints/hours_per_week": 1.5,
    "/evidence_mode": "minimal",
}


@pytest.mark.parametrize("before", ["init", "run"])
def test_a_scope_fills_only_what_a_person_has_not_set_and_tells(
    before: str, forked: Curricle
) -> None:
    run = forked.init("Databases")
    if before == "run":
        run_with(forked, run, BREAD)
    written = edit(run / SPEC, SET_BY_A_PERSON)
    done = run_with(forked, run, DATABASES, "--force", "--json")
    spec = load(run / SPEC)
    assert (spec["goal"], spec["audience"]) == ("Find an answer without help", "Analysts")
    assert (spec["scope_out"], spec["evidence_mode"]) == (["Replication"], "minimal")
    assert spec["constraints"]["hours_per_week"] == 1.5
    assert spec["scope_in"] == ["Tables", "Queries", "Joins", "Indexes"]
    assert "filled from the scope document: scope_in" in done.json["messages"]
    kept = f"the topic spec before is kept as objects/{sha256_hex(written)}"
    assert kept in done.json["messages"]
    assert is_kept(run, written)


def test_a_spec_with_everything_set_is_left_byte_for_byte(forked: Curricle) -> None:
    run = forked.init("Databases", topic_spec=EXAMPLES / "topic_spec.json")
    written = edit(run / SPEC, {"/evidence_mode": "minimal"})
    done = run_with(forked, run, DATABASES)
    assert (run / SPEC).read_bytes() == written
    assert "filled" not in done.stderr


def test_another_scope_replaces_what_the_first_filled_and_keeps_the_document(
    forked: Curricle, finished: Path
) -> None:
    spec, curriculum = (finished / SPEC).read_bytes(), (finished / CURRICULUM).read_bytes()
    done = run_with(forked, finished, DATABASES)
    assert load(finished / SPEC)["scope_in"] == ["Tables", "Queries", "Joins", "Indexes"]
    assert titles(finished) == ["Tables", "Queries", "Joins", "Indexes"]
    assert stage_of(finished) == "iterated"
    assert f"the earlier scope document is kept as objects/{sha256_hex(BREAD.read_bytes())}" in (
        done.stderr
    )
    for data in (BREAD.read_bytes(), spec, curriculum):
        assert is_kept(finished, data)
    changes = forked.good("diff", finished.name, "--json").json["nodes"]
    assert [node["title"] for node in changes["added"]] == titles(finished)
    assert len(changes["removed"]) == len(load_bytes(finished, curriculum)["nodes"])


def load_bytes(run: Path, data: bytes) -> Any:
    return load(run / "objects" / sha256_hex(data))


def test_the_same_scope_again_does_nothing(forked: Curricle, finished: Path) -> None:
    entries = status_of(finished)["journal"]["entries"]
    assert run_with(forked, finished, BREAD).stderr == ""
    assert status_of(finished)["journal"]["entries"] == entries


def test_a_scope_document_edited_in_place_is_taken_in_anew(
    forked: Curricle, finished: Path
) -> None:
    text = (finished / SCOPE).read_text()
    (finished / SCOPE).write_text(text + "\n## Pretzels\n\nA pretzel is dipped in lye.\n")
    assert stage_of(finished) == "spec_ready"
    forked.good("run", finished.name)
    assert "Pretzels" in load(finished / SPEC)["scope_in"]
    assert "Pretzels" in titles(finished)
    assert stage_of(finished) == "iterated"


def test_what_a_document_leaves_open_is_said_and_not_made_up(forked: Curricle) -> None:
    run = forked.init("Databases")
    done = run_with(forked, run, DATABASES)
    assert "the document names no audience: assumed to be new to it" in done.stderr.splitlines()


def test_every_node_says_which_lines_it_comes_from(finished: Path) -> None:
    count = len((finished / SCOPE).read_text().splitlines())
    for node in load(finished / CURRICULUM)["nodes"]:
        assert node["sources"], node["title"]
        for source in node["sources"]:
            assert source["path"] == SCOPE
            assert 1 <= source["first_line"] <= source["last_line"] <= count
    planned = {i["node_id"] for w in load(finished / PLAN)["weeks"] for i in w["items"]}
    assert planned == {node["id"] for node in load(finished / CURRICULUM)["nodes"]}
