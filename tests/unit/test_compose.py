from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scopes import compiled, sections

if TYPE_CHECKING:
    from curricle.curriculum.values import Node


def node(text: str, title: str = "Loops", **fields: Any) -> Node:
    return compiled(sections((title, text), ("Else", "More.")), **fields).curriculum.nodes[0]


@pytest.mark.parametrize(
    ("title", "node_id"),
    [
        ("Error Handling", "error-handling"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("Crème brûlée", "creme-brulee"),
        ("数据", "concept-1"),
        ("a" * 200, "a" * 60),
    ],
)
def test_an_id_is_made_of_the_title(title: str, node_id: str) -> None:
    assert node("x", title).id == node_id


def test_ids_are_unique() -> None:
    draft = compiled(sections(("A+", "x"), ("A!", "x"), ("A*", "y")))
    ids = [found.id for found in draft.curriculum.nodes]
    assert len(set(ids)) == len(ids)


def test_the_first_resource_is_the_place_in_the_document() -> None:
    (resource,) = node("They repeat.\n\nAnd again.").resources
    assert (resource.url, resource.role) == ("inputs/scope.md#L3-L7", "primary")
    assert resource.citation == "inputs/scope.md, lines 3 to 7"


def test_links_of_the_document_are_resources_once_each_and_those_alone() -> None:
    found = node(
        "See [docs](https://example.org/a), [again](https://example.org/a), [pdf](http://e.org/x.pdf),"
        " [film](https://www.youtube.com/watch?v=1) and https://example.org/not-linked."
    )
    assert [(r.title, r.url, r.kind) for r in found.resources[1:]] == [
        ("again", "https://example.org/a", "web page"),
        ("pdf", "http://e.org/x.pdf", "pdf"),
        ("film", "https://www.youtube.com/watch?v=1", "video"),
    ]
    assert {r.citation for r in found.resources[1:]} == {"linked from inputs/scope.md, line 5"}


def test_preferred_kinds_of_resources_come_first() -> None:
    pack = {"context_pack": {"preferred_resource_kinds": ["Video"]}}
    found = node("[a](https://e.org) [b](https://youtu.be/1)", **pack)
    assert [resource.kind for resource in found.resources] == ["text", "video", "web page"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "//example.org/x",
        "other.md",
        "../../etc/passwd",
        "http://user:secret@example.org/",
        "http://",
        "http://example.org:99999/",
        "http://[::1",
    ],
)
def test_a_link_that_leads_elsewhere_is_no_resource(url: str) -> None:
    assert len(node(f"See [this]({url}).").resources) == 1


def test_a_link_without_words_is_named_by_its_host() -> None:
    found = node("[](https://www.example.org/x) [replace_with_link](https://example.com/y)")
    assert [resource.title for resource in found.resources[1:]] == ["example.org", "example.com"]


def test_objectives_become_a_capability_that_can_be_seen() -> None:
    found = node(
        "They repeat.\n\n- Understand how to end one\n- Write one yourself.\n- Know about TODO: x"
    )
    assert found.capability == "End one; write one yourself"
    assert found.mastery_check.task == "Show it: write one yourself"
    assert "Meets all 2 objectives" in found.mastery_check.pass_criteria


@pytest.mark.parametrize(
    ("depth", "start"),
    [
        ("survey", "Say what Loops is about: "),
        ("practical", "Explain and apply Loops: "),
        ("mastery", "Explain Loops, apply it and judge its limits: "),
    ],
)
def test_without_objectives_depth_says_what_to_be_able_to(depth: str, start: str) -> None:
    found = node("They repeat.", constraints={"depth": depth})
    assert found.capability == f"{start}They repeat."


def test_an_exercise_of_the_text_is_the_mastery_check() -> None:
    found = node("They repeat.\n\n### Exercises\n\n- Write a loop that ends.")
    assert found.mastery_check.task == "Write a loop that ends."


def test_an_exercise_that_nobody_can_see_done_asks_for_an_explanation() -> None:
    found = node("They repeat.\n\n### Exercises\n\n- Think of a loop that never ends.")
    task = "Explain your answer to: Think of a loop that never ends."
    assert found.mastery_check.task == task


@pytest.mark.parametrize(
    ("depth", "start"), [("survey", "Tell"), ("practical", "Explain"), ("mastery", "Solve")]
)
def test_without_a_check_in_the_text_depth_says_what_to_do(depth: str, start: str) -> None:
    found = node("They repeat.", constraints={"depth": depth})
    assert found.mastery_check.task.startswith(f"{start} ")
    assert "Loops" in found.mastery_check.task


def test_a_heading_without_a_text_asks_how_its_parts_fit_together() -> None:
    text = "# T\n\n## Fruit\n\n### Apple\n\nRound.\n\n### Pear\n\nLong.\n\n## Roots\n\nDeep.\n"
    found = compiled(text).curriculum.nodes[0]
    assert found.core_ideas == ("Made up of Apple and Pear",)
    assert found.capability == "Relate Apple and Pear to each other as parts of Fruit"
    assert found.mastery_check.task.startswith("Draw how Apple and Pear fit together")


def test_terms_and_prerequisites_are_what_the_check_asks_for() -> None:
    (_, loops) = compiled(
        sections(("Else", "More."), ("Loops", "Requires else. A **body** is repeated."))
    ).curriculum.nodes
    assert loops.mastery_check.pass_criteria == "Uses correctly: body; says how it builds on Else"


def test_a_node_names_what_it_also_covers_and_never_itself() -> None:
    text = sections(("Joins", "One."), ("Joins", "Two."), ("The Join", "Three."))
    (node,) = compiled(text).curriculum.nodes
    assert [idea for idea in node.core_ideas if "covers" in idea] == ["Also covers: The Join"]


def test_confidence_grows_with_what_the_text_says_and_falls_at_the_frontier() -> None:
    bare, short, long = node(""), node("They repeat."), node("They repeat. " * 50)
    ranked = [found.confidence or 0 for found in (bare, short, long)]
    assert ranked == sorted(set(ranked))
    assert node("They repeat.", domain_mode="frontier").confidence == pytest.approx(ranked[1] - 0.1)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("", "says no more of it"),
        ("TODO: explain", "is still to be written"),
        ("They repeat.", None),
    ],
)
def test_where_the_text_is_silent_there_is_an_open_question(text: str, asks: str | None) -> None:
    draft = compiled(sections(("Loops", text), ("Else", "More.")))
    found = [(q.question, q.related_nodes) for q in draft.curriculum.open_questions]
    if asks is None:
        assert found == []
    else:
        ((question, related),) = found
        assert asks in question
        assert "“Loops” (inputs/scope.md, line 3)" in question
        assert related == ("loops",)


def test_strict_evidence_asks_for_an_independent_source() -> None:
    draft = compiled(sections(("Loops", "x"), ("Else", "y")), evidence_mode="strict")
    assert any("independent source" in q.question for q in draft.curriculum.open_questions)


def test_each_edge_cites_a_line() -> None:
    draft = compiled(sections(("Loops", "They repeat."), ("Maps", "A map requires loops.")))
    (evidence,) = draft.curriculum.nodes[1].prerequisite_evidence
    assert (evidence.id, evidence.path, evidence.line) == ("loops", "inputs/scope.md", 9)
