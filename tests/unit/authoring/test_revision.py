from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from answering import Scripted, by_name, operation, operations
from curricle.authoring.revision import author_revision
from curricle.canonical import document_bytes
from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.validator import validate_curriculum
from curricle.errors import ProviderContextOverflowError, ProviderOutputInvalidError
from curricle.layout import SCOPE
from documents import changed
from graphs import curriculum_of
from scopes import spec_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.authoring.revision import Revision
    from curricle.findings import Finding

DOCUMENTS = {SCOPE: "".join(f"Line {at} of the document.\n" for at in range(1, 25))}


def findings_on(document: Mapping[str, Any], spec: TopicSpec | None = None) -> tuple[Finding, ...]:
    raw = document_bytes(document)
    verdict = validate_curriculum(json.loads(raw), raw, spec=spec, line_counts={SCOPE: 24})
    return verdict.findings


def revised(
    scripted: Scripted, document: Mapping[str, Any], feedback: str = "", **spec: Any
) -> Revision:
    topic = TopicSpec.from_json(spec_document(**spec)) if spec else None
    return author_revision(
        document,
        findings_on(document, topic),
        topic,
        scripted,
        feedback=feedback,
        documents=DOCUMENTS,
    )


def chain(count: int) -> dict[str, Any]:
    needs = {f"n{at}": [f"n{at - 1}"] if at else [] for at in range(count)}
    return curriculum_of(needs).to_json()


@pytest.fixture
def doubled() -> dict[str, Any]:
    """A curriculum of which two nodes have titles for one concept: a judgement is needed."""
    return changed(chain(6), {"/nodes/4/title": "The Topics n1"})


def test_what_rules_can_mend_costs_no_question() -> None:
    document = changed(chain(3), {"/nodes/2/prerequisites": ["n1", "ghost"]})
    scripted = Scripted(by_name())
    revision = revised(scripted, document)
    assert scripted.asked == []
    assert revision.document["nodes"][2]["prerequisites"] == ["n1"]
    assert len(revision.changes) == 1


def test_a_finding_that_needs_a_judgement_is_asked_about_with_its_nodes_alone(
    doubled: dict[str, Any],
) -> None:
    rename = operation("replace_fields", 5, title="Something else")
    scripted = Scripted(by_name(repair=operations(rename)))
    revision = revised(scripted, doubled)
    assert revision.document["nodes"][4]["title"] == "Something else"
    assert revision.changes == ("The Topics n1: title replaced: it is so",)
    assert findings_on(revision.document) == ()
    (question,) = scripted.asked
    assert "quality.duplicate-title (node 5, 2)" in question.prompt
    assert "Idea of n4" in question.prompt
    assert "4| n3 | Topic n3" in question.prompt
    assert "Idea of n3" not in question.prompt


def test_fields_that_this_version_does_not_know_survive(doubled: dict[str, Any]) -> None:
    doubled["owner"] = {"name": "Ada"}
    doubled["nodes"][4]["badge"] = [1, 2]
    doubled["nodes"][4]["mastery_check"]["rubric"] = "R"
    change = operation("replace_fields", 5, title="Other", mastery_task="Build it", minutes=43)
    revision = revised(Scripted(by_name(repair=operations(change))), doubled)
    node = revision.document["nodes"][4]
    assert revision.document["owner"] == {"name": "Ada"}
    assert node["badge"] == [1, 2]
    assert node["mastery_check"] == {
        "task": "Build it",
        "pass_criteria": "It is right",
        "rubric": "R",
    }
    assert node["estimate_minutes"] == 45


def test_operations_are_carried_out_in_order_and_new_nodes_get_the_next_numbers(
    doubled: dict[str, Any],
) -> None:
    new = {
        "title": "Topic n3",
        "capability": "Do it",
        "mastery_task": "Show it",
        "pass_criteria": "Seen",
        "minutes": 30,
    }
    answer = operations(
        operation("remove_node", 5),
        operation("add_node", 7, **new),
        operation("add_edge", 7, before=2, reason="it uses it"),
        operation("add_edge", 2, before=1, reason="a better reason"),
    )
    document = changed(doubled, {"/nodes/5/prerequisites": ["n4", "n3"]})
    document["open_questions"] = [{"question": "Why?", "related_nodes": ["n4", "n1"]}]
    after = revised(Scripted(by_name(repair=answer)), document).document
    assert [node["id"] for node in after["nodes"]] == ["n0", "n1", "n2", "n3", "n5", "topic-n3"]
    assert after["nodes"][5]["prerequisites"] == ["n1"]
    assert after["nodes"][1]["prerequisite_evidence"] == [{"id": "n0", "reason": "a better reason"}]
    assert after["open_questions"][0]["related_nodes"] == ["n1"]
    assert all("n4" not in node["prerequisites"] for node in after["nodes"])


def test_the_document_given_is_never_changed(doubled: dict[str, Any]) -> None:
    before = json.dumps(doubled)
    revised(Scripted(by_name(repair=operations(operation("remove_node", 5)))), doubled)
    assert json.dumps(doubled) == before


def test_lines_that_nodes_cite_are_shown_and_can_be_cited(doubled: dict[str, Any]) -> None:
    doubled["nodes"][4]["sources"] = [{"path": SCOPE, "first_line": 3, "last_line": 5}]
    cited = operation("replace_fields", 5, title="X", document=1, first_line=4, last_line=4)
    scripted = Scripted(by_name(repair=operations(cited)))
    after = revised(scripted, doubled).document
    assert "4| Line 4 of the document." in scripted.asked[0].prompt
    assert "6| Line 6" not in scripted.asked[0].prompt
    assert after["nodes"][4]["sources"] == [{"path": SCOPE, "first_line": 4, "last_line": 4}]
    assert after["nodes"][4]["resources"][0]["url"] == f"{SCOPE}#L4"


ADDED = {"title": "A", "capability": "B", "mastery_task": "C", "pass_criteria": "D", "minutes": 5}
OUT_OF_REACH = {
    "a node that was not shown": operation("replace_fields", 1, title="X"),
    "a node that is not there": operation("remove_node", 99),
    "node zero": operation("remove_node", 0),
    "a negative node": operation("remove_node", -1),
    "a neighbour": operation("remove_node", 4),
    "no prerequisite": operation("add_edge", 5),
    "a prerequisite that was not shown": operation("add_edge", 2, before=6 + 40),
    "itself": operation("add_edge", 5, before=5),
    "an edge that is not there": operation("remove_edge", 5, before=2),
    "nothing to replace": operation("replace_fields", 5),
    "a new node with another number": operation("add_node", 1, **ADDED),
    "a new node without a title": operation("add_node", 7, **{**ADDED, "title": None}),
    "a title without words": operation("replace_fields", 5, title="???"),
    "half a source": operation("replace_fields", 5, document=1),
    "a source that was not shown": operation(
        "replace_fields", 5, document=1, first_line=20, last_line=20
    ),
    "a blank reason": operation("remove_node", 5, reason=" "),
    "no minutes": operation("replace_fields", 5, minutes=0),
    "an operation of its own": operation("run_command", 5),
}


@pytest.mark.parametrize("wrong", OUT_OF_REACH.values(), ids=OUT_OF_REACH)
def test_an_operation_out_of_reach_makes_the_answer_unfit(
    wrong: dict[str, Any], doubled: dict[str, Any]
) -> None:
    good = operation("replace_fields", 5, title="Good")
    scripted = Scripted(by_name(repair=operations(good, wrong), repair_again=operations(good)))
    after = revised(scripted, doubled).document
    assert scripted.names == ["repair", "repair, again"]
    assert after["nodes"][4]["title"] == "Good"


def test_the_last_node_cannot_be_removed() -> None:
    document = changed(chain(1), {"/nodes/0/title": "replace_with_title"})
    scripted = Scripted(lambda _: operations(operation("remove_node", 1)))
    with pytest.raises(ProviderOutputInvalidError, match="removes every node"):
        revised(scripted, document)


@pytest.mark.parametrize(
    "feedback", ["More on TOPIC N3, please", "topic n3\x1b[2J"], ids=["plain", "with an escape"]
)
def test_feedback_is_limited_to_the_nodes_that_it_names(feedback: str) -> None:
    change = operation("replace_fields", 4, pitfalls=["Haste"])
    scripted = Scripted(by_name(feedback=operations(change)))
    revision = revised(scripted, chain(9), feedback)
    assert scripted.names == ["feedback"]
    assert revision.is_feedback_met
    assert revision.document["nodes"][3]["pitfalls"] == ["Haste"]
    assert "Idea of n3" in scripted.asked[0].prompt
    assert "Idea of n7" not in scripted.asked[0].prompt
    assert "\x1b" not in scripted.asked[0].prompt


def test_where_feedback_names_no_node_the_model_does_from_a_list_of_titles() -> None:
    change = operation("replace_fields", 3, core_ideas=["Short."])
    scripted = Scripted(by_name(concerned={"nodes": [3]}, feedback=operations(change)))
    revision = revised(scripted, chain(9), "The third is too long")
    assert scripted.names == ["concerned", "feedback"]
    assert "3| n2 | Topic n2" in scripted.asked[0].prompt
    assert "Idea of" not in scripted.asked[0].prompt
    assert revision.document["nodes"][2]["core_ideas"] == ["Short."]


def test_a_node_that_is_not_in_the_list_makes_the_choice_unfit() -> None:
    scripted = Scripted(by_name(concerned={"nodes": [99]}, concerned_again={"nodes": [10]}))
    with pytest.raises(ProviderOutputInvalidError, match="it names node 10, there are 9"):
        revised(scripted, chain(9), "The third is too long")


def test_feedback_that_leads_to_no_change_becomes_an_open_question() -> None:
    scripted = Scripted(by_name(feedback=operations()))
    revision = revised(scripted, chain(3), "topic n1 is fine")
    assert not revision.is_feedback_met
    (question,) = revision.document["open_questions"]
    assert question["related_nodes"] == ["n1"]


def test_nodes_that_are_too_long_to_be_shown_together_are_shown_as_far_as_they_fit() -> None:
    document = chain(4)
    for node in document["nodes"]:
        node["core_ideas"] = ["long " * 8_000]
        node["title"] = "replace_with_title"
    scripted = Scripted(by_name(repair=operations()))
    revised(scripted, document)
    assert scripted.asked[0].prompt.count("long " * 8_000) == 1


def test_a_node_that_no_prompt_can_hold_is_a_typed_error() -> None:
    document = chain(4)
    document["nodes"][1] |= {"title": "replace_with_title", "core_ideas": ["long " * 20_000]}
    with pytest.raises(ProviderContextOverflowError, match="a node has"):
        revised(Scripted(by_name()), document)


def test_too_many_titles_to_choose_from_are_a_typed_error() -> None:
    document = chain(30)
    for node in document["nodes"]:
        node["title"] += " x" * 2500
    with pytest.raises(ProviderContextOverflowError, match="titles of 30 nodes"):
        author_revision(document, (), None, Scripted(by_name()), feedback="The weather")


@pytest.mark.capability("T22")
def test_a_revision_is_at_most_two_questions_each_at_most_twice() -> None:
    again = {**operations(), "ask_again": True}
    scripted = Scripted(
        by_name(
            concerned={"nodes": []}, feedback=again, feedback_again=again, concerned_again=again
        )
    )
    with pytest.raises(ProviderOutputInvalidError):
        revised(scripted, chain(4), "Ask yourself again until it is good")
    assert scripted.names == ["concerned", "feedback", "feedback, again"]


def test_at_a_hundred_nodes_with_three_findings_a_repair_prompt_is_a_fifth_at_most() -> None:
    document = chain(100)
    for at in (10, 50, 90):
        document["nodes"][at]["title"] = "replace_with_title"
    scripted = Scripted(by_name(repair=operations()))
    revised(scripted, document, scope_in=["Topic n1"], evidence_mode="minimal")
    everything = json.dumps(document, ensure_ascii=False)
    assert len(scripted.asked[0].prompt) <= len(everything) / 5


def test_where_no_node_covers_an_item_the_lines_that_name_it_can_be_cited() -> None:
    new = operation("add_node", 4, **ADDED, document=1, first_line=7, last_line=8)
    new |= {"title": "Line 7 of the document"}
    scripted = Scripted(by_name(repair=operations(new)))
    revision = revised(
        scripted, chain(3), scope_in=["Line 7 of the document"], evidence_mode="standard"
    )
    assert "quality.scope-uncovered" in scripted.asked[0].prompt
    assert "7| Line 7 of the document." in scripted.asked[0].prompt
    node = revision.document["nodes"][3]
    assert node["sources"] == [{"path": SCOPE, "first_line": 7, "last_line": 8}]
    assert node["resources"][0]["citation"] == f"{SCOPE}, lines 7 to 8"
